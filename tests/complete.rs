//! A month whose data has not all come.

use crate::market::{DATASET, Market};
use crate::program::{fails, json, ok, run};
use crate::tree::files;

const LAST_HOUR: &str = "'2025-10-31 23:00'";

/// The month fails, names what is lacking and writes nothing; it can be made all the same.
#[track_caller]
fn is_incomplete(market: &Market, flags: &str, lacking: &[&str]) {
    let before = files(market.path());
    let wanted: Vec<&str> =
        lacking.iter().chain(&["2025-11", "not complete", "--allow-incomplete"]).copied().collect();
    fails(market.path(), &market.rebuild(flags), 1, &wanted);
    assert_eq!(files(market.path()), before, "something was written");

    let report = json(
        market.path(),
        &market.rebuild(&format!("{flags} --allow-incomplete --overwrite --format json")),
    );
    let warning = &report["months"][0]["warnings"][0];
    assert_eq!(warning["kind"], "incomplete", "{report}");
    assert!(warning["message"].as_str().unwrap().contains(lacking[0]), "{warning}");
    std::fs::remove_dir_all(market.file("bins")).unwrap();
}

/// Data up to the end of the window of 2025-11, which this fixture then lacks an hour of.
fn until_november() -> Market {
    let market = Market::new();
    market.candles("DELETE FROM ohlcv_btcusdt_1h WHERE timestamp >= '2025-11-01'");
    market.predictions("DELETE FROM predictions WHERE ts >= '2025-11-01'");
    market
}

#[test]
fn a_window_that_is_there_to_the_hour_is_complete() {
    let report =
        json(until_november().path(), &Market::new().rebuild("--bin-month 2025-11 --format json"));
    assert_eq!(report["months"][0]["warnings"].as_array().unwrap().len(), 0, "{report}");
    assert_eq!(report["months"][0]["metadata"]["cal_rows"], 720);
}

#[test]
fn predictions_that_end_an_hour_early() {
    let market = until_november();
    market.predictions(&format!(
        "CREATE TABLE late AS SELECT * FROM predictions WHERE ts = {LAST_HOUR};
         DELETE FROM predictions WHERE ts = {LAST_HOUR}"
    ));
    let lacking = ["the predictions end at 2025-10-31 22:00", "have to reach 2025-10-31 23:00 UTC"];
    is_incomplete(&market, "--bin-month 2025-11", &lacking);
    // Then the hour comes.
    market.predictions("INSERT INTO predictions SELECT * FROM late");
    ok(market.path(), &market.rebuild("--bin-month 2025-11"));
}

#[test]
fn candles_that_end_an_hour_early() {
    let market = until_november();
    market.candles(&format!("DELETE FROM ohlcv_btcusdt_1h WHERE timestamp = {LAST_HOUR}"));
    let lacking = ["the candles end at 2025-10-31 22:00", "have to reach 2025-10-31 23:00 UTC"];
    is_incomplete(&market, "--bin-month 2025-11", &lacking);
}

#[test]
fn both_are_told() {
    let market = until_november();
    market.candles(&format!("DELETE FROM ohlcv_btcusdt_1h WHERE timestamp = {LAST_HOUR}"));
    market.predictions(&format!("DELETE FROM predictions WHERE ts = {LAST_HOUR}"));
    is_incomplete(&market, "--bin-month 2025-11", &["the predictions end", "the candles end"]);
}

fn with_targets(until: &str) -> Market {
    let market = Market::new();
    market.candles(&format!(
        "CREATE TABLE targets AS SELECT timestamp, '{DATASET}' AS dataset,
             'y_tp_before_sl_u0.04_d0.02_24h' AS target_key,
             CAST(hour(timestamp) < 6 AS DOUBLE) AS target_value, now()::TIMESTAMP AS created_at
         FROM ohlcv_btcusdt_1h WHERE timestamp <= '{until}'"
    ));
    market
}

#[test]
fn labels_of_the_table_that_end_an_hour_early() {
    // The label of 2025-10-30 23:00 is the last that was known when November began.
    let lacking = ["the labels end at 2025-10-30 22:00", "have to reach 2025-10-30 23:00 UTC"];
    is_incomplete(&with_targets("2025-10-30 22:00"), "--bin-month 2025-11", &lacking);
    let market = with_targets("2025-10-30 23:00");
    ok(market.path(), &market.rebuild("--bin-month 2025-11"));
    // Without a cutoff every row of the window needs its label.
    let lacking = ["the labels end at 2025-10-30 23:00", "have to reach 2025-10-31 23:00 UTC"];
    std::fs::remove_dir_all(market.file("bins")).unwrap();
    is_incomplete(&market, "--bin-month 2025-11 --label-cutoff none", &lacking);
}

#[test]
fn without_a_cutoff_the_candles_of_the_horizon_after_the_month_are_needed() {
    let market = Market::new();
    let after = "DELETE FROM ohlcv_btcusdt_1h WHERE timestamp >= '2025-11-01 23:00'";
    market.candles(after);
    let lacking = ["the candles end at 2025-11-01 22:00", "have to reach 2025-11-01 23:00 UTC"];
    is_incomplete(&market, "--bin-month 2025-11 --label-cutoff none", &lacking);
    ok(market.path(), &market.rebuild("--bin-month 2025-11"));
}

#[test]
fn a_hole_in_the_middle_is_only_warned_of() {
    let market = Market::new();
    let hole = "BETWEEN '2025-10-10 05:00' AND '2025-10-12 05:00'";
    market.candles(&format!("DELETE FROM ohlcv_btcusdt_1h WHERE timestamp {hole}"));
    market.predictions(&format!("DELETE FROM predictions WHERE ts {hole}"));
    let ran = run(market.path(), &market.rebuild("--bin-month 2025-11"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in ["no prediction for", "the window lacks"] {
        assert!(ran.out.contains(part), "{}", ran.out);
    }
    assert!(!ran.out.contains("not complete"), "{}", ran.out);
}

#[test]
fn the_month_of_the_clock_waits_for_its_data() {
    let market = Market::new();
    let before = files(market.path());
    let ran = run(market.path(), &market.rebuild("--bin-month current"));
    assert_eq!(ran.code, 1, "{}", ran.out);
    let month = month_of_the_clock();
    assert!(ran.err.contains(&format!("no predictions for {month}")), "{}", ran.err);
    assert!(ran.err.contains("to 2025-11-04 23:00 UTC"), "{}", ran.err);
    assert_eq!(files(market.path()), before);
    // A window that reaches back to the data is incomplete instead.
    let error = ["not complete", "2025-11-04 23:00", &month];
    let far = "--bin-month current --lookback-months 240";
    fails(market.path(), &market.rebuild(far), 1, &error);
}

/// In UTC.
fn month_of_the_clock() -> String {
    let clock = duckdb::Connection::open_in_memory().unwrap();
    let since = std::time::UNIX_EPOCH.elapsed().unwrap().as_micros();
    let month = format!("SELECT strftime(make_timestamp({since}), '%Y-%m')");
    clock.query_row(&month, [], |row| row.get(0)).unwrap()
}

#[test]
fn latest_is_the_month_of_the_newest_prediction() {
    let market = until_november();
    let path = ok(market.path(), &market.rebuild("--bin-month latest --quiet"));
    assert_eq!(path, format!("{}\n", Market::bins("2025-10")));
}

#[test]
fn with_keep_going_an_incomplete_month_leaves_the_others() {
    let market = until_november();
    market.predictions(&format!("DELETE FROM predictions WHERE ts = {LAST_HOUR}"));
    let ran = run(
        market.path(),
        &market.rebuild("--from 2025-10 --to 2025-11 --keep-going --format json"),
    );
    assert_eq!(ran.code, 1);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["months"][0]["status"], "written");
    assert_eq!(report["months"][1]["error"]["kind"], "incomplete");
    assert!(ran.err.contains("1 of 2 months failed"), "{}", ran.err);
}
