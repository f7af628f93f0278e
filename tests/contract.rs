//! The contract that every registered strategy is held to, over the real registry.

use std::path::Path;

use strategy_core::{contract_tests, registry};

use crate::program::ok;

/// What a strategy needs before it can decide anything: its flags, after making what they name.
fn prepared(name: &str, folder: &Path) -> Vec<String> {
    match name {
        // The suite's rows lie in January and February 2025.
        "ml-calibrated-bins" => {
            ok(folder, "ml-calibrated-bins rebuild --quiet --sample --from 2025-01 --to 2025-02");
            vec!["--bins-root".to_owned(), folder.join("data/sample/bins").display().to_string()]
        }
        "ensemble" => {
            ok(folder, "ensemble rebuild --from 2025-01 --to 2025-02");
            vec!["--ensemble-root".to_owned(), folder.join("data/ensemble").display().to_string()]
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_strategy_keeps_the_contract() {
    let strategies = registry::registered().unwrap();
    assert!(strategies.iter().count() > 0);
    for entry in &strategies {
        let folder = tempfile::tempdir().unwrap();
        let flags = prepared(entry.name(), folder.path());
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        if let Err(error) = contract_tests::suite(entry, &flags) {
            panic!("{}: {error}", entry.name());
        }
    }
}

#[test]
fn pools_that_learn_within_the_month_keep_the_contract() {
    let strategies = registry::registered().unwrap();
    let entry = strategies.find("ensemble").unwrap();
    for pool in ["hedge", "boa"] {
        let folder = tempfile::tempdir().unwrap();
        ok(folder.path(), &format!("ensemble rebuild --pool {pool} --from 2025-01 --to 2025-02"));
        let root = folder.path().join("data/ensemble").display().to_string();
        contract_tests::suite(entry, &["--pool", pool, "--ensemble-root", &root]).unwrap();
    }
}
