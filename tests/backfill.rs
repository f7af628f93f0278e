//! `cargo xtask backfill`.

use std::path::Path;
use std::process::Command;

use crate::market::{DATASET, Market};
use crate::program::workspace;
use crate::tree::tree;

/// `cargo xtask`, without asking cargo again where the workspace's test command has just built it: a
/// second cargo would wait for the first one's lock, and build with other features.
fn program() -> Command {
    let beside = Path::new(env!("CARGO_BIN_EXE_runner"))
        .with_file_name(format!("xtask{}", std::env::consts::EXE_SUFFIX));
    if beside.is_file() {
        let mut beside = Command::new(beside);
        // As cargo would.
        beside.env("CARGO_MANIFEST_DIR", workspace().join("xtask"));
        return beside;
    }
    let mut cargo = Command::new(env!("CARGO"));
    let workspace = workspace().join("Cargo.toml");
    cargo
        .args(["run", "--quiet", "--package", "xtask", "--manifest-path"])
        .arg(workspace)
        .arg("--");
    cargo
}

fn xtask(market: &Market, flags: &str) -> (bool, String, String) {
    let output = program()
        .arg("backfill")
        .args(flags.split_whitespace())
        .current_dir(market.path())
        .env("RUNNER_PROGRAM", env!("CARGO_BIN_EXE_runner"))
        .env("RUNNER_PRED_DUCKDB", "pred.duckdb")
        .env("RUNNER_OHLCV_DUCKDB", "ohlcv.duckdb")
        .env("RUNNER_BINS_ROOT", "bins")
        .env("RUNNER_LOOKBACK_MONTHS", "1")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn by_default_every_month_with_a_full_lookback_is_made() {
    let market = Market::new();
    let (ok, out, err) = xtask(&market, "-- --quiet");
    assert!(ok, "{err}");
    let both = format!("{}\n{}\n", Market::bins("2025-10"), Market::bins("2025-11"));
    assert_eq!(out, both);
    // A second call finds them there and succeeds.
    let (ok, out, err) = xtask(&market, "--from 2025-10 --to 2025-11");
    assert!(ok, "{err}");
    let kept = out.lines().filter(|line| line.contains("kept")).count();
    assert_eq!(kept, 2, "{out}");
}

#[test]
fn a_failure_is_passed_on() {
    let market = Market::new();
    let (ok, _, err) = xtask(&market, "--from 2024-01 --to 2024-02");
    assert!(!ok);
    assert!(err.contains("no predictions for 2024-01"), "{err}");
}

#[test]
fn its_flags_reach_the_runner() {
    let market = Market::new();
    let before = tree(market.path());
    let (ok, plan, err) = xtask(&market, "--dry-run --jobs 2 --keep-going --method isotonic");
    assert!(ok, "{err}");
    assert_eq!(plan.matches("missing").count(), 2, "{plan}");
    assert_eq!(plan.matches("build").count(), 2, "{plan}");
    assert_eq!(tree(market.path()), before);

    let one = "--from 2025-10 --to 2025-10";
    let run = "run_1_y_tp_before_sl_u0.04_d0.02_24h_binary";
    let names = format!("--dataset {DATASET} --run {run}");
    let (ok, _, err) = xtask(&market, &format!("{one} {names} --method isotonic --jobs 1"));
    assert!(ok, "{err}");
    let (ok, plan, err) = xtask(&market, &format!("--dry-run --only-stale {names}"));
    assert!(ok, "{err}");
    for part in ["method isotonic instead of platt", "replace", "missing", "leave"] {
        assert!(plan.contains(part), "no `{part}` in\n{plan}");
    }
    let (ok, table, err) = xtask(&market, "--only-stale");
    assert!(ok, "{err}");
    for part in ["2025-10  written", "2025-11  left out"] {
        assert!(table.contains(part), "no `{part}` in\n{table}");
    }
    assert!(!market.file(&Market::bins("2025-11")).exists());

    let (ok, table, err) = xtask(&market, "--from 2025-08 --to 2025-11 --keep-going");
    assert!(!ok, "{table}");
    assert!(err.contains("2 of 4 months failed"), "{err}");
    assert!(table.contains("2025-11  written"), "{table}");
    let (ok, _, err) = xtask(&market, "--dataset nobody");
    assert!(!ok && err.contains("nobody"), "{err}");
    let (ok, _, err) = xtask(&market, "--only-stale -- --overwrite");
    assert!(!ok && err.contains("cannot be used with"), "{err}");
}
