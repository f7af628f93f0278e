//! The whole task, in a small workspace that has what it looks at.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

const MANIFEST: &str = "[package]\nname = \"runner\"\n\n[dependencies]\nclap.workspace = true\n";
const STRATEGIES: &str = "//! One line each.\n\nuse mean_reversion as _;\n";

fn workspace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("bins/runner/src")).unwrap();
    fs::create_dir(folder.path().join("strategies")).unwrap();
    fs::write(folder.path().join(RUNNER_MANIFEST), MANIFEST).unwrap();
    fs::write(folder.path().join(RUNNER_STRATEGIES), STRATEGIES).unwrap();
    fs::copy(root().join("rustfmt.toml"), folder.path().join("rustfmt.toml")).unwrap();
    folder
}

/// Every file below `folder`, with its text; every folder, with nothing.
fn all_of(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(all_of(&path));
            all.insert(path, String::new());
        } else {
            let text = fs::read_to_string(&path).unwrap();
            all.insert(path, text);
        }
    }
    all
}

fn asked(name: &str) -> NewStrategyArgs {
    NewStrategyArgs { name: name.parse().unwrap(), about: "Trades a grid".to_owned() }
}

#[test]
fn a_strategy_is_a_folder_and_two_lines() {
    let workspace = workspace();
    let root = workspace.path();
    let before = all_of(root);
    let report = make(root, &Claimed::default(), &asked("price-grid")).unwrap();
    let after = all_of(root);

    let own = root.join("strategies/price-grid");
    let changed: Vec<_> = after
        .iter()
        .filter(|(path, text)| !path.starts_with(&own) && before.get(*path) != Some(text))
        .map(|(path, _)| path.strip_prefix(root).unwrap())
        .collect();
    assert_eq!(changed, [Path::new(RUNNER_MANIFEST), Path::new(RUNNER_STRATEGIES)]);
    assert!(before.keys().all(|path| after.contains_key(path)));
    assert!(report.contains("bins/runner/Cargo.toml:\n  price-grid = { path"), "{report}");
    assert!(report.contains("src/strategies.rs:\n  use price_grid as _;"), "{report}");

    for (path, text) in after.iter().filter(|(path, _)| path.starts_with(&own)) {
        let left = ["my-idea", "my_idea", "MyIdea", "MY ABOUT"].map(|word| text.contains(word));
        assert_eq!(left, [false; 4], "{}", path.display());
    }
    assert!(after[&own.join("Cargo.toml")].contains("description = \"Strategy: Trades a grid\""));
    assert!(after[&own.join("src/strategy.rs")].contains("pub struct PriceGrid {"));
}

#[test]
fn code_is_laid_out_whatever_the_name() {
    for name in ["x", "a-name-that-makes-every-line-of-code-in-which-it-stands-a-long-1"] {
        let workspace = workspace();
        make(workspace.path(), &Claimed::default(), &asked(name)).unwrap();
        let folder = workspace.path().join("strategies").join(name);
        let checked = std::process::Command::new("rustfmt")
            .args(["--check", "--edition", "2024", "src/lib.rs", "tests/contract.rs"])
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    }
}

#[track_caller]
fn nothing_is_left(prepare: impl Fn(&Path), name: &str, claimed: &Claimed, expect: &str) {
    let workspace = workspace();
    prepare(workspace.path());
    let before = all_of(workspace.path());
    let error = make(workspace.path(), claimed, &asked(name)).unwrap_err();
    assert!(format!("{error:#}").contains(expect), "{error:#}");
    assert_eq!(all_of(workspace.path()), before, "{error:#}");
}

#[test]
fn after_a_refusal_nothing_is_left() {
    let none = Claimed::default();
    let mut taken = Claimed::default();
    taken.add("price_grid", "strategies/price_grid exists");
    nothing_is_left(|_| (), "price-grid", &taken, "strategies/price_grid exists");
    nothing_is_left(|_| (), "rows", &none, "`Rows`");
    nothing_is_left(|_| (), "mean-reversion", &none, "is there already");
    nothing_is_left(|_| (), "clap", &none, "a dependency already");
    let without_links =
        |root: &Path| fs::write(root.join(RUNNER_STRATEGIES), "//! None.\n").unwrap();
    nothing_is_left(without_links, "price-grid", &none, "strategies.rs is not as expected");
    let without_file = |root: &Path| fs::remove_file(root.join(RUNNER_STRATEGIES)).unwrap();
    nothing_is_left(without_file, "price-grid", &none, "cannot read bins/runner/src/strategies.rs");
}

#[test]
fn after_a_failure_nothing_is_left() {
    let none = Claimed::default();
    let folder = |root: &Path| fs::create_dir(root.join("strategies/price-grid")).unwrap();
    nothing_is_left(folder, "price-grid", &none, "price-grid exists");
    let no_strategies = |root: &Path| fs::remove_dir(root.join("strategies")).unwrap();
    nothing_is_left(no_strategies, "price-grid", &none, "cannot make the folder");
    // In the way of what each of the two files is written to first.
    for path in ["bins/runner/Cargo.new-strategy", "bins/runner/src/strategies.new-strategy"] {
        let in_the_way = |root: &Path| fs::create_dir(root.join(path)).unwrap();
        nothing_is_left(in_the_way, "price-grid", &none, "cannot write");
    }
    let other_run = |root: &Path| fs::create_dir(root.join(".new-strategy-price-grid")).unwrap();
    nothing_is_left(other_run, "price-grid", &none, ".new-strategy-price-grid");
}

#[test]
fn a_description_fits_into_a_list() {
    assert_eq!(about("Trades a grid").unwrap(), "Trades a grid");
    let long = "x".repeat(MAX_ABOUT + 1);
    for bad in ["", " x", "Trades a grid.", "one\ntwo", "a \"grid\"", "a [grid]", &long] {
        assert!(about(bad).unwrap_err().to_string().contains("wanted one line"), "{bad}");
    }
}
