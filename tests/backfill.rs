//! `cargo xtask backfill`.

use std::path::Path;
use std::process::Command;

use crate::market::Market;

/// `cargo xtask`, without asking cargo again where the workspace's test command has just built it: a
/// second cargo would wait for the first one's lock, and build with other features.
fn program() -> Command {
    let beside = Path::new(env!("CARGO_BIN_EXE_runner"))
        .with_file_name(format!("xtask{}", std::env::consts::EXE_SUFFIX));
    if beside.is_file() {
        return Command::new(beside);
    }
    let mut cargo = Command::new(env!("CARGO"));
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
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
    assert!(out.contains("2025-10 kept") && out.contains("2025-11 kept"), "{out}");
}

#[test]
fn a_failure_is_passed_on() {
    let market = Market::new();
    let (ok, _, err) = xtask(&market, "--from 2024-01 --to 2024-02");
    assert!(!ok);
    assert!(err.contains("no predictions for 2024-01"), "{err}");
}
