//! The same over files that a Python client of DuckDB wrote, where `REAL_DATA` names their folder.

use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use market_data::{
    CandleFile, Database, Instrument, PredictionFile, PredictionQuery, RowSource, TableContent,
    TimeRange, candle_range, candle_table, file_status, model_paths, prediction_range,
    read_candles, read_funding, read_predictions, read_targets, read_train_predictions,
    target_keys,
};

use crate::rows::{between, collect, column, inputs};
use crate::{instant, micros};

const DATASET: &str = "binance_btcusdt_perp_1h";

fn folder() -> Option<PathBuf> {
    // A relative path starts at the top of the workspace, where the person runs the tests.
    let root = PathBuf::from("../..");
    let folder = std::env::var_os("REAL_DATA").map(|folder| root.join(folder));
    if folder.is_none() {
        println!("skipped: REAL_DATA is not set");
    }
    folder
}

#[test]
fn candles_labels_and_funding() {
    let Some(folder) = folder() else { return };
    let path = folder.join("binance_btcusdt_perp_ohlcv.duckdb");
    let db = Database::open(path, Duration::from_secs(1)).unwrap();
    let table = candle_table(&db, None).unwrap();
    assert_eq!((table.name(), table.symbol()), ("ohlcv_btcusdt_1h", Some("btcusdt")));
    let candles = read_candles(&db, &table, TimeRange::ALL).unwrap();
    assert_eq!(candles.len(), 58_623);
    assert_eq!(candles.interval, TimeDelta::hours(1));
    let span = candle_range(&db, &table).unwrap().unwrap();
    assert_eq!((span.rows, span.first), (58_623, instant("2019-09-08 17:00")));
    let missing: u64 = candles.gaps().iter().map(|gap| gap.missing).sum();
    let hours = (span.last - span.first).num_hours().unsigned_abs() + 1;
    assert_eq!(hours - missing, span.rows);

    let keys = target_keys(&db, DATASET).unwrap();
    assert_eq!(keys, ["y_tp_before_sl_u0.04_d0.02_24h"]);
    let targets = read_targets(&db, DATASET, &keys[0], TimeRange::ALL).unwrap().unwrap();
    assert_eq!(targets.labels.len(), 58_599);
    let funding = read_funding(&db, DATASET, TimeRange::ALL).unwrap().unwrap();
    assert_eq!(funding.rates.len(), 7_323);
}

#[test]
fn predictions_and_train_predictions() {
    let Some(folder) = folder() else { return };
    let path = folder.join("binance_btcusdt_perp_prediction_classifier.duckdb");
    let db = Database::open(path, Duration::from_secs(1)).unwrap();
    let models = model_paths(&db).unwrap();
    assert_eq!(models.len(), 1);
    assert_eq!((models[0].rows, models[0].dataset.as_deref()), (29_576, Some(DATASET)));

    let remounted = format!("/mnt/other/{}", models[0].model_path);
    let query = PredictionQuery { dataset: Some(DATASET), ..PredictionQuery::of_model(&remounted) };
    let predictions = read_predictions(&db, &query).unwrap();
    assert_eq!(predictions.y_pred.len(), 29_576);
    assert_eq!(predictions.model_path_matched.stored(), models[0].model_path);
    let span = prediction_range(&db, &query).unwrap().unwrap();
    assert_eq!(span.last, instant("2026-05-17 07:00"));
    let month = instant("2025-11-01 00:00")..instant("2025-12-01 00:00");
    let query = PredictionQuery { range: month.into(), ..query };
    assert_eq!(read_predictions(&db, &query).unwrap().y_pred.len(), 720);

    let csv = folder.join(&models[0].model_path).with_file_name("pred_train.csv");
    let train = read_train_predictions(csv, TimeRange::ALL).unwrap();
    assert_eq!(train.timestamps.first(), Some(&micros("2020-01-15 00:00")));
    assert!(train.y_true.is_some_and(|labels| labels.iter().all(Option::is_some)));
}

/// Rows of `[close, y_pred, funding_rate]` from 2023 on, by DuckDB.
const JOINED: &str = "
    SELECT count(*), sum(c.close), sum(p.y_pred), sum(f.funding_rate)
    FROM ohlcv_btcusdt_1h c
    JOIN pred.predictions p ON p.ts = c.timestamp
    ASOF JOIN funding_rates f ON c.timestamp + INTERVAL 1 HOUR >= f.timestamp
    WHERE c.timestamp >= '2023-01-01' AND c.timestamp < '2027-01-01'";

#[test]
fn rows_are_those_of_a_join_in_sql() {
    let Some(folder) = folder() else { return };
    let candles = folder.join("binance_btcusdt_perp_ohlcv.duckdb");
    let predictions = folder.join("binance_btcusdt_perp_prediction_classifier.duckdb");
    let wanted: (u64, f64, f64, f64) = {
        let connection = duckdb::Connection::open_in_memory().unwrap();
        for (path, name) in [(&candles, "market"), (&predictions, "pred")] {
            let sql = format!("ATTACH '{}' AS {name} (READ_ONLY)", path.display());
            connection.execute_batch(&sql).unwrap();
        }
        connection.execute_batch("USE market").unwrap();
        let row = |row: &duckdb::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        connection.query_row(JOINED, [], row).unwrap()
    };

    let instrument = Instrument {
        candles: Some(CandleFile::new(candles)),
        predictions: Some(PredictionFile::new(predictions)),
        ..Instrument::default()
    };
    let names = ["close", "y_pred", "funding_rate"];
    let source = RowSource::open(&[instrument], &inputs(&names)).unwrap();
    let range = between("2023-01-01 00:00", "2027-01-01 00:00");
    let (batches, report) = collect(&source, range).unwrap();
    assert_eq!((report.rows, wanted.0), (29_576, 29_576));
    // Hours are read five years at a time.
    assert_eq!(batches.len(), 1);
    for (name, wanted) in names.into_iter().zip([wanted.1, wanted.2, wanted.3]) {
        let sum: f64 = column(&batches, name).iter().map(|(_, value)| value).sum();
        assert!((sum - wanted).abs() <= 1e-9 * wanted.abs(), "{name}: {sum} {wanted}");
    }
}

#[test]
fn the_status_of_whole_files() {
    let Some(folder) = folder() else { return };
    let status = |name: &str| file_status(folder.join(name), Duration::from_secs(1)).unwrap();
    let found = status("binance_btcusdt_perp_ohlcv.duckdb");
    let rows: Vec<_> = found.tables.iter().map(|table| (table.name.as_str(), table.rows)).collect();
    let wanted = [("funding_rates", 7_323), ("ohlcv_btcusdt_1h", 58_623), ("targets", 58_599)];
    assert_eq!(rows, wanted.map(|(name, rows)| (name, Some(rows))));
    let TableContent::Candles(candles) = &found.tables[1].content else { panic!("{found:?}") };
    assert_eq!((candles.duplicates, candles.misplaced, candles.bad_prices), (0, 0, 0));
    let span = candles.span.unwrap();
    let hours = (span.last - span.first).num_hours().unsigned_abs() + 1;
    assert_eq!(hours - candles.missing_candles, span.rows);

    let found = status("binance_btcusdt_perp_prediction_classifier.duckdb");
    let TableContent::Predictions { models } = &found.tables[0].content else {
        panic!("{found:?}")
    };
    assert_eq!((models.len(), models[0].rows, models[0].bad_scores), (1, 29_576, 0));
}
