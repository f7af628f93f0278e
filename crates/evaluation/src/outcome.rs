//! What an evaluation is of, and what comes of it.

use calibration::CalibrationMethod;
use serde::Serialize;
use strategy_core::YearMonth;

use crate::hits::{BinHits, Ordering, SignalHits};
use crate::note::Note;
use crate::paired::PlattLessIsotonic;
use crate::quality::Quality;
use crate::sides::Sides;

/// What is judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// The dataset, as in `binance_btcusdt_perp_1h`.
    pub dataset: String,
    /// The run.
    pub run_name: String,
    /// The label.
    pub target_key: String,
    /// The method whose bins are judged.
    pub method: CalibrationMethod,
    /// Which sides the signals trade.
    pub sides: Sides,
    /// Months of history that each month was calibrated on.
    pub lookback_months: u16,
}

/// How good probabilities, bins and signals were out of sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evaluation {
    /// What is judged.
    #[serde(flatten)]
    pub judged: Judged,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// Resamples of the bootstrap.
    pub resamples: u32,
    /// Length of the bootstrap's blocks, in rows.
    pub block_rows: u64,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// Month by month.
    pub months: Vec<MonthQuality>,
    /// The rows of all months as one.
    pub overall: Comparison,
    /// The isotonic regression of the labels on each column of probabilities (CORP), over all rows.
    pub corp: CorpSteps,
    /// Which calibration was better on these rows, and how sure that is.
    pub platt_less_isotonic: PlattLessIsotonic,
    /// Each bin, over the rows of all months.
    pub bins: Vec<BinHits>,
    /// Whether higher bins came true more often.
    pub ordering: Ordering,
    /// What the signals came to, `None` if there is no rule for this number of bins.
    pub signals: Option<SignalHits>,
    /// What rebuilds of the months would warn of, each with its month before it.
    pub warnings: Vec<String>,
    /// What has no value or is not what it seems, and why.
    pub notes: Vec<Note>,
}

/// For each column the points (probability, share of label 1) between which its steps lie; none where the
/// rows define none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CorpSteps {
    /// Of the model's score.
    pub raw: Vec<(f64, f64)>,
    /// After Platt scaling.
    pub platt: Vec<(f64, f64)>,
    /// After isotonic regression.
    pub isotonic: Vec<(f64, f64)>,
}

/// One month's comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MonthQuality {
    /// The month.
    pub month: YearMonth,
    /// In-sample rows among those that it was calibrated on.
    pub in_sample_rows: u64,
    /// Its rows.
    #[serde(flatten)]
    pub comparison: Comparison,
}

/// The same rows by raw score and by either calibration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Out-of-sample predictions whose label is known by now.
    pub rows: u64,
    /// Out-of-sample predictions whose label is not known, or never will be.
    pub without_label: u64,
    /// Share of the rows that came true.
    pub base_rate: Option<f64>,
    /// The model's score as if it were a probability.
    pub raw: Quality,
    /// After Platt scaling.
    pub platt: Quality,
    /// After isotonic regression.
    pub isotonic: Quality,
}
