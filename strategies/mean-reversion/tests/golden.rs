//! Positions against those of pandas and numpy: see `golden/make_golden.py`.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use mean_reversion::{Decision, HalfLife, MeanReversion, ReversionError};
use serde_json::Value;
use strategy_core::contract_tests::hourly;
use strategy_core::{Lookback, Rows, Side, Strategy, Subject, config_from_flags};

fn open(flags: &str) -> Result<MeanReversion, ReversionError> {
    let config = config_from_flags(flags.split_whitespace()).unwrap();
    MeanReversion::new(config, &Subject::default())
}

fn decide(
    strategy: &mut MeanReversion,
    first_hour: usize,
    close: &[f64],
) -> Result<Vec<Decision>, ReversionError> {
    let batch = hourly(first_hour.try_into().unwrap(), &[("close", close)]).unwrap();
    strategy.decide(&Rows::new(&batch)?)
}

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/positions.json")).unwrap()
}

fn values(value: &Value) -> Vec<Option<f64>> {
    value.as_array().unwrap().iter().map(Value::as_f64).collect()
}

fn close(golden: &Value) -> Vec<f64> {
    values(&golden["close"]).into_iter().map(Option::unwrap).collect()
}

/// Both undefined, or equal to `tolerance` relative to the larger of 1 and their size.
#[track_caller]
fn near(found: Option<f64>, wanted: Option<f64>, tolerance: f64, what: &str) {
    let near = match (found, wanted) {
        (Some(found), Some(wanted)) => (found - wanted).abs() <= tolerance * wanted.abs().max(1.0),
        (found, wanted) => found == wanted,
    };
    assert!(near, "{what}: {found:?} instead of {wanted:?}");
}

#[test]
fn positions_are_those_of_pandas_and_numpy() {
    let golden = golden();
    let close = close(&golden);
    for case in golden["cases"].as_array().unwrap() {
        let flags = case["flags"].as_str().unwrap();
        let decisions = decide(&mut open(flags).unwrap(), 0, &close).unwrap();
        let (z_scores, half_lives) = (values(&case["z_score"]), values(&case["half_life"]));
        let signal = case["signal"].as_array().unwrap();
        assert_eq!(decisions.len(), signal.len());
        for (row, decision) in decisions.iter().enumerate() {
            let what = |name| format!("`{flags}`, row {row}, {name}");
            near(decision.z_score, z_scores[row], 1e-8, &what("z-score"));
            // Long half-lives magnify what numpy's least squares lose to rounding.
            near(decision.half_life, half_lives[row], 1e-6, &what("half-life"));
            let side = i64::from(decision.side.code());
            assert_eq!(Some(side), signal[row].as_i64(), "{}", what("position"));
        }
    }
}

#[test]
fn batches_and_single_rows_agree_to_the_bit() {
    let close = close(&golden());
    let whole = decide(&mut open("--trend-window 100").unwrap(), 0, &close).unwrap();
    let mut strategy = open("--trend-window 100").unwrap();
    let rows = close.iter().enumerate();
    let single: Vec<Decision> =
        rows.flat_map(|(row, &close)| decide(&mut strategy, row, &[close]).unwrap()).collect();
    assert_eq!(whole, single);
}

#[test]
fn the_half_life_of_a_known_process_is_found() {
    // Without noise, x falls to 0.9 of itself each row: ln 2 / −ln 0.9 rows.
    let mut half_life = HalfLife::new("50".parse().unwrap()).unwrap();
    let mut found = None;
    for row in 0..60 {
        found = half_life.update(100.0 * 0.9_f64.powi(row)).unwrap();
    }
    near(found, Some(-std::f64::consts::LN_2 / 0.9_f64.ln()), 1e-9, "half-life");
}

#[test]
fn what_does_not_revert_has_no_half_life() {
    let mut growing = HalfLife::new("10".parse().unwrap()).unwrap();
    let mut swinging = growing.clone();
    let mut constant = growing.clone();
    for row in 0..40 {
        assert_eq!(growing.update(1.1_f64.powi(row)).unwrap(), None, "row {row}");
        let swing = if row % 2 == 0 { 1.2_f64 } else { -1.2_f64 };
        assert_eq!(swinging.update(swing.powi(1) * 1.05_f64.powi(row)).unwrap(), None);
        assert_eq!(constant.update(7.0).unwrap(), None);
    }
}

#[test]
fn a_price_that_is_none_is_refused_and_changes_nothing() {
    let mut half_life = HalfLife::new("2".parse().unwrap()).unwrap();
    assert!(half_life.update(f64::NAN).is_err());
    half_life.update(3.0).unwrap();
    let before = half_life.clone();
    assert!(half_life.update(f64::INFINITY).is_err());
    assert_eq!(half_life, before);

    let error = decide(&mut open("").unwrap(), 0, &[1.0, f64::NAN]).unwrap_err();
    assert!(error.to_string().contains("1970-01-01 01:00 UTC"), "{error}");
    assert!(!MeanReversion::is_usage_error(&error));
}

#[test]
fn parameters_that_cannot_be_are_wrong_usage() {
    for (flags, part) in [
        ("--entry-z 1 --exit-z 1", "0 ≤ exit < entry"),
        ("--trend-window 48", "wanted a longer one"),
        ("--z-window 1", "--z-window cannot be used"),
    ] {
        let error = open(flags).unwrap_err();
        assert!(error.to_string().contains(part), "`{flags}`: {error}");
        assert!(MeanReversion::is_usage_error(&error), "`{flags}`");
    }
}

#[test]
fn a_constant_price_is_never_traded() {
    let decisions = decide(&mut open("--max-half-life any").unwrap(), 0, &[5.0; 300]).unwrap();
    assert!(decisions.iter().all(|decision| decision.side == Side::NoSignal));
}

#[test]
fn the_lookback_is_the_rows_that_cannot_enter_a_position() {
    let close = close(&golden());
    for (flags, wanted) in [
        ("", 240),
        ("--half-life-window 30", 47),
        ("--max-half-life any", 47),
        ("--max-half-life any --trend-window 100", 99),
    ] {
        let mut strategy = open(flags).unwrap();
        let decisions = decide(&mut strategy, 0, &close).unwrap();
        let cold = decisions.iter().position(|decision| {
            let gated = flags.contains("any") || decision.half_life.is_some();
            let filtered = !flags.contains("trend") || decision.trend.is_some();
            decision.z_score.is_some() && gated && filtered
        });
        assert_eq!(cold, Some(wanted), "`{flags}`");
        let config = config_from_flags(flags.split_whitespace()).unwrap();
        assert_eq!(MeanReversion::lookback(&config), Lookback::at_least(wanted), "`{flags}`");
    }
}
