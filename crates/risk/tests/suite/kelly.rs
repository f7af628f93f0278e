//! Kelly against scipy.

use labeling::Concurrency;
use proptest::prelude::*;
use risk::{HitRateBelief, RiskError, TwoOutcome, growth_optimal, shrinkage};
use serde_json::Value;

use crate::oracle::{close, each_case, number, numbers};

fn three_outcomes(input: &Value, expect: &Value, case: &str) -> usize {
    let value = |name: &str| number(&input[name]);
    let (p, q, cost) = (value("p_tp"), value("p_sl"), value("cost"));
    let outcomes = [
        (p, value("u") - cost),
        (q, -value("d") - cost),
        ((1.0 - p - q).max(0.0), value("r_timeout") - cost),
    ];
    let kelly = growth_optimal(&outcomes).unwrap();
    close(kelly, number(&expect["kelly"]), 1e-9, case);
    let growth: f64 = outcomes.iter().map(|(p, r)| p * (kelly * r).ln_1p()).sum();
    close(growth, number(&expect["growth"]), 1e-9, case);
    let two = TwoOutcome::new(value("u"), value("d"), cost).unwrap();
    close(two.break_even(), number(&expect["break_even_p_two_outcomes"]), 1e-9, case);
    if let Some(closed) = expect.get("kelly_closed_form") {
        close(two.kelly(p), number(closed), 1e-9, case);
    }
    3
}

fn belief(input: &Value, expect: &Value, case: &str) -> usize {
    let value = |name: &str| number(&input[name]);
    let wanted = |name: &str| number(&expect[name]);
    let belief = HitRateBelief::new(
        value("hits"),
        value("rows"),
        value("n_eff"),
        value("prior_mean"),
        value("prior_weight"),
    )
    .unwrap();
    let two = TwoOutcome::new(value("u"), value("d"), value("cost")).unwrap();
    let kelly = two.kelly(belief.mean());
    let q25 = belief.quantile(0.25).unwrap();
    for (name, found) in [
        ("posterior_a", belief.hits),
        ("posterior_b", belief.misses),
        ("posterior_mean", belief.mean()),
        ("posterior_var", belief.variance()),
        ("kelly_at_mean", kelly),
        ("baker_mchale_closed", two.shrinkage(&belief)),
        ("size_closed", kelly * two.shrinkage(&belief)),
        ("q05", belief.quantile(0.05).unwrap()),
        ("q25", q25),
        ("kelly_at_q25", two.kelly(q25)),
        ("p_positive_edge", two.probability_of_edge(&belief).unwrap()),
    ] {
        close(found, wanted(name), 1e-8, &format!("{case}, {name}"));
    }
    let exact = two.exact_shrinkage(&belief).unwrap();
    close(exact, wanted("baker_mchale_exact"), 1e-5, &format!("{case}, exact"));
    12
}

#[test]
fn equals_scipy() {
    each_case("kelly.json", |input, expect, case| {
        if input.get("hits").is_some() {
            belief(input, expect, case)
        } else {
            three_outcomes(input, expect, case)
        }
    });
}

/// The building block of sizing: unshrunk mean, standard error from the sample's deviation and the
/// effective number of these rows alone.
#[test]
fn sizes_equal_scipy() {
    each_case("sizing.json", |input, expect, case| {
        let gross = numbers(&input["gross_payoffs"]);
        let whole = |name: &str| -> Vec<usize> {
            let rows = input[name].as_array().unwrap().iter().map(|row| row.as_u64().unwrap());
            rows.map(|row| usize::try_from(row).unwrap()).collect()
        };
        let (starts, durations) = (whole("start_row"), whole("duration_rows"));
        let cost = number(&input["cost"]);
        let net: Vec<f64> = gross.iter().map(|g| g - cost).collect();
        let n = net.len() as f64;
        let spans: Vec<(usize, usize)> =
            starts.iter().zip(&durations).map(|(s, d)| (*s, s + d)).collect();
        let concurrency = Concurrency::of(spans.iter().copied());
        let effective: f64 = spans.iter().map(|&(s, e)| concurrency.uniqueness(s, e)).sum();
        let mean = net.iter().sum::<f64>() / n;
        let sd = (net.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let kelly = growth_optimal(&net.iter().map(|&r| (1.0 / n, r)).collect::<Vec<_>>()).unwrap();
        let k = if mean > 0.0 { shrinkage(mean, sd / effective.sqrt()) } else { 0.0 };
        let fraction = number(&input["fraction"]) * k * kelly;
        let step = number(&input["lot_step"]);
        let price = number(&input["price"]);
        let lots = (number(&input["equity"]) * fraction / price / step + 1e-9).floor();
        let quantity =
            if lots * step * price < number(&input["min_notional"]) { 0.0 } else { lots * step };
        for (name, found) in [
            ("n_effective", effective),
            ("mean", mean),
            ("sd", sd),
            ("kelly_exact", kelly),
            ("shrinkage", k),
            ("notional_fraction", fraction),
            ("quantity", quantity),
        ] {
            close(found, number(&expect[name]), 1e-8, &format!("{case}, {name}"));
        }
        7
    });
}

#[test]
fn degenerate_payoffs_are_errors_or_no_size() {
    assert_eq!(growth_optimal(&[]).unwrap(), 0.0);
    assert_eq!(growth_optimal(&[(1.0, -0.1)]).unwrap(), 0.0);
    assert_eq!(growth_optimal(&[(1.0, 0.1)]).unwrap_err(), RiskError::NoLoss);
    assert!(growth_optimal(&[(1.0, f64::NAN)]).is_err());
    assert!(growth_optimal(&[(-1.0, 0.1)]).is_err());
    assert_eq!(shrinkage(0.0, 0.0), 0.0);
    assert!(TwoOutcome::new(0.001, 0.02, 0.002).is_err());
    assert!(HitRateBelief::new(3.0, 2.0, 2.0, 0.3, 1.0).is_err());
}

proptest! {
    #[test]
    fn no_other_size_grows_faster(
        payoffs in proptest::collection::vec((0.01..1.0_f64, -0.5..0.6_f64), 2..12),
        other in 0.0..1.0_f64,
    ) {
        let Ok(best) = growth_optimal(&payoffs) else { return Ok(()) };
        let growth = |f: f64| payoffs.iter().map(|(w, r)| w * (f * r).ln_1p()).sum::<f64>();
        let worst = payoffs.iter().map(|(_, r)| *r).fold(0.0, f64::min);
        let bound = if worst < 0.0 { -1.0 / worst } else { 10.0 };
        prop_assert!(growth(best) >= growth(other * bound * 0.999) - 1e-12);
    }
}
