//! Data that cannot be, and texts that are no numbers: said or refused, never used in silence.

use std::fs;

use crate::commands::with_bins;
use crate::market::{DATASET, Market};
use crate::program::{fails, json, ok, run};

const SIGNALS: [&str; 2] = ["technical-indicators signals", "mean-reversion signals"];
const CANDLES: &str = "--ohlcv-duckdb ohlcv.duckdb --format csv";

#[test]
fn candles_that_no_market_gives_are_refused_or_said() {
    let market = Market::new();
    market.candles("UPDATE ohlcv_btcusdt_1h SET close = high * 1.5 WHERE hour(timestamp) = 3");
    let report = market.rebuild("--bin-month 2025-11 --quiet");
    let ran = run(market.path(), &report);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("31 candles of the window with a close outside"), "{}", ran.err);
    for signals in SIGNALS {
        let ran = run(market.path(), &format!("{signals} {CANDLES}"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(
            ran.err.contains("65 candles of ohlcv_btcusdt_1h with a close outside"),
            "{}",
            ran.err
        );
    }
    market.candles(
        "UPDATE ohlcv_btcusdt_1h SET high = low / 2 WHERE timestamp = TIMESTAMP '2025-10-07 04:00'",
    );
    let says = ["below the low", "2025-10-07 04:00:00"];
    fails(market.path(), &market.rebuild("--bin-month 2025-11 --overwrite"), 1, &says);
    for signals in SIGNALS {
        fails(market.path(), &format!("{signals} {CANDLES}"), 1, &says);
    }
    let status = ok(
        market.path(),
        "data status --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --bins-root bins",
    );
    assert!(status.contains("the high is below the low: 1"), "{status}");
    assert!(status.contains("outside low to high: 65"), "{status}");
}

#[test]
fn gaps_are_said_by_strategies_on_candles() {
    let market = Market::new();
    market.candles(
        "DELETE FROM ohlcv_btcusdt_1h WHERE timestamp BETWEEN '2025-10-20 05:00' AND '2025-10-22 05:00'",
    );
    for signals in SIGNALS {
        let ran = run(market.path(), &format!("{signals} {CANDLES}"));
        assert!(ran.err.contains("49 candles of ohlcv_btcusdt_1h missing"), "{}", ran.err);
        assert!(ran.err.contains("2025-10-20 04:00:00"), "{}", ran.err);
    }
}

#[test]
fn candles_off_the_grid_of_the_predictions_are_named_as_such() {
    let market = Market::new();
    market.candles("UPDATE ohlcv_btcusdt_1h SET timestamp = timestamp + INTERVAL 30 MINUTE");
    let says = ["none of the", "open time of a candle", "00:30:00"];
    fails(market.path(), &market.rebuild("--bin-month 2025-11"), 1, &says);
    let status = ok(
        market.path(),
        "data status --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --bins-root bins",
    );
    assert!(status.contains("lie between the times of the predictions"), "{status}");

    // Predictions between candles are none for them.
    let market = Market::new();
    market.predictions(
        "UPDATE predictions SET ts = ts + INTERVAL 30 MINUTE WHERE ts < TIMESTAMP '2025-10-02'
             AND ts >= TIMESTAMP '2025-10-01'",
    );
    let ran = run(market.path(), &market.rebuild("--bin-month 2025-11 --quiet"));
    assert!(ran.err.contains("no prediction for 24 of the window's 744 candles"), "{}", ran.err);
}

/// Predictions for times at which no candle opens are counted, however few.
#[test]
fn status_counts_predictions_off_the_candles_grid() {
    let market = Market::new();
    market.predictions(
        "UPDATE predictions SET ts = ts + INTERVAL 7 MINUTE
         WHERE ts >= '2025-10-03' AND ts < '2025-10-03 05:00'",
    );
    let status = "data status --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb";
    let problem = "rows are for no open time of the candles: 5";
    assert!(ok(market.path(), status).contains(problem));
    let found = json(market.path(), &format!("{status} --format json"));
    let problems = found["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0]["problem"].as_str().unwrap().ends_with(problem), "{problems:?}");
    assert_eq!(problems[0]["table"], "predictions");
}

#[test]
fn times_that_nobody_means_are_refused_everywhere() {
    let market = with_bins();
    let rows = "timestamp,y_pred\n1970-01-21 03:33:07,0.5\n";
    fs::write(market.file("x.csv"), rows).unwrap();
    for more in ["", "--bin-month 2025-11", "--missing-month skip"] {
        let score = format!("ml-calibrated-bins score x.csv --bins-root bins {more}");
        fails(market.path(), &score, 1, &["row 1", "1970-01-21", "in another unit"]);
    }
    for year in ["9999-12-31", "2999-12-31", "1970-01-21"] {
        let market = with_bins();
        market.predictions(&format!(
            "INSERT INTO predictions SELECT * REPLACE (TIMESTAMP '{year}' AS ts) FROM predictions LIMIT 1"
        ));
        for command in ["signals", "score"] {
            let call = format!(
                "ml-calibrated-bins {command} --pred-duckdb pred.duckdb --bins-root bins \
                 --missing-month skip"
            );
            fails(market.path(), &call, 1, &[year, "pred.duckdb"]);
        }
        fails(market.path(), &market.rebuild("--overwrite"), 1, &[year]);
    }
    for end in ["+262142-12-31", "2025-11-01T00:00:60"] {
        let call = format!("mean-reversion signals --ohlcv-duckdb ohlcv.duckdb --end {end}");
        fails(market.path(), &call, 2, &["--end"]);
    }
}

#[test]
fn bins_of_a_later_month_are_said() {
    let market = with_bins();
    fs::write(market.file("x.csv"), "timestamp,y_pred\n2025-10-01 00:00:00,0.5\n").unwrap();
    let score = "ml-calibrated-bins score x.csv --bins-root bins --bin-month 2025-11";
    let ran = run(market.path(), score);
    assert!(ran.err.contains("calibrated on data after them"), "{}", ran.err);
    fs::write(market.file("x.csv"), "timestamp,y_pred\n2025-11-01 00:00:00,0.5\n").unwrap();
    let ran = run(market.path(), score);
    assert!(!ran.err.contains("after them"), "{}", ran.err);
}

#[test]
fn columns_that_nobody_asked_for_stay_as_they_were() {
    let market = with_bins();
    let row = "INF,12E45,1.10,007,2025-11-01T05:00:00+02:00,\"a, b\",\" x \",NaN,True";
    let text = format!("timestamp,y_pred,a,b,c,d,e,f,g,h,i\n2025-11-01 00:00:00,0.5,{row}\n");
    fs::write(market.file("x.csv"), text).unwrap();
    let out = ok(market.path(), "ml-calibrated-bins score x.csv --bins-root bins --format csv");
    let row = row.replace("\" x \"", " x ");
    assert!(out.contains(&format!("2025-11-01 00:00:00,0.5,{row},")), "{out}");
    // Where types matter, a ticker and an order number are texts.
    let json = ok(market.path(), "ml-calibrated-bins score x.csv --bins-root bins --format json");
    assert!(json.contains("\"INF\"") && json.contains("\"12E45\""), "{json}");
}

#[test]
fn a_quotation_mark_that_is_never_closed_swallows_nothing() {
    let market = with_bins();
    let row = |hour: u32| {
        let mark = if hour == 9 { "\"" } else { "" };
        format!("2025-11-01 {hour:02}:00:00,0.5,{mark}ok\n")
    };
    let rows: String = (0..24).map(row).collect();
    fs::write(market.file("x.csv"), format!("timestamp,y_pred,note\n{rows}")).unwrap();
    let score = "ml-calibrated-bins score x.csv --bins-root bins";
    fails(market.path(), score, 1, &["line 11", "never closed"]);

    let folder = market.file(&format!("models/{DATASET}/{}", crate::market::RUN));
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("pred_train.csv"),
        "timestamp,y_pred,note\n2025-10-03 00:00:00,0.5,\"x\n2025-10-03 01:00:00,0.5,y\n",
    )
    .unwrap();
    market.predictions("DELETE FROM predictions WHERE ts >= '2025-10-03' AND ts < '2025-10-04'");
    let rebuild = market.rebuild("--overwrite --bin-month 2025-11");
    let whole = format!("{rebuild} --train-predictions");
    fails(market.path(), &whole, 1, &["pred_train.csv", "line 2", "never closed"]);
}

#[test]
fn tables_of_other_schemas_are_named() {
    let market = Market::new();
    market.predictions(
        "CREATE SCHEMA dbt; CREATE TABLE dbt.predictions AS FROM predictions; DROP TABLE predictions",
    );
    fails(market.path(), &market.rebuild(""), 1, &["dbt.predictions", "make a view"]);
    let status = ok(
        market.path(),
        "data status --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --bins-root bins",
    );
    assert!(status.contains("in other schemas, not read: dbt.predictions"), "{status}");
}

#[test]
fn a_path_may_hold_a_comma() {
    let market = Market::new();
    fs::copy(market.file("ohlcv.duckdb"), market.file("a,b.duckdb")).unwrap();
    let call = "mean-reversion signals --ohlcv-duckdb ohlcv.duckdb --other-ohlcv \
                x_1h=a,b.duckdb,y_1h=ohlcv.duckdb";
    ok(market.path(), call);
}
