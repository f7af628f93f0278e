//! Labels against numpy's: see `golden/make_golden.py`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use chrono::TimeDelta;
use labeling::{CandleSeries, Outcome, TargetKey, TiePolicy, label_candles};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    timestamps: Timestamps,
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Timestamps {
    start_micros: i64,
    step_micros: i64,
    rows: i64,
    missing: Vec<i64>,
}

#[derive(Deserialize)]
struct Case {
    target_key: TargetKey,
    tie_policy: TiePolicy,
    labels: String,
}

fn letter(outcome: Outcome) -> char {
    match outcome {
        Outcome::TakeProfit => '1',
        Outcome::NoTakeProfit => '0',
        Outcome::Incomplete => 'I',
        Outcome::Gap => 'G',
    }
}

#[test]
fn equals_numpy() {
    let golden: Golden = serde_json::from_str(include_str!("golden/labels.json")).unwrap();
    let grid = &golden.timestamps;
    let timestamps: Vec<i64> = (0..grid.rows)
        .filter(|hour| !grid.missing.contains(hour))
        .map(|hour| grid.start_micros + hour * grid.step_micros)
        .collect();
    let interval = TimeDelta::microseconds(grid.step_micros);
    let Golden { open, high, low, close, .. } = &golden;
    let series = CandleSeries::new(&timestamps, open, high, low, close, interval).unwrap();

    assert_eq!(golden.cases.len(), 4);
    for Case { target_key, tie_policy, labels } in &golden.cases {
        let outcomes = label_candles(&series, &target_key.rule(*tie_policy)).unwrap();
        let found: String = outcomes.into_iter().map(letter).collect();
        assert_eq!(&found, labels, "{target_key}, {tie_policy}");
        for kind in "10IG".chars() {
            assert!(labels.contains(kind), "{target_key}: the case has no `{kind}`");
        }
    }
    // The second rule is narrow enough for candles that touch both barriers.
    assert_ne!(golden.cases[2].labels, golden.cases[3].labels);
}
