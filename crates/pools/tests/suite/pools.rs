//! Laws of the pools, and what they refuse.

use pools::{
    BetaLinearPool, Boa, Hedge, LinearPool, LogitPool, MemberRows, PoolError, log_loss, mixture,
};
use proptest::prelude::*;

/// Probabilities of two members, and labels of both classes.
fn members() -> impl Strategy<Value = (Vec<f64>, Vec<f64>, Vec<bool>)> {
    prop::collection::vec((0.02..0.98, 0.02..0.98, any::<bool>()), 40..80).prop_map(|rows| {
        let mut labels: Vec<bool> = rows.iter().map(|row| row.2).collect();
        (labels[0], labels[1]) = (true, false);
        (rows.iter().map(|row| row.0).collect(), rows.iter().map(|row| row.1).collect(), labels)
    })
}

fn loss(pooled: impl Iterator<Item = f64>, labels: &[bool]) -> f64 {
    pooled.zip(labels).map(|(p, &label)| log_loss(p, label)).sum()
}

fn pairs<'a>(a: &'a [f64], b: &'a [f64]) -> impl Iterator<Item = [f64; 2]> {
    a.iter().zip(b).map(|(a, b)| [*a, *b])
}

proptest! {
    #[test]
    fn fitted_pools_are_no_worse_than_what_they_start_from((a, b, labels) in members()) {
        let given = [&a[..], &b];
        let rows = MemberRows::new(&given, &labels).unwrap();
        let equal = LogitPool::equal(2);
        let start = loss(pairs(&a, &b).map(|row| equal.pool(&row)), &labels);
        let fitted = LogitPool::fit(&rows, 0.0).unwrap();
        prop_assert!(fitted.weights.iter().all(|weight| *weight >= 0.0));
        prop_assert!(loss(pairs(&a, &b).map(|row| fitted.pool(&row)), &labels) <= start + 1e-9);

        let linear = LinearPool::fit(&rows).unwrap();
        prop_assert!((linear.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let by_linear = loss(pairs(&a, &b).map(|row| linear.pool(&row)), &labels);
        let best = loss(a.iter().copied(), &labels).min(loss(b.iter().copied(), &labels));
        prop_assert!(by_linear <= best + 1e-6);
        // Not every draw has a maximum of the sharpened pool inside what it may be.
        if let Ok(beta) = BetaLinearPool::fit(&rows) {
            let by_beta = loss(pairs(&a, &b).map(|row| beta.pool(&row)), &labels);
            prop_assert!(by_beta <= by_linear + 1e-6);
        }
    }

    #[test]
    fn a_large_penalty_leaves_equal_weights((a, b, labels) in members()) {
        let given = [&a[..], &b];
        let rows = MemberRows::new(&given, &labels).unwrap();
        let held = LogitPool::fit(&rows, 1e6).unwrap();
        prop_assert!(held.weights.iter().all(|weight| (weight - 0.5).abs() < 1e-2));
    }

    #[test]
    fn members_in_another_order_get_their_own_weights((a, b, labels) in members()) {
        let (one, other) = ([&a[..], &b], [&b[..], &a]);
        let fit = |given: &[&[f64]]| {
            LogitPool::fit(&MemberRows::new(given, &labels).unwrap(), 100.0).unwrap().weights
        };
        let (one, other) = (fit(&one), fit(&other));
        prop_assert!((one[0] - other[1]).abs() < 1e-6 && (one[1] - other[0]).abs() < 1e-6);
    }

    #[test]
    fn online_weights_add_up_to_1_whoever_sleeps(
        rows in prop::collection::vec(
            (prop::option::of(0.0..=1.0), prop::option::of(0.0..=1.0), any::<bool>()), 1..60),
    ) {
        let (mut hedge, mut boa) = (Hedge::new(2, 1.0, 0.01), Boa::new(2));
        for (a, b, label) in rows {
            let given = [a, b];
            let mixed = mixture(boa.weights(), &given);
            prop_assert_eq!(mixed.is_some(), a.is_some() || b.is_some());
            hedge.update(&given, label);
            if let Some(mixed) = mixed {
                boa.update(&given, mixed, label);
            }
            for weights in [hedge.weights(), boa.weights()] {
                prop_assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{:?}", weights);
                prop_assert!(weights.iter().all(|weight| *weight >= 0.0));
            }
        }
    }
}

/// Labels that a member's probabilities say something about.
fn skilled() -> (Vec<f64>, Vec<bool>) {
    let p: Vec<f64> = (0..200).map(|row| 0.1 + 0.8 * f64::from(row * 37 % 101) / 101.0).collect();
    let labels = p.iter().enumerate().map(|(row, p)| f64::from(row as u32 * 61 % 97) / 97.0 < *p);
    let labels = labels.collect();
    (p, labels)
}

#[test]
fn two_equal_members_share_one_weight() {
    let (p, labels) = skilled();
    let given = [&p[..], &p];
    let rows = MemberRows::new(&given, &labels).unwrap();
    // Without a penalty any division is as good, and this one is found.
    for (lambda, tolerance) in [(0.0, 1e-3), (100.0, 1e-9)] {
        let pool = LogitPool::fit(&rows, lambda).unwrap();
        assert!((pool.weights[0] - pool.weights[1]).abs() < tolerance, "{pool:?}");
    }
    assert!(LinearPool::fit(&rows).is_ok() && BetaLinearPool::fit(&rows).is_ok());
    let mut boa = Boa::new(2);
    for (&p, &label) in p.iter().zip(&labels) {
        boa.update(&[Some(p), Some(p)], p, label);
    }
    assert_eq!(boa.weights(), [0.5, 0.5]);
}

#[test]
fn a_member_that_is_a_constant_takes_no_part_in_the_order() {
    let (p, labels) = skilled();
    let constant = vec![0.3; p.len()];
    let given = [&p[..], &constant];
    let rows = MemberRows::new(&given, &labels).unwrap();
    let pool = LogitPool::fit(&rows, 100.0).unwrap();
    let alone = LogitPool::fit(&MemberRows::new(&[&p], &labels).unwrap(), 100.0).unwrap();
    for row in p.windows(2) {
        let pooled = |p: f64| pool.pool(&[p, 0.3]);
        assert_eq!(pooled(row[0]) < pooled(row[1]), alone.pool(&row[..1]) < alone.pool(&row[1..]));
    }
}

#[test]
fn what_cannot_be_pooled_is_refused() {
    let (p, labels) = skilled();
    assert!(matches!(MemberRows::new(&[], &labels), Err(PoolError::NoMembers)));
    let refused = |members: &[&[f64]]| MemberRows::new(members, &labels).unwrap_err();
    let short = refused(&[&p[1..]]);
    assert!(matches!(short, PoolError::Lengths { member: 0, found: 199, wanted: 200 }));
    let mut bad = p.clone();
    bad[3] = f64::NAN;
    let found = refused(&[&p, &bad]);
    assert!(matches!(found, PoolError::Probability { member: 1, row: 3, .. }));
    let none = vec![false; p.len()];
    let given = [&p[..]];
    let rows = MemberRows::new(&given, &none).unwrap();
    assert!(matches!(LogitPool::fit(&rows, 1.0), Err(PoolError::OneClass { rows: 200 })));
    assert!(matches!(LinearPool::fit(&rows), Err(PoolError::OneClass { .. })));
    // A member that tells the labels apart without fail: without a penalty there is no minimum.
    let sure: Vec<f64> = labels.iter().map(|&label| if label { 0.9 } else { 0.1 }).collect();
    let given = [&sure[..]];
    let rows = MemberRows::new(&given, &labels).unwrap();
    assert!(matches!(LogitPool::fit(&rows, 0.0), Err(PoolError::NoMinimum { .. })));
    assert!(LogitPool::fit(&rows, 100.0).is_ok());
}
