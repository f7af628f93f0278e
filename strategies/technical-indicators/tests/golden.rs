//! Decisions against those of TA-Lib and numpy: see `golden/make_golden.py`.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use proptest::prelude::*;
use serde_json::Value;
use strategy_core::contract_tests::hourly;
use strategy_core::{
    Lookback, Rows, SignalType, Strategy, Subject, config_from_flags, default_config,
};
use technical_indicators::{Config, Decision, TechnicalError, TechnicalIndicators};

fn open(flags: &str) -> Result<TechnicalIndicators, TechnicalError> {
    let config = config_from_flags(flags.split_whitespace()).unwrap();
    TechnicalIndicators::new(config, &Subject::default())
}

fn decide(
    strategy: &mut TechnicalIndicators,
    first_hour: usize,
    close: &[f64],
) -> Result<Vec<Decision>, TechnicalError> {
    let batch = hourly(first_hour.try_into().unwrap(), &[("close", close)]).unwrap();
    strategy.decide(&Rows::new(&batch)?)
}

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/decisions.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn decisions_are_those_of_ta_lib_and_numpy() {
    let golden = golden();
    let close = numbers(&golden["close"]);
    for case in golden["cases"].as_array().unwrap() {
        let flags = case["flags"].as_str().unwrap();
        let decisions = decide(&mut open(flags).unwrap(), 0, &close).unwrap();
        let signal: Vec<i64> = decisions.iter().map(|d| d.vote().code().into()).collect();
        let wanted: Vec<i64> =
            case["signal"].as_array().unwrap().iter().map(|s| s.as_i64().unwrap()).collect();
        for (row, (found, wanted)) in signal.iter().zip(&wanted).enumerate() {
            assert_eq!(found, wanted, "`{flags}`, row {row}: {:?}", decisions[row]);
        }
    }
}

#[test]
fn only_indicators_in_use_show_values() {
    let close = numbers(&golden()["close"]);
    let decisions = decide(&mut open("--indicators rsi").unwrap(), 0, &close).unwrap();
    let filled: Vec<(&str, usize)> = Decision::columns(&decisions)
        .into_iter()
        .map(|column| (column.name, close.len() - column.values.null_count()))
        .filter(|(name, values)| *name != "vote" && *values > 0)
        .collect();
    assert_eq!(filled, [("rsi", close.len() - 14)]);
}

#[test]
fn a_price_that_never_moved_is_not_oversold() {
    let decisions = decide(&mut open("--indicators rsi").unwrap(), 0, &[5.0; 50]).unwrap();
    assert!(decisions.iter().all(|decision| decision.side().code() == 0));
}

#[test]
fn parameters_that_cannot_be_are_wrong_usage() {
    for (flags, part) in [
        ("--rsi-oversold 70 --rsi-overbought 30", "oversold < overbought"),
        ("--rsi-overbought 101", "≤ 100"),
        ("--macd-fast 26 --macd-slow 12", "--macd-slow and --macd-signal do not go together"),
        ("--indicators rsi,macd,rsi", "twice"),
    ] {
        let error = open(flags).unwrap_err();
        assert!(error.to_string().contains(part), "`{flags}`: {error}");
        assert!(TechnicalIndicators::is_usage_error(&error), "`{flags}`");
    }
}

#[test]
fn indicators_must_be_named() {
    let mut config: Config = default_config().unwrap();
    config.indicators.clear();
    let error = TechnicalIndicators::new(config, &Subject::default()).unwrap_err();
    assert!(matches!(error, TechnicalError::NoneNamed), "{error}");
    assert!(TechnicalIndicators::is_usage_error(&error));
}

#[test]
fn a_close_that_is_no_price_names_its_row() {
    let error = decide(&mut open("").unwrap(), 0, &[1.0, f64::NAN]).unwrap_err();
    assert!(error.to_string().contains("1970-01-01 01:00 UTC"), "{error}");
    assert!(!TechnicalIndicators::is_usage_error(&error));
}

proptest! {
    #[test]
    fn batches_and_single_rows_agree_to_the_bit(cuts in prop::collection::vec(1usize..200, 1..20)) {
        let close = numbers(&golden()["close"]);
        let whole = decide(&mut open("--vote any").unwrap(), 0, &close).unwrap();
        let mut strategy = open("--vote any").unwrap();
        let mut parts = Vec::new();
        let mut cuts = cuts.into_iter().cycle();
        while parts.len() < close.len() {
            let end = close.len().min(parts.len() + cuts.next().unwrap());
            parts.extend(decide(&mut strategy, parts.len(), &close[parts.len()..end]).unwrap());
        }
        prop_assert_eq!(whole, parts);
    }
}

#[test]
fn the_lookback_is_the_rows_that_lack_an_indicator() {
    let close = numbers(&golden()["close"]);
    for (flags, wanted) in [
        ("", 33),
        ("--indicators rsi", 14),
        ("--indicators bollinger", 19),
        ("--indicators macd,rsi --macd-signal 1 --rsi-period 40", 40),
    ] {
        let mut strategy = open(flags).unwrap();
        let decisions = decide(&mut strategy, 0, &close).unwrap();
        let in_use = |name: &str| !flags.contains("--indicators") || flags.contains(name);
        let cold = (0..close.len()).find(|&row| {
            let columns = Decision::columns(&decisions[row..=row]);
            let shown = |name| columns.iter().any(|c| c.name == name && c.values.null_count() == 0);
            [("rsi", "rsi"), ("macd", "macd"), ("bollinger", "bollinger_upper")]
                .into_iter()
                .all(|(name, column)| !in_use(name) || shown(column))
        });
        assert_eq!(cold, Some(wanted), "`{flags}`");
        let config = config_from_flags(flags.split_whitespace()).unwrap();
        let lookback = TechnicalIndicators::lookback(&config);
        assert_eq!(lookback, Lookback::at_least(wanted), "`{flags}`");
    }
}
