//! What can go wrong between a run's files and the rows of a window.

use std::ops::Range;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use labeling::{LabelError, LeftOut};
use market_data::{FileError, MarketDataError, TimeSpan};
use sample::SampleError;
use strategy_core::YearMonth;
use terminal::listed;
use thiserror::Error;

use crate::Lacking;
use crate::text::{available_text, keys_there_are, minute, span_text};

/// Predictions and labels that cannot be read, or make no window.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScoredLabelsError {
    /// The data could not be read.
    #[error(transparent)]
    MarketData(#[from] MarketDataError),
    /// The generated sample could not be made, or may not be used.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// Only one of the two files of a run was named.
    #[error("{given} needs {missing} beside it: predictions and candles are two files")]
    FileMissing {
        /// The flag that was given.
        given: &'static str,
        /// The flag that it needs.
        missing: &'static str,
    },
    /// Labels could not be made from candles, or the label is not known.
    #[error("cannot label the rows of {}", file.display())]
    Labels {
        /// The file with the candles.
        file: PathBuf,
        /// What was wrong.
        source: LabelError,
    },
    /// Nobody's scores are asked for.
    #[error("no members: name the runs of at least two models")]
    NoMembers,
    /// Candles that do not tell how trades ended.
    #[error("{} does not tell how trades ended: {reason}", file.display())]
    Trades {
        /// The file with the candles.
        file: PathBuf,
        /// What was wrong.
        reason: String,
    },
    /// No label was named, none could be found, and there is no table of them.
    #[error(
        "there is no label to calibrate against: name one with --target-key{}",
        keys_there_are(file, dataset, keys)
    )]
    NoTargetKey {
        /// The file with the candles.
        file: PathBuf,
        /// The dataset.
        dataset: String,
        /// The keys that `targets` has for the dataset.
        keys: Vec<String>,
        /// Why the run's name gives none.
        source: LabelError,
    },
    /// `targets` lacks the key, and it is no rule that labels could be made by.
    #[error(
        "the label `{target_key}` is not in the table `targets` of {} for the dataset \
         {dataset}{}, and it is no barrier rule that candles could be labelled by",
        file.display(), keys_there_are(file, dataset, keys)
    )]
    UnknownTarget {
        /// The file with the candles.
        file: PathBuf,
        /// The dataset.
        dataset: String,
        /// The label wanted.
        target_key: String,
        /// The keys that `targets` has for the dataset.
        keys: Vec<String>,
        /// Why it is no rule.
        source: LabelError,
    },
    /// How far the label looks ahead is not known, so neither is when it was known.
    #[error(
        "the label `{target_key}` does not say how far it looks ahead, so it cannot be told which \
         labels were known when the month began; pass --label-cutoff none to take them all"
    )]
    UnknownHorizon {
        /// The label.
        target_key: String,
    },
    /// The candles and the predictions are made at different intervals.
    #[error(
        "the predictions of {dataset} come every {}, but the candles of table {table} in {} every \
         {}: a label must start at the close of the row's own candle; pass --ohlcv-table with a \
         table of that interval",
        span_text(*wanted), file.display(), span_text(*found)
    )]
    IntervalMismatch {
        /// The file with the candles.
        file: PathBuf,
        /// The table of candles.
        table: String,
        /// The candles' interval.
        found: TimeDelta,
        /// The dataset.
        dataset: String,
        /// Its interval: the one in its name, otherwise the predictions' smallest spacing.
        wanted: TimeDelta,
    },
    /// Two files could be the model's in-sample predictions.
    #[error(
        "in-sample predictions of {model_path} are in two files, {} and {}: pass the model's full \
         path with --model-path, or --no-train-predictions",
        first.display(), second.display()
    )]
    TrainFileNotUnique {
        /// The model.
        model_path: String,
        /// One of them.
        first: PathBuf,
        /// Another.
        second: PathBuf,
    },
    /// The file holds no predictions at all.
    #[error("{} has no predictions: its table `predictions` is empty", file.display())]
    EmptyPredictions {
        /// The file.
        file: PathBuf,
    },
    /// The model lies in no folder that could name the run.
    #[error("the model path `{model_path}` has no folder to name the run after: pass --run-name")]
    NoRunName {
        /// The model.
        model_path: String,
    },
    /// Hours of the window have in-sample predictions only, and nobody asked for these.
    #[error(
        "the window of {month} has no out-of-sample prediction for {rows} hours from {} to {} UTC. {} \
         has in-sample ones: the model has seen their labels, so bins made of them look better than \
         they are. --train-predictions uses them and marks the month, --no-train-predictions leaves \
         these hours out; a later month or fewer --lookback-months needs neither",
        minute(*first), minute(*last), file.display()
    )]
    OnlyInSample {
        /// The month.
        month: YearMonth,
        /// How many hours.
        rows: u64,
        /// The first of them.
        first: DateTime<Utc>,
        /// The last.
        last: DateTime<Utc>,
        /// `pred_train.csv`.
        file: PathBuf,
    },
    /// The window holds no prediction.
    #[error(
        "no predictions for {month}: {} has none of {model_path} from {} up to {} UTC; {}",
        file.display(), minute(window.start), minute(window.end), available_text(available.as_ref())
    )]
    NoPredictions {
        /// The month.
        month: YearMonth,
        /// Its window.
        window: Range<DateTime<Utc>>,
        /// The file with the predictions.
        file: PathBuf,
        /// The model.
        model_path: String,
        /// What there is.
        available: Option<TimeSpan>,
    },
    /// No prediction of the window has a label.
    #[error(
        "no labelled rows for {month}: of {} predictions from {} up to {} UTC none has a usable \
         label {target_key} ({} without one, {} not known when the month began, {} over a gap in \
         the candles): check --target-key and that the candles cover the window",
        left_out.total(), minute(window.start), minute(window.end),
        left_out.without_label, left_out.after_cutoff, left_out.in_gap
    )]
    NoLabels {
        /// The month.
        month: YearMonth,
        /// Its window.
        window: Range<DateTime<Utc>>,
        /// The label.
        target_key: String,
        /// The rows by what they lack.
        left_out: LeftOut,
    },
    /// Predictions and candles never meet.
    #[error(
        "no labelled rows for {month}: none of the {predictions} predictions is at the open time of a \
         candle: predictions at {}, candles at {} UTC; the timestamps of both must be open times",
        prediction.format("%Y-%m-%d %H:%M:%S%.f"), candle.format("%Y-%m-%d %H:%M:%S%.f")
    )]
    OffTheGrid {
        /// The month.
        month: YearMonth,
        /// Predictions of its window.
        predictions: u64,
        /// The first of them.
        prediction: DateTime<Utc>,
        /// The first candle of the window.
        candle: DateTime<Utc>,
    },
    /// Fewer rows than bins.
    #[error(
        "the window of {month} has {rows} labelled rows for {n_bins} bins: use a longer \
         --lookback-months, fewer --n-bins, or more data"
    )]
    TooFewRows {
        /// The month.
        month: YearMonth,
        /// Labelled rows of its window.
        rows: u64,
        /// Number of bins wanted.
        n_bins: u16,
    },
    /// Data that the window needs has not come yet.
    #[error(
        "the data for {month} is not complete: {}; run again when it has come, or pass \
         --allow-incomplete to calibrate on what there is",
        listed(lacking, "; ")
    )]
    Incomplete {
        /// The month.
        month: YearMonth,
        /// What is lacking.
        lacking: Vec<Lacking>,
    },
    /// No month has a full window of predictions.
    #[error(
        "no month has {lookback_months} months of predictions before it: {} has {}; name the months \
         to use what there is, or pass a shorter --lookback-months",
        file.display(), available_text(Some(available))
    )]
    NoFullMonth {
        /// The file with the predictions.
        file: PathBuf,
        /// What there is.
        available: TimeSpan,
        /// Months wanted.
        lookback_months: u16,
    },
    /// No month has a full window of the members' predictions.
    #[error(
        "no month has {lookback_months} whole months of predictions before it: wait, or shorten --lookback-months"
    )]
    NoFullWindow {
        /// Months of a window.
        lookback_months: u16,
    },
    /// No row of the months to be evaluated can be judged.
    #[error(
        "nothing to evaluate from {from} to {to}: no out-of-sample prediction there has a known \
         label; {}",
        available_text(available.as_ref())
    )]
    NothingToEvaluate {
        /// First month.
        from: YearMonth,
        /// Last month.
        to: YearMonth,
        /// What predictions there are.
        available: Option<TimeSpan>,
    },
    /// The first month given comes after the last.
    #[error(
        "there is no month from {from} to {to}: give the earlier one with --from (by default the \
         first with a full window) and the later with --to (by default the newest prediction's)"
    )]
    MonthsReversed {
        /// First month.
        from: YearMonth,
        /// Last month.
        to: YearMonth,
    },
}

impl ScoredLabelsError {
    /// Whether the person asked for something that cannot be.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::MarketData(error) => error.is_usage(),
            Self::FileMissing { .. }
            | Self::Sample(SampleError::NotAsked { .. })
            | Self::MonthsReversed { .. } => true,
            _ => false,
        }
    }

    /// What a monitor may want to tell apart, in a word: `incomplete` (the data will come), `locked`
    /// (somebody else is writing) or `failed`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Incomplete { .. } => "incomplete",
            Self::MarketData(MarketDataError::File(FileError::Locked { .. })) => "locked",
            _ => "failed",
        }
    }
}
