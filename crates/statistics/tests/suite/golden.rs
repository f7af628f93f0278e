//! The crate against SciPy and statsmodels: `golden/make_golden.py` made the numbers.

use serde::Deserialize;
use statistics::{kendall_tau_b, ordered_share, wilson_interval};

#[derive(Deserialize)]
struct Golden {
    wilson: Vec<WilsonCase>,
    kendall: Vec<KendallCase>,
}

#[derive(Deserialize)]
struct KendallCase {
    x: Vec<f64>,
    y: Vec<f64>,
    tau: f64,
    ordered: f64,
}

#[derive(Deserialize)]
struct WilsonCase {
    hits: u64,
    rows: u64,
    confidence: f64,
    lower: f64,
    upper: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/golden.json")).unwrap()
}

fn assert_close(found: f64, wanted: f64, tolerance: f64, what: &str) {
    let allowed = tolerance * wanted.abs().max(1.0);
    assert!((found - wanted).abs() <= allowed, "{what}: found {found}, wanted {wanted}");
}

#[test]
fn wilson_is_that_of_statsmodels() {
    for case in golden().wilson {
        let interval = wilson_interval(case.hits, case.rows, case.confidence).unwrap();
        let what = format!("{} of {} at {}", case.hits, case.rows, case.confidence);
        assert_close(interval.lower, case.lower, 1e-14, &what);
        assert_close(interval.upper, case.upper, 1e-14, &what);
    }
}

#[test]
fn kendall_is_that_of_scipy() {
    for KendallCase { x, y, tau, ordered } in golden().kendall {
        let what = format!("{} values", x.len());
        assert_close(kendall_tau_b(&x, &y).unwrap(), tau, 1e-15, &what);
        assert_close(ordered_share(&x, &y).unwrap(), ordered, 1e-15, &what);
    }
}
