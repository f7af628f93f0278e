//! The same over files that a Python client of DuckDB wrote, where `REAL_DATA` names their folder.

use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use market_data::{
    Database, PredictionQuery, TimeRange, candle_range, candle_table, model_paths,
    prediction_range, read_candles, read_funding, read_predictions, read_targets,
    read_train_predictions, target_keys,
};

use crate::{instant, micros};

const DATASET: &str = "binance_btcusdt_perp_1h";

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("REAL_DATA").map(PathBuf::from);
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
