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
