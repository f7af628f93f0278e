//! Reading the oracle files under `$REAL_DATA/oracles/quant`.
#![allow(clippy::print_stdout, reason = "tests say what they compared")]

use std::path::Path;

use serde_json::Value;

/// Gives each case of the file to `check`, which returns how many numbers it compared.
pub(crate) fn each_case(file: &str, check: impl Fn(&Value, &Value, &str) -> usize) {
    let Ok(root) = std::env::var("REAL_DATA") else {
        println!("skipped: REAL_DATA is unset");
        return;
    };
    let path = Path::new(&root).join("oracles/quant").join(file);
    let oracle: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases = oracle["cases"].as_array().unwrap();
    assert!(!cases.is_empty(), "{file} has no cases");
    let compared: usize = cases
        .iter()
        .map(|case| check(&case["input"], &case["expect"], case["name"].as_str().unwrap()))
        .sum();
    assert!(compared > 0, "{file}: nothing was compared");
    println!("{file}: {} cases, {compared} numbers compared", cases.len());
}

/// A number, also one that JSON has no form for.
pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| match value.as_str() {
        Some("inf") => f64::INFINITY,
        Some("-inf") => f64::NEG_INFINITY,
        Some("nan") => f64::NAN,
        _ => panic!("{value} is no number"),
    })
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[track_caller]
pub(crate) fn close(found: f64, wanted: f64, tolerance: f64, what: &str) {
    let near = (found - wanted).abs() <= tolerance || (found.is_nan() && wanted.is_nan());
    assert!(near, "{what}: {found} for {wanted}");
}
