//! Holds the crates' dependencies on one another against the layers of `docs/src/architecture.md`.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Every edge there may be between our crates, those for tests included. A new one is a change of the
/// design: change the document first.
const ALLOWED: &[(&str, &[&str])] = &[
    ("binning", &["calibration", "strategy-core"]),
    ("calibration", &[]),
    ("labeling", &[]),
    ("market-data", &["strategy-core"]),
    ("ml-calibrated-bins", &["binning", "calibration", "labeling", "market-data", "strategy-core"]),
    ("runner", &["market-data", "ml-calibrated-bins", "strategy-core", "tabular"]),
    ("strategy-core", &[]),
    ("tabular", &[]),
    ("xtask", &[]),
];

/// Only this may name DuckDB; all others build without it, or through it. The end-to-end tests, which
/// belong to the runner, make small database files with it.
const KNOWS_DUCKDB: &str = "market-data";

struct Package {
    /// All of them, those for tests included.
    dependencies: BTreeSet<String>,
    /// Those of the crate itself.
    own: BTreeSet<String>,
    folder: String,
}

fn workspace() -> BTreeMap<String, Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--locked"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let package = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap();
        let dependencies = all.iter().map(|d| text(&d["name"])).collect();
        let own = all.iter().filter(|d| d["kind"] != "dev").map(|d| text(&d["name"])).collect();
        let folder = text(&package["manifest_path"]).replace('\\', "/");
        (text(&package["name"]), Package { dependencies, own, folder })
    };
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

#[test]
fn crates_depend_only_downwards() {
    let workspace = workspace();
    let names: Vec<&str> = workspace.keys().map(String::as_str).collect();
    let listed: Vec<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, listed, "ALLOWED must list the workspace's crates, sorted");
    for (name, allowed) in ALLOWED {
        let ours = workspace[*name].dependencies.iter().filter(|d| workspace.contains_key(*d));
        for dependency in ours {
            assert!(
                allowed.contains(&dependency.as_str()),
                "`{name}` must not depend on `{dependency}`: see docs/src/architecture.md"
            );
        }
    }
}

#[test]
fn duckdb_is_known_to_one_crate() {
    for (name, package) in workspace() {
        let knows = package.own.iter().any(|d| d.contains("duckdb"));
        assert_eq!(knows, name == KNOWS_DUCKDB, "{name} and DuckDB");
        let tests_only = package.dependencies.contains("duckdb") && !knows;
        assert!(!tests_only || name == "runner", "the tests of {name} link DuckDB");
    }
}

#[test]
fn strategies_and_crates_stand_where_their_layer_says() {
    for (name, package) in workspace() {
        let folder = match name.as_str() {
            "runner" => "/bins/",
            "xtask" => "/xtask/",
            "ml-calibrated-bins" => "/strategies/",
            _ => "/crates/",
        };
        assert!(package.folder.contains(folder), "{name} is at {}", package.folder);
    }
}
