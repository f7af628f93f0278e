//! What must hold of intervals and orders, for any data.

use proptest::prelude::*;
use statistics::{Interval, block_bootstrap_bins, kendall_tau_b, ordered_share, wilson_interval};

/// Values with ties, in pairs.
fn pairs() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let value = || prop_oneof![(0_u8..6).prop_map(f64::from), -5.0..5.0];
    prop::collection::vec((value(), value()), 2..40)
}

/// Bins 1 to 4 and labels, some in runs.
fn series() -> impl Strategy<Value = (Vec<u16>, Vec<bool>)> {
    prop::collection::vec((1_u16..=4, any::<bool>(), 1_usize..9), 8..40)
        .prop_map(|runs| runs.into_iter().flat_map(|(bin, label, n)| vec![(bin, label); n]).unzip())
}

fn flipped(y: &[bool]) -> Vec<bool> {
    y.iter().map(|y| !y).collect()
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

proptest! {
    #[test]
    fn kendall_knows_order_only(pairs in pairs()) {
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let Ok(tau) = kendall_tau_b(&x, &y) else {
            let constant = |v: &[f64]| v.iter().all(|&a| a == v[0]);
            prop_assert!(constant(&x) || constant(&y));
            return Ok(());
        };
        prop_assert!((-1.0..=1.0).contains(&tau));
        prop_assert_eq!(tau, kendall_tau_b(&y, &x).unwrap());
        let falling: Vec<f64> = y.iter().map(|y| -y).collect();
        prop_assert_eq!(tau, -kendall_tau_b(&x, &falling).unwrap());
        let doubled: Vec<f64> = x.iter().map(|x| 2.0 * x).collect();
        prop_assert_eq!(tau, kendall_tau_b(&doubled, &y).unwrap());

        let share = ordered_share(&x, &y).unwrap();
        prop_assert!(close(share, 1.0 - ordered_share(&x, &falling).unwrap(), 1e-15));
        // γ is no nearer 0 than τ_b, on the same side, and the same without ties.
        let gamma = 2.0 * share - 1.0;
        prop_assert!(gamma.abs() >= tau.abs() - 1e-15 && gamma * tau >= -1e-15, "{gamma} {tau}");
        let distinct = |v: &[f64]| (0..v.len()).all(|i| !v[..i].contains(&v[i]));
        if distinct(&x) && distinct(&y) {
            prop_assert!(close(gamma, tau, 1e-15));
        }
    }

    #[test]
    fn bootstrap_intervals_are_about_rates_of_the_bins(
        (bins, labels) in series(),
        block in 1_usize..5,
        seed: u64,
    ) {
        let intervals = |bins: &[u16], labels: &[bool]| {
            block_bootstrap_bins(bins, labels, 4, block, 40, 0.9, seed).unwrap()
        };
        let found = intervals(&bins, &labels);
        prop_assert_eq!(found.len(), 4);
        prop_assert_eq!(&found, &intervals(&bins, &labels));
        for interval in found.iter().flatten() {
            prop_assert!(0.0 <= interval.lower && interval.lower <= interval.upper);
            prop_assert!(interval.upper <= 1.0);
        }
        // Other numbers for the bins: the same intervals in another order.
        let turned: Vec<u16> = bins.iter().map(|bin| 5 - bin).collect();
        let mut turned = intervals(&turned, &labels);
        turned.reverse();
        prop_assert_eq!(&found, &turned);
        // The misses' intervals are the mirror image.
        for (hits, misses) in found.iter().zip(intervals(&bins, &flipped(&labels))) {
            prop_assert_eq!(hits.is_some(), misses.is_some());
            if let (Some(hits), Some(misses)) = (hits, misses) {
                prop_assert!(close(hits.lower, 1.0 - misses.upper, 1e-15));
                prop_assert!(close(hits.upper, 1.0 - misses.lower, 1e-15));
            }
        }
    }

    #[test]
    fn wilson_holds_the_rate(rows in 1_u64..1_000_000, share in 0.0..=1.0_f64, level in 0.001..0.999) {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of the rows, rounded, is again a count"
        )]
        let hits = (share * rows as f64).round() as u64;
        let Interval { lower, upper } = wilson_interval(hits, rows, level).unwrap();
        let rate = hits as f64 / rows as f64;
        prop_assert!(0.0 <= lower && lower <= rate && upper <= 1.0);
        prop_assert!(rate <= upper + 1e-15);
        let mirrored = wilson_interval(rows - hits, rows, level).unwrap();
        prop_assert!((mirrored.lower - (1.0 - upper)).abs() < 1e-15);
    }
}
