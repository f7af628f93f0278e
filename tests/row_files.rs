//! Parquet and CSV wherever a DuckDB file is taken, standard input, and formats of outputs.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use duckdb::Connection;

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, json, ok, runner};

/// A market whose tables also stand in files of rows, with labels and funding rates.
fn exported() -> Market {
    let market = Market::new();
    market.candles(&format!(
        "CREATE TABLE targets AS SELECT timestamp, '{DATASET}' AS dataset,
             'y_tp_before_sl_u0.04_d0.02_24h' AS target_key,
             CAST(hour(timestamp) < 6 AS DOUBLE) AS target_value,
             TIMESTAMP '2025-11-05' AS created_at
         FROM ohlcv_btcusdt_1h;
         CREATE TABLE funding_rates AS SELECT timestamp, '{DATASET}' AS dataset,
             0.0001 AS funding_rate FROM ohlcv_btcusdt_1h WHERE hour(timestamp) % 8 = 0"
    ));
    fs::create_dir(market.file("rows")).unwrap();
    let here = market.path().display();
    let copy = |file: &str, table: &str, to: &str| {
        let connection = Connection::open(market.file(file)).unwrap();
        connection.execute_batch(&format!("COPY {table} TO '{here}/{to}'")).unwrap();
    };
    for ending in ["parquet", "csv"] {
        copy("pred.duckdb", "predictions", &format!("predictions.{ending}"));
        copy("ohlcv.duckdb", "ohlcv_btcusdt_1h", &format!("ohlcv_btcusdt_1h.{ending}"));
    }
    copy("ohlcv.duckdb", "ohlcv_btcusdt_1h", "rows/ohlcv_btcusdt_1h.parquet");
    copy("ohlcv.duckdb", "targets", "rows/labels.csv");
    copy("ohlcv.duckdb", "funding_rates", "rows/funding.parquet");
    market
}

#[test]
fn files_of_rows_give_the_bins_that_duckdb_gives() {
    let market = exported();
    let fingerprint = |predictions: &str, candles: &str| {
        let report = json(
            market.path(),
            &format!(
                "ml-calibrated-bins rebuild --pred-duckdb {predictions} --ohlcv-duckdb {candles} \
                 --bins-root bins --lookback-months 1 --overwrite --format json"
            ),
        );
        let metadata = &report["months"][0]["metadata"];
        (metadata["label"]["source"].clone(), metadata["fingerprint"].clone())
    };
    let with_labels = fingerprint("pred.duckdb", "ohlcv.duckdb");
    assert_eq!(with_labels.0, "targets");
    assert_eq!(fingerprint("predictions.parquet", "rows"), with_labels);
    assert_eq!(fingerprint("predictions.csv", "rows"), with_labels);
    market.candles("DROP TABLE targets");
    let from_candles = fingerprint("pred.duckdb", "ohlcv.duckdb");
    for ending in ["parquet", "csv"] {
        let candles = format!("ohlcv_btcusdt_1h.{ending}");
        assert_eq!(
            fingerprint(&format!("predictions.{ending}"), &candles),
            from_candles,
            "{ending}"
        );
    }
}

#[test]
fn signals_and_status_read_them_too() {
    let market = exported();
    ok(market.path(), &market.rebuild("--quiet"));
    let signals = |predictions: &str| {
        let flags = "--bins-root bins --start 2025-11";
        ok(
            market.path(),
            &format!("ml-calibrated-bins signals --pred-duckdb {predictions} {flags}"),
        )
    };
    assert_eq!(signals("predictions.parquet"), signals("pred.duckdb"));
    assert_eq!(signals("predictions.csv"), signals("pred.duckdb"));
    let candles = |file: &str| {
        ok(market.path(), &format!("technical-indicators signals --ohlcv-duckdb {file}"))
    };
    assert_eq!(candles("ohlcv_btcusdt_1h.csv"), candles("ohlcv.duckdb"));
    assert_eq!(candles("rows"), candles("ohlcv.duckdb"));

    let status = json(market.path(), "data status --ohlcv-duckdb rows --format json");
    let tables = status["files"][0]["tables"].as_array().unwrap();
    let kinds: Vec<_> =
        tables.iter().map(|t| (t["name"].as_str().unwrap(), t["kind"].as_str().unwrap())).collect();
    assert_eq!(
        kinds,
        [("funding_rates", "funding"), ("ohlcv_btcusdt_1h", "candles"), ("targets", "targets")]
    );
}

#[test]
fn files_that_are_not_what_they_should_be_are_named() {
    let market = exported();
    fs::write(market.file("bad.csv"), "ts,y_pred\n2025-11-01,0.5,1\n").unwrap();
    fs::write(market.file("few.csv"), "ts,y_pred\n2025-11-01 00:00:00,0.5\n").unwrap();
    fs::create_dir(market.file("empty")).unwrap();
    let signals = "ml-calibrated-bins signals --pred-duckdb";
    fails(market.path(), &format!("{signals} bad.csv"), 1, &["bad.csv", "line 2"]);
    fails(market.path(), &format!("{signals} few.csv"), 1, &["few.csv", "model_path"]);
    fails(market.path(), &format!("{signals} empty"), 1, &["empty is a folder"]);
}

/// Candles whose file's name tells no instrument: what the error proposes works.
#[test]
fn the_advice_for_candles_without_a_name_works() {
    let market = exported();
    for ending in ["parquet", "csv"] {
        let file = |name: &str| market.file(&format!("{name}.{ending}"));
        fs::copy(file("ohlcv_btcusdt_1h"), file("prices")).unwrap();
        let rebuild = |candles: &str| {
            format!(
                "ml-calibrated-bins rebuild --pred-duckdb pred.duckdb --ohlcv-duckdb {candles}.{ending} \
                 --bins-root bins --lookback-months 1 --overwrite --quiet"
            )
        };
        let advice =
            [&format!("btcusdt_1h.{ending}"), "--ohlcv-table ohlcv_ if they are the right candles"];
        fails(market.path(), &rebuild("prices"), 1, &advice);
        ok(market.path(), &format!("{} --ohlcv-table ohlcv_", rebuild("prices")));
        fs::rename(file("prices"), file("btcusdt_1h")).unwrap();
        ok(market.path(), &rebuild("btcusdt_1h"));
    }
}

#[test]
fn score_reads_standard_input_and_adds_signals() {
    let market = exported();
    ok(market.path(), &market.rebuild("--quiet"));
    let rows = "timestamp,y_pred\n2025-11-01 00:00:00,0.05\n2025-11-01 01:00:00,0.95\n";
    fs::write(market.file("scores.csv"), rows).unwrap();
    let choice = format!("--bins-root bins --dataset {DATASET} --run-name {RUN}");
    let piped = |flags: &str, bytes: &[u8]| {
        let mut child =
            runner(market.path(), &format!("ml-calibrated-bins score - {choice} {flags}"))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let by_file = ok(market.path(), &format!("ml-calibrated-bins score scores.csv {choice}"));
    assert_eq!(piped("", rows.as_bytes()), by_file);
    ok(
        market.path(),
        &format!("ml-calibrated-bins score scores.csv {choice} -o s.parquet --signal"),
    );
    let lines = "{\"timestamp\":\"2025-11-01T00:00:00\",\"y_pred\":0.05}\n";
    assert!(piped("", lines.as_bytes()).starts_with("timestamp,y_pred,p_cal,q_bin\n"));

    let signals = piped("--signal", rows.as_bytes());
    let last =
        |line: usize| signals.lines().nth(line).unwrap().rsplit(',').next().unwrap().to_owned();
    assert_eq!([last(0), last(1), last(2)], ["signal", "-1", "1"]);
    let parquet = fs::read(market.file("s.parquet")).unwrap();
    let head = "timestamp,y_pred,p_cal,q_bin,signal";
    assert_eq!(signals.lines().next().unwrap(), head);
    fails(market.path(), &format!("ml-calibrated-bins score s.parquet {choice}"), 1, &["p_cal"]);
    assert!(parquet.starts_with(b"PAR1"));
}

#[test]
fn a_format_that_contradicts_the_ending_is_refused() {
    let market = exported();
    ok(market.path(), &market.rebuild("--quiet"));
    let said = ["out.parquet ends like a file of Parquet", "csv"];
    let output = "--bins-root bins -o out.parquet --format csv";
    fails(
        market.path(),
        &format!("ml-calibrated-bins signals --pred-duckdb pred.duckdb --start 2025-11 {output}"),
        2,
        &said,
    );
    fails(
        market.path(),
        &format!("ml-calibrated-bins score --pred-duckdb pred.duckdb {output}"),
        2,
        &said,
    );
    assert!(!market.file("out.parquet").exists());
}
