//! Where a run's data is.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use labeling::TiePolicy;
use market_data::{DEFAULT_LOCK_TIMEOUT, DataFlags};
use sample::SamplePaths;

use crate::{Result, ScoredLabelsError};

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

    /// The files that `flags` name, and what else they say; with no file named, those of the sample of
    /// `dataset`, which is made if it is not there: `say` is told so.
    ///
    /// # Errors
    /// [`ScoredLabelsError::FileMissing`]; when the sample cannot be made, or must not be used.
    pub fn of_flags(flags: &DataFlags, dataset: Option<&str>, say: &mut dyn Write) -> Result<Self> {
        let missing = |given, missing| Err(ScoredLabelsError::FileMissing { given, missing });
        let files = match sample::stand_in(flags, dataset, say)? {
            Some(sample) => Self {
                dataset: Some(sample.dataset),
                ..Self::new(&sample.predictions, &sample.candles)
            },
            None => match (&flags.pred_duckdb, &flags.ohlcv_duckdb) {
                (Some(predictions), Some(candles)) => Self::new(predictions, candles),
                (Some(_), None) => return missing("--pred-duckdb", "--ohlcv-duckdb"),
                (None, Some(_)) => return missing("--ohlcv-duckdb", "--pred-duckdb"),
                (None, None) => {
                    return missing("the flags given", "--pred-duckdb and --ohlcv-duckdb");
                }
            },
        };
        Ok(Self {
            candle_table: flags.ohlcv_table.clone(),
            model_path: flags.model_path.clone(),
            dataset: dataset.map(str::to_owned).or(files.dataset),
            feature_key: flags.feature_key.clone(),
            lock_timeout: flags.lock_timeout,
            ..files
        })
    }

    /// The same for the predictions of several models, which their runs name.
    ///
    /// # Errors
    /// As [`of_flags`](Self::of_flags).
    pub fn of_models(
        flags: &DataFlags,
        dataset: Option<&str>,
        say: &mut dyn Write,
    ) -> Result<Self> {
        let found = Self { model_path: None, ..Self::of_flags(flags, dataset, say)? };
        if flags.pred_duckdb.as_ref() == Some(&found.predictions) {
            return Ok(found);
        }
        let predictions = SamplePaths::in_dir(&flags.sample_dir).three_models;
        Ok(Self { predictions, ..found })
    }
}
