//! Reads what outside programs say, where it lies: files of `$REAL_DATA/oracles`.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// A case of a file.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) input: Value,
    pub(crate) expect: Value,
    tolerance: Value,
}

/// Where the oracles are; none, and said so, where they are not.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("REAL_DATA").map(|root| PathBuf::from(root).join("oracles"));
    if folder.is_none() {
        println!("skipped: REAL_DATA is unset");
    }
    folder
}

/// All cases of `quant/{subject}.json`; none where `REAL_DATA` is unset.
pub(crate) fn cases(subject: &str) -> Vec<Case> {
    let Some(folder) = folder() else { return Vec::new() };
    let path = folder.join("quant").join(format!("{subject}.json"));
    let file: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let mut inputs: HashMap<String, Value> = HashMap::new();
    let cases: Vec<Case> = file["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| {
            let name = case["name"].as_str().unwrap().to_owned();
            let mut input = case["input"].clone();
            for (key, value) in input.as_object_mut().unwrap() {
                // "as in …" names the case whose array this is.
                if let Some(of) = value.as_str().and_then(|text| text.strip_prefix("as in ")) {
                    *value = inputs
                        .iter()
                        .find(|(name, _)| {
                            of.split(" of ").all(|part| name.contains(part)) || *name == of
                        })
                        .unwrap_or_else(|| panic!("{name}: no case is {of:?}"))
                        .1[key]
                        .clone();
                }
            }
            inputs.insert(name.clone(), input.clone());
            Case {
                name,
                input,
                expect: case["expect"].clone(),
                tolerance: case["tolerance"].clone(),
            }
        })
        .collect();
    assert!(!cases.is_empty(), "{} holds no cases", path.display());
    println!("{subject}: {} cases", cases.len());
    cases
}

/// A number, also one that JSON has no sign for.
pub(crate) fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().unwrap(),
        other => other.as_f64().unwrap_or_else(|| panic!("{other} is no number")),
    }
}

/// An array of numbers.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

impl Case {
    pub(crate) fn numbers(&self, input: &str) -> Vec<f64> {
        numbers(&self.input[input])
    }

    /// Asserts that `found` is what the case expects under `key`.
    pub(crate) fn check(&self, key: &str, found: f64) {
        let tolerance = number(self.tolerance.get(key).unwrap_or(&self.tolerance["all"]));
        self.check_within(key, found, &self.expect[key], tolerance);
    }

    pub(crate) fn check_within(&self, key: &str, found: f64, wanted: &Value, tolerance: f64) {
        let wanted = number(wanted);
        let distance = (found - wanted).abs() / wanted.abs().max(1.0);
        assert!(
            found == wanted || distance <= tolerance,
            "{}, {key}: {found}, wanted {wanted}",
            self.name
        );
    }
}
