//! Small DuckDB files in upstream's schema, for one thing or another to be wrong with.

use std::path::{Path, PathBuf};

use duckdb::Connection;
use tempfile::TempDir;

pub(crate) const DATASET: &str = "test_btcusdt_perp_1h";
pub(crate) const RUN: &str = "run_1_y_tp_before_sl_u0.04_d0.02_24h_binary";

/// A folder with `pred.duckdb` and `ohlcv.duckdb`: hourly from 2025-09-01 to 2025-11-04, the candles
/// without `targets`.
pub(crate) struct Market {
    folder: TempDir,
}

impl Market {
    pub(crate) fn new() -> Self {
        Self::from_on("2025-09-01", 65)
    }

    /// A number of days from the day `first` on.
    pub(crate) fn from_on(first: &str, days: u32) -> Self {
        let market = Self { folder: tempfile::tempdir().unwrap() };
        market.candles(&format!(
            "CREATE TABLE ohlcv_btcusdt_1h AS
             SELECT TIMESTAMP '{first}' + INTERVAL (i) HOUR AS timestamp,
                    c AS open, c * 1.005 AS high, c * 0.995 AS low, c AS close, 1.0 AS volume
             FROM (SELECT i, 100 * (1 + 0.05 * sin(i / 9.0) + 0.01 * sin(i / 1.7)) AS c
                   FROM range(24 * {days}) t(i))"
        ));
        market.predictions(&format!(
            "CREATE TABLE predictions (ts TIMESTAMP NOT NULL, y_pred DOUBLE NOT NULL,
                 model_path VARCHAR NOT NULL, feature_key VARCHAR NOT NULL, dataset VARCHAR,
                 created_at TIMESTAMP NOT NULL);
             INSERT INTO predictions
             SELECT TIMESTAMP '{first}' + INTERVAL (i) HOUR,
                    0.5 + 0.3 * cos(i / 9.0) + 0.15 * sin(i * 1.3),
                    'models/{DATASET}/{RUN}/model.txt', 'v1', '{DATASET}', TIMESTAMP '2025-11-05'
             FROM range(24 * {days}) t(i)"
        ));
        market
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Runs SQL on the file with the candles.
    pub(crate) fn candles(&self, sql: &str) {
        Connection::open(self.file("ohlcv.duckdb")).unwrap().execute_batch(sql).unwrap();
    }

    /// Runs SQL on the file with the predictions.
    pub(crate) fn predictions(&self, sql: &str) {
        Connection::open(self.file("pred.duckdb")).unwrap().execute_batch(sql).unwrap();
    }

    /// No price moves from one time to the other: labels of one kind only, which nothing can be
    /// calibrated on.
    pub(crate) fn standing_still(&self, from: &str, to: &str) {
        self.candles(&format!(
            "UPDATE ohlcv_btcusdt_1h SET open = 100, high = 100, low = 100, close = 100
             WHERE timestamp >= '{from}' AND timestamp < '{to}'"
        ));
    }

    /// Arguments of a rebuild on the month before, `more` of them included.
    #[allow(clippy::unused_self, reason = "the arguments name this market's files")]
    pub(crate) fn rebuild(&self, more: &str) -> String {
        let lookback = if more.contains("--lookback") { "" } else { "--lookback-months 1" };
        format!(
            "ml-calibrated-bins rebuild --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb \
             --bins-root bins {lookback} {more}"
        )
    }

    /// Arguments of a verification with the proof from the data.
    #[allow(clippy::unused_self, reason = "the arguments name this market's files")]
    pub(crate) fn verify(&self, more: &str) -> String {
        format!(
            "ml-calibrated-bins verify --rebuild --pred-duckdb pred.duckdb \
             --ohlcv-duckdb ohlcv.duckdb --bins-root bins {more}"
        )
    }

    /// Where the bins of `month` are, from the folder of the market.
    pub(crate) fn bins(month: &str) -> String {
        format!("bins/{DATASET}/{RUN}/{month}.msgpack")
    }
}
