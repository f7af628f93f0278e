//! Where a run's data is.

use std::path::PathBuf;
use std::time::Duration;

use labeling::TiePolicy;
use market_data::DEFAULT_LOCK_TIMEOUT;

/// What to do about hours of a window for which there are only in-sample predictions: the model has
/// seen their labels, so its scores look better there than they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InSample {
    /// Refuse the month, naming the hours.
    #[default]
    Refuse,
    /// Calibrate on them, which the bins record.
    Use,
    /// Calibrate without these hours.
    LeaveOut,
}

/// The files of one run and what to take from them. What is `None` is found out from the files, if
/// they leave only one possibility.
#[derive(Debug, Clone, PartialEq)]
pub struct Sources {
    /// DuckDB file with the table `predictions`.
    pub predictions: PathBuf,
    /// DuckDB file with a table of candles, and `targets` if there is one.
    pub candles: PathBuf,
    /// The table of candles; needed when the file has several.
    pub candle_table: Option<String>,
    /// The model whose predictions are meant, as stored with them.
    pub model_path: Option<String>,
    /// The instrument, as in `binance_btcusdt_perp_1h`.
    pub dataset: Option<String>,
    /// The run; by default the name of the folder that holds the model.
    pub run_name: Option<String>,
    /// The feature set, where a model has predictions of several for one hour.
    pub feature_key: Option<String>,
    /// The label; by default the one that the run's name carries.
    pub target_key: Option<String>,
    /// How a candle that touches both barriers counts, when labels are made from candles.
    pub tie_policy: TiePolicy,
    /// What to do about hours that only `pred_train.csv` beside the model has a prediction for.
    pub in_sample: InSample,
    /// How long to wait for a file that another process is writing to.
    pub lock_timeout: Duration,
}

impl Sources {
    /// The sources in two files, everything else at its default.
    pub fn new(predictions: impl Into<PathBuf>, candles: impl Into<PathBuf>) -> Self {
        Self {
            predictions: predictions.into(),
            candles: candles.into(),
            candle_table: None,
            model_path: None,
            dataset: None,
            run_name: None,
            feature_key: None,
            target_key: None,
            tie_policy: TiePolicy::default(),
            in_sample: InSample::default(),
            lock_timeout: DEFAULT_LOCK_TIMEOUT,
        }
    }
}
