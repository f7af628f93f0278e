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
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ScoredLabelsError {
    /// The data could not be read.
    #[error(transparent)]
    MarketData(#[from] MarketDataError),
    /// The generated sample could not be made, or may not be used.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// Only one of the two files of a run was named.
    #[error("{given} needs {missing} beside it: predictions and candles are two files")]
    FileMissing { given: &'static str, missing: &'static str },
    /// Labels could not be made from candles, or the label is not known.
    #[error("cannot label the rows of {}", file.display())]
    Labels { file: PathBuf, source: LabelError },
    /// Nobody's scores are asked for.
    #[error("no members: name the runs of at least two models")]
    NoMembers,
    /// Candles that do not tell how trades ended.
    #[error("{} does not tell how trades ended: {reason}", file.display())]
    Trades { file: PathBuf, reason: String },
    /// No label was named, none could be found, and there is no table of them.
    #[error(
        "there is no label to calibrate against: name one with --target-key{}",
        keys_there_are(file, dataset, keys)
    )]
    NoTargetKey { file: PathBuf, dataset: String, keys: Vec<String>, source: LabelError },
    /// `targets` lacks the key, and it is no rule that labels could be made by.
    #[error(
        "the label `{target_key}` is not in the table `targets` of {} for the dataset \
         {dataset}{}, and it is no barrier rule that candles could be labelled by",
        file.display(), keys_there_are(file, dataset, keys)
    )]
    UnknownTarget {
        file: PathBuf,
        dataset: String,
        target_key: String,
        keys: Vec<String>,
        source: LabelError,
    },
    /// How far the label looks ahead is not known, so neither is when it was known.
    #[error(
        "the label `{target_key}` does not say how far it looks ahead, so it cannot be told which \
         labels were known when the month began; pass --label-cutoff none to take them all"
    )]
    UnknownHorizon { target_key: String },
    /// The candles and the predictions are made at different intervals.
    #[error(
        "the predictions of {dataset} come every {}, but the candles of table {table} in {} every \
         {}: a label must start at the close of the row's own candle; pass --ohlcv-table with a \
         table of that interval",
        span_text(*wanted), file.display(), span_text(*found)
    )]
    IntervalMismatch {
        file: PathBuf,
        table: String,
        found: TimeDelta,
        dataset: String,
        wanted: TimeDelta,
    },
    /// Two files could be the model's in-sample predictions.
    #[error(
        "in-sample predictions of {model_path} are in two files, {} and {}: pass the model's full \
         path with --model-path, or --no-train-predictions",
        first.display(), second.display()
    )]
    TrainFileNotUnique { model_path: String, first: PathBuf, second: PathBuf },
    /// The file holds no predictions at all.
    #[error("{} has no predictions: its table `predictions` is empty", file.display())]
    EmptyPredictions { file: PathBuf },
    /// The model lies in no folder that could name the run.
    #[error("the model path `{model_path}` has no folder to name the run after: pass --run-name")]
    NoRunName { model_path: String },
    /// Hours of the window have in-sample predictions only, and nobody asked for these.
    #[error(
        "the window of {month} has no out-of-sample prediction for {rows} hours from {} to {} UTC. {} \
         has in-sample ones: the model has seen their labels, so bins made of them look better than \
         they are. --train-predictions uses them and marks the month, --no-train-predictions leaves \
         these hours out; a later month or fewer --lookback-months needs neither",
        minute(*first), minute(*last), file.display()
    )]
    OnlyInSample {
        month: YearMonth,
        rows: u64,
        first: DateTime<Utc>,
        last: DateTime<Utc>,
        file: PathBuf,
    },
    /// The window holds no prediction.
    #[error(
        "no predictions for {month}: {} has none of {model_path} from {} up to {} UTC; {}",
        file.display(), minute(window.start), minute(window.end), available_text(available.as_ref())
    )]
    NoPredictions {
        month: YearMonth,
        window: Range<DateTime<Utc>>,
        file: PathBuf,
        model_path: String,
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
        month: YearMonth,
        window: Range<DateTime<Utc>>,
        target_key: String,
        left_out: LeftOut,
    },
    /// Predictions and candles never meet.
    #[error(
        "no labelled rows for {month}: none of the {predictions} predictions is at the open time of a \
         candle: predictions at {}, candles at {} UTC; the timestamps of both must be open times",
        prediction.format("%Y-%m-%d %H:%M:%S%.f"), candle.format("%Y-%m-%d %H:%M:%S%.f")
    )]
    OffTheGrid {
        month: YearMonth,
        predictions: u64,
        prediction: DateTime<Utc>,
        candle: DateTime<Utc>,
    },
    /// Fewer rows than bins.
    #[error(
        "the window of {month} has {rows} labelled rows for {n_bins} bins: use a longer \
         --lookback-months, fewer --n-bins, or more data"
    )]
    TooFewRows { month: YearMonth, rows: u64, n_bins: u16 },
    /// Data that the window needs has not come yet.
    #[error(
        "the data for {month} is not complete: {}; run again when it has come, or pass \
         --allow-incomplete to calibrate on what there is",
        listed(lacking, "; ")
    )]
    Incomplete { month: YearMonth, lacking: Vec<Lacking> },
    /// No month has a full window of predictions.
    #[error(
        "no month has {lookback_months} months of predictions before it: {} has {}; name the months \
         to use what there is, or pass a shorter --lookback-months",
        file.display(), available_text(Some(available))
    )]
    NoFullMonth { file: PathBuf, available: TimeSpan, lookback_months: u16 },
    /// No month has a full window of the members' predictions.
    #[error(
        "no month has {lookback_months} whole months of predictions before it: wait, or shorten --lookback-months"
    )]
    NoFullWindow { lookback_months: u16 },
    /// No row of the months to be evaluated can be judged.
    #[error(
        "nothing to evaluate from {from} to {to}: no out-of-sample prediction there has a known \
         label; {}",
        available_text(available.as_ref())
    )]
    NothingToEvaluate { from: YearMonth, to: YearMonth, available: Option<TimeSpan> },
    /// The first month given comes after the last.
    #[error(
        "there is no month from {from} to {to}: give the earlier one with --from (by default the \
         first with a full window) and the later with --to (by default the newest prediction's)"
    )]
    MonthsReversed { from: YearMonth, to: YearMonth },
}

/// What may fail with [`ScoredLabelsError`].
pub type Result<T, E = ScoredLabelsError> = std::result::Result<T, E>;

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
