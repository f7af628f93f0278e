//! `cargo xtask backfill`.

use std::path::Path;
use std::process::Command;

use crate::market::Market;

fn xtask(market: &Market, flags: &str) -> (bool, String, String) {
    // Within the workspace, where cargo finds the alias, and from there into the market's folder.
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "xtask", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml"))
        .arg("--")
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
