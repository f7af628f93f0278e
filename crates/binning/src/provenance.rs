//! Where bins come from: what labelled the rows, which were left out, who predicted them.

use labeling::{LabelCutoff, LabelSource, LeftOut};
use serde::{Deserialize, Serialize};

/// How the rows of the window got their labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelRecord {
    /// The label's definition as a key, such as `y_tp_before_sl_u0.04_d0.02_24h`.
    pub target_key: String,
    /// Where the labels were taken from.
    pub source: LabelSource,
    /// How a candle that touches both barriers counts; only for labels made from candles.
    pub tie_policy: Option<String>,
    /// Which labels the start of the month cut off.
    pub cutoff: LabelCutoff,
    /// Rows of the window that have a prediction and no part in the calibration.
    pub left_out: LeftOut,
}

/// A source of predictions and how many rows of the window it gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRecord {
    /// `predictions` (out of sample, from `DuckDB`) or `pred_train` (in sample, from the model's folder).
    pub name: String,
    /// Its rows.
    pub rows: u64,
}

/// How the fit of Platt scaling ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitRecord {
    /// Iterations of the solver.
    pub iterations: u64,
    /// Largest absolute component of the gradient at the solution.
    pub gradient_norm: f64,
}
