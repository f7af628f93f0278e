//! Uniqueness of overlapping trades against `$REAL_DATA/oracles/quant/uniqueness.json`, and its laws.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests fail by panicking and say what they compared"
)]

use std::path::Path;

use labeling::Concurrency;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

fn integers(value: &Value) -> Vec<usize> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| usize::try_from(v.as_u64().unwrap()).unwrap())
        .collect()
}

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

#[test]
fn equals_the_oracle() {
    let Ok(root) = std::env::var("REAL_DATA") else {
        println!("skipped: REAL_DATA is unset");
        return;
    };
    let path = Path::new(&root).join("oracles/quant/uniqueness.json");
    let oracle: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases = oracle["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let (input, expect) = (&case["input"], &case["expect"]);
        let trades: Vec<(usize, usize)> =
            integers(&input["start_row"]).into_iter().zip(integers(&input["end_row"])).collect();
        let concurrency = Concurrency::of(trades.iter().copied());
        let mut counts: Vec<usize> = concurrency.counts().iter().map(|&n| n as usize).collect();
        counts.resize(usize::try_from(input["rows"].as_u64().unwrap()).unwrap(), 0);
        assert_eq!(counts, integers(&expect["concurrency"]), "{}", case["name"]);
        let unique: Vec<f64> =
            trades.iter().map(|&(start, end)| concurrency.uniqueness(start, end)).collect();
        for (found, wanted) in unique.iter().zip(floats(&expect["average_uniqueness"])) {
            assert!((found - wanted).abs() < 1e-10, "{}: {found} for {wanted}", case["name"]);
        }
        let effective: f64 = unique.iter().sum();
        let wanted = expect["n_effective"].as_f64().unwrap();
        assert!((effective - wanted).abs() < 1e-10, "{}: {effective} for {wanted}", case["name"]);
    }
    println!("{} cases compared", cases.len());
}

proptest! {
    #[test]
    fn trades_apart_count_whole_and_equal_ones_count_once(
        lengths in vec((1_usize..20, 1_usize..5), 1..30)
    ) {
        let mut at = 0;
        let mut effective = 0.0;
        let mut trades = Vec::new();
        for &(length, copies) in &lengths {
            trades.extend(std::iter::repeat_n((at, at + length), copies));
            at += length;
        }
        let concurrency = Concurrency::of(trades.iter().copied());
        for &(start, end) in &trades {
            effective += concurrency.uniqueness(start, end);
        }
        prop_assert!((effective - lengths.len() as f64).abs() < 1e-9);
    }

    #[test]
    fn counts_are_what_a_person_would_count(trades in vec((0_usize..40, 0_usize..12), 0..40)) {
        let trades: Vec<_> = trades.into_iter().map(|(start, length)| (start, start + length)).collect();
        let concurrency = Concurrency::of(trades.iter().copied());
        let count = |row| trades.iter().filter(|(start, end)| *start < row && row <= *end).count();
        for (row, &found) in concurrency.counts().iter().enumerate() {
            prop_assert_eq!(found as usize, count(row));
        }
        for &(start, end) in &trades {
            let mean = (start + 1..=end).map(|row| 1.0 / count(row) as f64).sum::<f64>()
                / (end - start).max(1) as f64;
            prop_assert!((concurrency.uniqueness(start, end) - mean).abs() < 1e-12);
        }
    }
}
