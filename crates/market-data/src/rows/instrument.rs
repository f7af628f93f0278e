//! Where the data of an instrument is.

use std::path::PathBuf;
use std::time::Duration;

use crate::DEFAULT_LOCK_TIMEOUT;

/// The files of one instrument. Only those that the inputs need are opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Its dataset, as in `binance_btcusdt_perp_1h`. A strategy's own instrument may leave it open
    /// where its predictions, or its funding rates, are of one dataset only.
    pub dataset: Option<String>,
    /// Its candles and funding rates.
    pub candles: Option<CandleFile>,
    /// Its predictions.
    pub predictions: Option<PredictionFile>,
    /// How long to wait for a file that another process is writing to.
    pub lock_timeout: Duration,
}

/// A DuckDB file with candles, and the table `funding_rates` if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandleFile {
    /// The file.
    pub path: PathBuf,
    /// The table of candles; needed when the file has several.
    pub table: Option<String>,
}

/// A DuckDB file with the table `predictions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PredictionFile {
    /// The file.
    pub path: PathBuf,
    /// The model; needed when the file has predictions of several.
    pub model_path: Option<String>,
    /// The feature set, where a model has contradicting predictions of several.
    pub feature_key: Option<String>,
}

impl Default for Instrument {
    fn default() -> Self {
        Self { dataset: None, candles: None, predictions: None, lock_timeout: DEFAULT_LOCK_TIMEOUT }
    }
}

impl CandleFile {
    /// The file at `path`, its table still to be found.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), table: None }
    }
}

impl PredictionFile {
    /// The file at `path`, of its only model.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), model_path: None, feature_key: None }
    }
}
