//! Tests: the sample on disk.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;

use arrow::array::AsArray;
use market_data::{
    DEFAULT_LOCK_TIMEOUT, Database, PredictionQuery, TimeRange, candle_table, read_candles,
    read_funding, read_predictions, read_train_predictions,
};

use crate::{
    FEATURE_KEY, Sample, SampleError, SamplePaths, SampleSpec, TARGET_KEY, ensure, generate, write,
};

fn small() -> Sample {
    generate(&SampleSpec { months: 3, training_months: 1, ..SampleSpec::default() })
}

fn query(path: &Path, sql: &str) -> Vec<String> {
    let database = Database::open(path, DEFAULT_LOCK_TIMEOUT).unwrap();
    let batches = database.stream(sql, &[]).unwrap().map(Result::unwrap);
    batches
        .flat_map(|batch| {
            let texts = batch.column(0).as_string::<i32>();
            texts.iter().map(|text| text.unwrap().to_owned()).collect::<Vec<_>>()
        })
        .collect()
}

/// As the programs that write the real files declare them.
#[test]
fn the_schema_is_upstreams() {
    let folder = tempfile::tempdir().unwrap();
    let paths = write(&small(), folder.path()).unwrap();
    let schema = |path| {
        query(
            path,
            "SELECT sql FROM duckdb_tables() WHERE database_name = current_database() ORDER BY table_name",
        )
    };
    let funding = "CREATE TABLE funding_rates(\"timestamp\" TIMESTAMP, dataset VARCHAR, \
        funding_rate DOUBLE NOT NULL, PRIMARY KEY(\"timestamp\", dataset));";
    let candles = |symbol| {
        format!(
            "CREATE TABLE ohlcv_{symbol}_1h(\"timestamp\" TIMESTAMP, snapshot_time TIMESTAMP, \
             open DOUBLE, high DOUBLE, low DOUBLE, \"close\" DOUBLE, volume DOUBLE, \
             created_at TIMESTAMP DEFAULT(current_timestamp));"
        )
    };
    let targets = "CREATE TABLE targets(\"timestamp\" TIMESTAMP, dataset VARCHAR, \
        target_key VARCHAR, target_value DOUBLE NOT NULL, \
        created_at TIMESTAMP DEFAULT(current_timestamp), \
        PRIMARY KEY(\"timestamp\", dataset, target_key));";
    let predictions = "CREATE TABLE predictions(ts TIMESTAMP NOT NULL, y_pred DOUBLE NOT NULL, \
        model_path VARCHAR NOT NULL, feature_key VARCHAR NOT NULL, dataset VARCHAR, \
        created_at TIMESTAMP DEFAULT(current_timestamp) NOT NULL);";
    let [btc, eth] = &paths.instruments;
    assert_eq!(schema(&btc.candles), [funding, &candles("btcusdt"), targets]);
    assert_eq!(schema(&eth.candles), [funding, &candles("ethusdt")]);
    assert_eq!(schema(&btc.predictions), [predictions]);
    assert_eq!(schema(&eth.predictions), [predictions]);
}

#[test]
fn what_is_written_is_what_was_generated() {
    let folder = tempfile::tempdir().unwrap();
    let sample = small();
    let paths = write(&sample, folder.path()).unwrap();
    for (paths, sample) in paths.instruments.iter().zip(&sample.instruments) {
        let closes = query(
            &paths.candles,
            &format!(
                "SELECT epoch_us(timestamp) || ' ' || close FROM {} ORDER BY timestamp",
                sample.instrument.ohlcv_table()
            ),
        );
        let wanted = sample.candles.timestamps.iter().zip(&sample.candles.close);
        assert_eq!(
            closes,
            wanted.map(|(time, close)| format!("{time} {close:?}")).collect::<Vec<_>>()
        );

        let rows = &sample.predictions;
        let written = query(
            &paths.predictions,
            "SELECT concat_ws(' ', epoch_us(ts), feature_key, epoch_us(created_at), model_path) \
             FROM predictions",
        );
        let model = sample.instrument.model_path();
        let wanted = (0..rows.timestamps.len()).map(|row| {
            let (time, key) = (rows.timestamps[row], rows.feature_keys[row]);
            format!("{time} {key} {} {model}", rows.created_at[row])
        });
        assert_eq!(written, wanted.collect::<Vec<_>>());

        let csv = fs::read_to_string(&paths.train_predictions).unwrap();
        assert_eq!(csv.lines().count(), 1 + sample.training.timestamps.len());
        let first = format!("2023-10-01 00:00:00,{},", sample.training.y_pred[0]);
        assert!(csv.lines().nth(1).unwrap().starts_with(&first), "{csv:.200}");
    }
    let labels = query(
        &paths.instruments[0].candles,
        "SELECT count(*) || ' ' || sum(target_value)::INT || ' ' || min(target_key) FROM targets",
    );
    let known: Vec<bool> = sample.instruments[0].labels.iter().flatten().copied().collect();
    let hits = known.iter().filter(|&&hit| hit).count();
    assert_eq!(labels, [format!("{} {hits} {}", known.len(), TARGET_KEY)]);
}

#[test]
fn the_readers_give_back_what_was_generated() {
    let folder = tempfile::tempdir().unwrap();
    let sample = small();
    let paths = write(&sample, folder.path()).unwrap();
    for (paths, sample) in paths.instruments.iter().zip(&sample.instruments) {
        let market = Database::open(&paths.candles, DEFAULT_LOCK_TIMEOUT).unwrap();
        let table = candle_table(&market, None).unwrap();
        assert_eq!(read_candles(&market, &table, TimeRange::ALL).unwrap(), sample.candles);
        let funding = read_funding(&market, &paths.dataset, TimeRange::ALL).unwrap();
        assert_eq!(funding.as_ref(), Some(&sample.funding));

        let scores = Database::open(&paths.predictions, DEFAULT_LOCK_TIMEOUT).unwrap();
        let model_path = sample.instrument.model_path();
        let read = read_predictions(&scores, &PredictionQuery::of_model(&model_path)).unwrap();
        let rows = &sample.predictions;
        let newest =
            (0..rows.timestamps.len()).filter(|&row| rows.feature_keys[row] == FEATURE_KEY);
        let (timestamps, y_pred): (Vec<i64>, Vec<f64>) =
            newest.map(|row| (rows.timestamps[row], rows.y_pred[row])).unzip();
        assert_eq!((read.timestamps, read.y_pred), (timestamps, y_pred));

        let training = read_train_predictions(&paths.train_predictions, TimeRange::ALL).unwrap();
        assert_eq!(training.timestamps, sample.training.timestamps);
        assert_eq!(training.y_pred, sample.training.y_pred);
        let labels = sample.training.y_true.iter().copied().map(Some).collect();
        assert_eq!(training.y_true, Some(labels));
    }
}

#[test]
fn nothing_is_left_but_the_sample() {
    let folder = tempfile::tempdir().unwrap();
    let mut found: Vec<String> = {
        write(&small(), folder.path()).unwrap();
        let entries = fs::read_dir(folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    found.sort();
    assert_eq!(
        found,
        [
            "models",
            "sample.toml",
            "sample_btcusdc_perp_ohlcv.duckdb",
            "sample_btcusdt_perp_ohlcv.duckdb",
            "sample_btcusdt_perp_prediction_classifier.duckdb",
            "sample_btcusdt_perp_three_models.duckdb",
            "sample_btcusdt_spot_ohlcv.duckdb",
            "sample_ethusdt_perp_ohlcv.duckdb",
            "sample_ethusdt_perp_prediction_classifier.duckdb",
            "sample_solusdt_perp_ohlcv.duckdb",
        ]
    );
}

#[test]
fn an_incomplete_or_outdated_sample_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let paths = SamplePaths::in_dir(folder.path());
    assert!(!paths.is_complete());
    write(&small(), folder.path()).unwrap();
    assert!(paths.is_complete());
    assert_eq!(ensure(folder.path()).unwrap(), (paths.clone(), false));

    fs::remove_file(&paths.instruments[1].predictions).unwrap();
    assert!(!paths.is_complete());
    write(&small(), folder.path()).unwrap();

    let marker = fs::read_to_string(&paths.marker).unwrap();
    assert!(marker.contains("\ngenerator_version = 3\nseed = 73\n"), "{marker}");
    fs::write(&paths.marker, marker.replace("generator_version = 3", "generator_version = 30"))
        .unwrap();
    assert!(!paths.is_complete());
    assert_eq!(ensure(folder.path()).unwrap(), (paths.clone(), true));
    assert!(paths.is_complete());
}

#[test]
fn many_at_once_all_get_a_whole_sample() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let paths = write(&small(), folder.path()).unwrap();
                let rows = query(
                    &paths.instruments[0].predictions,
                    "SELECT count(*)::VARCHAR FROM predictions",
                );
                assert_eq!(rows, [((30 + 31) * 24 + 336).to_string()]);
            });
        }
    });
    assert!(SamplePaths::in_dir(folder.path()).is_complete());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = ensure(file.join("sample")).unwrap_err();
    let SampleError::Io { action: "create", path, .. } = &error else { panic!("{error:?}") };
    assert_eq!(path, &file.join("sample"));
}
