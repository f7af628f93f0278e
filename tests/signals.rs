//! `signals` and `check`: decisions for rows, in every format, and the laws they obey.

use std::fs;

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, json, ok, run};

const DATA: &str = "--pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --bins-root bins";

fn with_bins() -> Market {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet --bin-month all"));
    market
}

fn signals(more: &str) -> String {
    format!("ml-calibrated-bins signals {DATA} {more}")
}

#[test]
fn rows_are_scored_by_the_bins_of_their_own_month() {
    let market = with_bins();
    let rows = json(
        market.path(),
        &signals("--start 2025-10-31T22:00 --end 2025-11-01T01:00 --format json"),
    );
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 4, "both ends are included");
    for row in rows {
        let month = &row["timestamp"].as_str().unwrap()[..7];
        let score = &row["y_pred"];
        let inspect = format!(
            "ml-calibrated-bins inspect {month} --bins-root bins --format json --test {score}"
        );
        let test = json(market.path(), &inspect)["tests"][0].clone();
        for name in ["p_cal", "q_bin", "signal"] {
            assert_eq!(row[name], test[name], "{row}");
        }
    }
}

#[test]
fn every_format_has_the_same_rows() {
    let market = with_bins();
    let range = "--start 2025-11-01 --end 2025-11-01";
    let csv = ok(market.path(), &signals(range));
    assert!(csv.starts_with("timestamp,y_pred,p_cal,q_bin,signal\n2025-11-01 00:00:00,"), "{csv}");
    assert_eq!(csv.lines().count(), 25);
    for ending in ["csv", "parquet", "arrow", "json", "jsonl"] {
        let file = format!("signals.{ending}");
        assert_eq!(ok(market.path(), &signals(&format!("{range} --output {file}"))), "");
        fails(market.path(), &signals(&format!("{range} --output {file}")), 1, &["--overwrite"]);
        ok(market.path(), &signals(&format!("{range} --output {file} --overwrite")));
        let rows: usize = tabular::read(&market.file(&file), 1000)
            .unwrap()
            .map(|batch| batch.unwrap().num_rows())
            .sum();
        assert_eq!(rows, 24, "{ending}");
    }
    assert_eq!(fs::read_to_string(market.file("signals.csv")).unwrap(), csv);
    let table = ok(market.path(), &signals(&format!("{range} --format table")));
    assert!(table.contains("q_bin"), "{table}");
}

#[test]
fn months_without_bins_stop_or_are_counted() {
    let market = with_bins();
    let early = signals("--start 2025-09-29 --end 2025-10-02");
    fails(market.path(), &early, 1, &["no bins for 2025-09", "2025-10"]);
    let ran = run(market.path(), &format!("{early} --missing-month skip"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("48 rows of 2025-09 without a signal"), "{}", ran.err);
    assert_eq!(ran.out.lines().filter(|line| line.ends_with(",,,0")).count(), 48, "{}", ran.out);
    // Another month's bins, asked for by name.
    let borrowed = ok(market.path(), &format!("{early} --bins-for 2025-09=2025-10"));
    assert!(!borrowed.contains(",,,0"), "{borrowed}");
}

#[test]
fn thresholds_are_held_against_the_bins() {
    let market = with_bins();
    let day = signals("--start 2025-11-01 --end 2025-11-01");
    let count = |flags: &str, side: &str| {
        let out = ok(market.path(), &format!("{day} {flags}"));
        out.lines().filter(|line| line.ends_with(side)).count()
    };
    let wide = "--long-bin-threshold 11 --short-bin-threshold 10";
    assert_eq!(count(wide, ",1") + count(wide, ",-1"), 24);
    for crossed in ["--long-bin-threshold 2", "--short-bin-threshold 19", "--long-bin-threshold 21"]
    {
        fails(market.path(), &format!("{day} {crossed}"), 2, &["1 ≤ short < long ≤ 20"]);
    }
}

/// Thresholds that are no rule of any bins are wrong usage whether there are bins or not.
#[test]
fn thresholds_are_looked_at_before_bins() {
    let market = Market::new();
    let data = "--pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --start 2025-11-01";
    let scores = "timestamp,y_pred\n2025-11-01 00:00:00,0.5\n";
    fs::write(market.file("scores.csv"), scores).unwrap();
    for command in [
        format!("signals {data}"),
        format!("backtest {data}"),
        format!("state {data}"),
        "score scores.csv --signal".to_owned(),
        "inspect 2025-11".to_owned(),
        "evaluate --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --lookback-months 1"
            .to_owned(),
    ] {
        for (wrong, flag) in [
            ("--long-bin-threshold 0", "--long-bin-threshold"),
            ("--long-bin-threshold 21", "--long-bin-threshold"),
            ("--short-bin-threshold 0", "--short-bin-threshold"),
            ("--long-bin-threshold 5 --short-bin-threshold 7", "--short-bin-threshold"),
        ] {
            let call = format!("ml-calibrated-bins {command} {wrong}");
            fails(market.path(), &call, 2, &[flag, "short < long"]);
        }
    }
}

#[test]
fn ranges_that_hold_nothing_or_make_no_sense() {
    let market = with_bins();
    let parts = ["2030-01-01", "2025-11-04"];
    fails(market.path(), &signals("--start 2030-01-01 --end 2030-02-01"), 1, &parts);
    fails(market.path(), &signals("--start yesterday"), 2, &["2025-11-01T05:00"]);
    let reversed = signals("--start 2025-11-02 --end 2025-11-01");
    fails(market.path(), &reversed, 2, &["--start comes after --end"]);
    fails(market.path(), &signals("--output signals.xlsx"), 2, &[".parquet"]);
    assert!(!market.file("signals.xlsx").exists());
}

#[test]
fn the_laws_hold_on_the_persons_own_rows() {
    let market = with_bins();
    let check = format!("ml-calibrated-bins check {DATA} --start 2025-10-01 --end 2025-11-04");
    let out = ok(market.path(), &check);
    assert!(out.contains("keeps the laws on 840 rows"), "{out}");
    fails(market.path(), &format!("{check} --long-bin-threshold 2"), 2, &["short < long"]);
}

#[test]
fn help_says_what_each_command_is_about() {
    let market = Market::new();
    let help = |command: &str| ok(market.path(), &format!("{command} --help"));
    let top = help("");
    assert!(top.contains("Calibrates a model's scores each month"), "{top}");
    assert!(help("ml-calibrated-bins signals").starts_with("Decide each row"));
    assert!(help("ml-calibrated-bins check").starts_with("Runs the strategy over the rows"));
}

#[test]
fn scores_of_one_model_never_meet_bins_of_another() {
    let market = with_bins();
    let day = signals("--start 2025-11-01 --end 2025-11-01");
    market.predictions(&format!(
        "INSERT INTO predictions
         SELECT ts, 0.9, 'models/{DATASET}/other_run/model.txt', feature_key, dataset, created_at
         FROM predictions"
    ));
    let other = format!("--model-path models/{DATASET}/other_run/model.txt");
    let parts = ["other_run/model.txt", RUN, "--run-name"];
    fails(market.path(), &format!("{day} {other} --run-name {RUN}"), 1, &parts);
    let file = Market::bins("2025-11");
    fails(market.path(), &format!("{day} {other} --bins-for 2025-11={file}"), 1, &parts);
    // The model that the bins were made for may lie on a disk of another name.
    ok(market.path(), &format!("{day} --model-path /mnt/elsewhere/{RUN}/model.txt"));
}

#[test]
fn bins_that_saw_the_future_are_said() {
    let market = with_bins();
    let october = signals("--start 2025-10-05 --end 2025-10-05");
    let ran = run(market.path(), &format!("{october} --bins-for 2025-10=2025-11"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("calibrated on data after them"), "{}", ran.err);
    assert!(!run(market.path(), &october).err.contains("warning"));
    let twice = format!("{october} --bins-for 2025-10=2025-11,2025-10=2025-10");
    fails(market.path(), &twice, 2, &["two different bins for 2025-10"]);
    ok(
        market.path(),
        &market.rebuild("--quiet --overwrite --bin-month 2025-10 --label-cutoff none"),
    );
    let late = run(market.path(), &october);
    assert!(late.err.contains("label cutoff none"), "{}", late.err);
}

#[test]
fn data_that_is_read_is_never_written() {
    let market = with_bins();
    let before = fs::read(market.file("pred.duckdb")).unwrap();
    let into = signals("--start 2025-11-01 --format csv --overwrite --output pred.duckdb");
    fails(market.path(), &into, 2, &["pred.duckdb", "is a file that is read"]);
    assert_eq!(fs::read(market.file("pred.duckdb")).unwrap(), before);
}
