//! Kelly against scipy.

use labeling::Concurrency;
use proptest::prelude::*;
use risk::{
    HitRateBelief, KellyCosts, KellySettings, RiskError, TwoOutcome, growth_optimal,
    kelly_of_payoffs, payoff_kelly, shrinkage,
};
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
        // Without a prior and without caps the sizer of payoffs is this very block.
        let settings = KellySettings {
            fraction: number(&input["fraction"]),
            prior: 0.0,
            most: 1e9,
            stop_risk: 0.49,
        };
        let sized = kelly_of_payoffs(&net, effective, 0.0, None, &settings).unwrap();
        close(sized.size, fraction, 1e-9 * fraction.max(1.0), &format!("{case}, size"));
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

proptest! {
    /// No size grows faster than the exact one, that of the moments least of all; both shrink alike.
    #[test]
    fn the_exact_size_grows_faster_than_that_of_the_moments(
        payoffs in proptest::collection::vec(-0.03..0.04_f64, 20..60),
        prior in 0.0..200.0_f64,
    ) {
        let n = payoffs.len() as f64;
        let mean = payoffs.iter().sum::<f64>() / n;
        let variance = payoffs.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let outlook = strategy_core::Outlook {
            mean,
            second_moment: payoffs.iter().map(|r| r * r).sum::<f64>() / n,
            standard_error: (variance / n).sqrt(),
            effective_n: n,
            side_mean: 0.5 * mean,
            mean_duration: 3.0,
        };
        let settings = KellySettings { prior, most: 1e9, ..KellySettings::default() };
        let moments = payoff_kelly(&outlook, &KellyCosts::default(), None, &settings);
        let exact = kelly_of_payoffs(&payoffs, n, 0.5 * mean, None, &settings).unwrap();
        prop_assert_eq!(exact.cap, moments.cap);
        prop_assert!((exact.shrunk_mean - moments.shrunk_mean).abs() < 1e-15);
        prop_assert!((exact.shrinkage - moments.shrinkage).abs() < 1e-9);
        prop_assert_eq!(exact.kelly > 0.0, moments.kelly > 0.0);
        let shift = exact.shrunk_mean - mean;
        let growth = |f: f64| payoffs.iter().map(|r| (f * (r + shift)).ln_1p()).sum::<f64>();
        let other = growth(moments.kelly);
        prop_assert!(other.is_nan() || growth(exact.kelly) >= other - 1e-12);
    }
}

#[test]
fn payoffs_that_cannot_be_sized_are_refused() {
    let settings = KellySettings::default();
    let size = |payoffs: &[f64], n: f64| kelly_of_payoffs(payoffs, n, 0.0, None, &settings);
    assert!(matches!(size(&[0.1], 1.0), Err(RiskError::Parameter { .. })));
    assert!(matches!(size(&[0.1, f64::NAN], 1.0), Err(RiskError::Parameter { .. })));
    assert!(matches!(size(&[0.1, -0.1], 3.0), Err(RiskError::Parameter { .. })));
    let bold = KellySettings { prior: 0.0, ..settings };
    assert_eq!(kelly_of_payoffs(&[0.1, 0.2], 2.0, 0.1, None, &bold), Err(RiskError::NoLoss));
    assert_eq!(size(&[-0.1, -0.2], 2.0).unwrap().size, 0.0);
}
