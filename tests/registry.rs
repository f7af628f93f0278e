//! Which strategies the program has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::program::{json, ok, workspace};

#[test]
fn every_folder_of_a_strategy_is_registered() {
    let strategies = workspace().join("strategies");
    let folders: BTreeSet<String> = fs::read_dir(strategies)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let here = Path::new(".");
    let listed: BTreeSet<String> = json(here, "list --format json")
        .as_array()
        .unwrap()
        .iter()
        .map(|strategy| strategy["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed, folders, "the runner needs a dependency and a `use … as _;` line for each");
    let shipped =
        "ensemble funding-carry mean-reversion ml-calibrated-bins pairs technical-indicators";
    let missing: Vec<_> = shipped.split(' ').filter(|name| !listed.contains(*name)).collect();
    assert_eq!(missing, [""; 0], "six strategies are shipped; more may stand beside them");
}

#[test]
fn the_list_is_a_public_interface() {
    let here = Path::new(".");
    let list = json(here, "list --format json");
    let bins = list.as_array().unwrap().iter().find(|s| s["name"] == "ml-calibrated-bins").unwrap();
    let names: Vec<_> = bins.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(BTreeSet::from_iter(names), BTreeSet::from(["about", "inputs", "name"]));
    assert_eq!(bins["inputs"], serde_json::json!(["y_pred"]));
    assert!(ok(here, "list").starts_with("name,about,inputs\n"));
    assert!(ok(here, "list --format table").contains("ml-calibrated-bins"));
}

/// A parameter has one name: the key of `runner.toml` and of a journal's configuration is that of its flag.
#[test]
fn every_parameter_is_called_as_its_flag() {
    let here = Path::new(".");
    for strategy in json(here, "list --format json").as_array().unwrap() {
        let name = strategy["name"].as_str().unwrap();
        let schema = json(here, &format!("{name} config --format schema"));
        let help = ok(here, &format!("{name} signals --help"));
        for key in schema["properties"].as_object().unwrap().keys() {
            let flag = format!("--{}", key.replace('_', "-"));
            let is_there = help.split_whitespace().any(|word| word == flag);
            assert!(is_there, "{name}: the parameter {key} has no flag {flag}");
        }
    }
}
