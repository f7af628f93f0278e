//! Holds the crates' dependencies on one another against the layers of `docs/architecture.md`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Every edge there may be between the crates under `crates/`, those for tests included. A new one is a
/// change of the design: change the document first. Strategies may use any of these crates and no other
/// strategy; the runner may use everything; `xtask` nothing. So a new strategy needs no line here.
const ALLOWED: &[(&str, &[&str])] = &[
    ("artifacts", &["files", "strategy-core", "terminal"]),
    ("backtest", &["strategy-core"]),
    (
        "binning",
        &[
            "artifacts",
            "calibration",
            "files",
            "labeling",
            "statistics",
            "strategy-core",
            "terminal",
        ],
    ),
    ("calibration", &["statistics"]),
    (
        "evaluation",
        &["calibration", "payoffs", "pools", "report", "statistics", "strategy-core", "terminal"],
    ),
    ("files", &[]),
    ("indicators", &[]),
    (
        "label-trades",
        &["backtest", "labeling", "market-data", "payoffs", "strategy-core", "terminal"],
    ),
    ("labeling", &[]),
    ("market-data", &["files", "labeling", "strategy-core", "tabular", "terminal"]),
    ("monitoring", &["statistics"]),
    ("payoffs", &["backtest", "statistics", "strategy-core", "terminal"]),
    ("pools", &["artifacts", "binning", "calibration", "labeling", "strategy-core", "terminal"]),
    ("report", &[]),
    ("risk", &["backtest", "labeling", "strategy-core"]),
    ("sample", &["market-data", "strategy-core"]),
    (
        "scored-labels",
        &["labeling", "market-data", "pools", "sample", "strategy-core", "tabular", "terminal"],
    ),
    ("statistics", &[]),
    ("strategy-core", &[]),
    ("streaming", &["strategy-core"]),
    ("tabular", &["files"]),
    ("terminal", &[]),
    ("trials", &["statistics", "tabular"]),
];

/// Only this may name DuckDB; all others build without it, or through it. The end-to-end tests, which
/// belong to the runner, make small database files with it.
const KNOWS_DUCKDB: &str = "market-data";

/// What the program that measures the kernels may use: nothing that links DuckDB, so that the kernels can
/// be measured wherever Rust is.
const KERNEL_BENCH: (&str, &[&str]) = ("kernel-bench", &["binning", "calibration"]);

struct Package {
    /// All of them, those for tests included.
    dependencies: BTreeSet<String>,
    /// Those of the crate itself.
    own: BTreeSet<String>,
    /// Where its manifest is, below the workspace's folder.
    folder: String,
}

impl Package {
    /// The folder at the top of the workspace that it stands in.
    fn layer(&self) -> &str {
        self.folder.split('/').next().unwrap()
    }
}

fn workspace() -> BTreeMap<String, Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--locked"])
        .current_dir(Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join(".."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let root = text(&metadata["workspace_root"]).replace('\\', "/");
    let package = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap();
        let dependencies = all.iter().map(|d| text(&d["name"])).collect();
        let own = all.iter().filter(|d| d["kind"] != "dev").map(|d| text(&d["name"])).collect();
        let manifest = text(&package["manifest_path"]).replace('\\', "/");
        let folder = manifest.strip_prefix(&root).unwrap().trim_start_matches('/').to_owned();
        (text(&package["name"]), Package { dependencies, own, folder })
    };
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

#[test]
fn crates_depend_only_downwards() {
    let workspace = workspace();
    let in_folder = |folder: &str| -> Vec<&str> {
        let names = workspace.iter().filter(|(_, package)| package.layer() == folder);
        names.map(|(name, _)| name.as_str()).collect()
    };
    let crates = in_folder("crates");
    let listed: Vec<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    assert_eq!(crates, listed, "ALLOWED must list the crates under crates/, sorted");
    let everything: Vec<&str> = [crates.clone(), in_folder("strategies")].concat();
    for (name, package) in &workspace {
        let allowed = match package.layer() {
            "crates" => ALLOWED.iter().find(|(known, _)| known == name).unwrap().1,
            "strategies" => crates.as_slice(),
            "bins" => everything.as_slice(),
            "xtask" => &[],
            other => panic!("{name} stands in {other}, which is no layer"),
        };
        for dependency in package.dependencies.iter().filter(|d| workspace.contains_key(*d)) {
            assert!(
                allowed.contains(&dependency.as_str()),
                "`{name}` must not depend on `{dependency}`: see docs/architecture.md"
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
fn the_kernels_are_measured_without_duckdb() {
    let workspace = workspace();
    let (name, allowed) = KERNEL_BENCH;
    let ours = workspace[name].dependencies.iter().filter(|d| workspace.contains_key(*d));
    assert!(
        ours.map(String::as_str).eq(allowed.iter().copied()),
        "{name} uses other crates of ours"
    );
}
