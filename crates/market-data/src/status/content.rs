//! What can be said of a table.

use chrono::TimeDelta;
use serde::{Serialize, Serializer};

use crate::TimeSpan;

/// A table or view of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableStatus {
    /// Its name.
    pub name: String,
    /// How many rows it has; `None` when not even these can be counted.
    pub rows: Option<u64>,
    /// What it holds.
    #[serde(flatten)]
    pub content: TableContent,
}

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum TableContent {
    /// Candles.
    Candles(CandleStatus),
    /// Predictions, sorted by model and dataset.
    Predictions { models: Vec<ModelStatus> },
    /// Labels, sorted by dataset and target key.
    Targets { targets: Vec<TargetStatus> },
    /// Funding rates, sorted by dataset.
    Funding { datasets: Vec<FundingStatus> },
    /// Something else: its columns, and why it is not what its name says, if the name says something.
    Other { columns: Vec<String>, problem: Option<String> },
}

/// The state of a table of candles.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CandleStatus {
    /// The symbol, if the table's name tells it.
    pub symbol: Option<String>,
    /// The interval that the table's name tells, otherwise the smallest spacing of its rows.
    #[serde(rename = "interval_seconds", serialize_with = "seconds")]
    pub interval: Option<TimeDelta>,
    /// What it covers; `None` when no row has a time.
    pub span: Option<TimeSpan>,
    /// Rows beyond the first of each timestamp.
    pub duplicates: u64,
    /// Stretches in which candles are missing.
    pub gaps: u64,
    /// Candles that are missing in them.
    pub missing_candles: u64,
    /// Candles that do not lie a whole number of intervals after the one before.
    pub misplaced: u64,
    /// Rows without a time (NULL or infinite).
    pub without_time: u64,
    /// Rows in which a price or the volume is NULL.
    pub nulls: u64,
    /// Rows in which a price is there, but not positive and finite.
    pub bad_prices: u64,
    /// Rows whose volume is there, but negative or not finite.
    pub bad_volumes: u64,
    /// Rows whose high is below their low, which no command reads.
    pub high_below_low: u64,
    /// Rows whose open or close lies outside their own low to high.
    pub outside_range: u64,
}

/// The predictions of a model for a dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelStatus {
    /// The model's path as it is stored; `None` where it is NULL.
    pub model_path: Option<String>,
    /// The dataset; `None` when the file does not say.
    pub dataset: Option<String>,
    /// The feature keys, sorted.
    pub feature_keys: Vec<String>,
    /// What they cover; its `rows` are distinct timestamps.
    pub span: Option<TimeSpan>,
    /// Rows, those included that newer ones replace.
    pub rows: u64,
    /// Rows without a time.
    pub without_time: u64,
    /// Rows whose score is NULL or not in [0, 1].
    pub bad_scores: u64,
}

/// The labels of a dataset by one rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetStatus {
    /// The dataset; `None` where it is NULL.
    pub dataset: Option<String>,
    /// The rule's key; `None` where it is NULL.
    pub target_key: Option<String>,
    /// What they cover; its `rows` are distinct timestamps.
    pub span: Option<TimeSpan>,
    /// Rows, those included that newer ones replace.
    pub rows: u64,
    /// Rows whose label is 1.
    pub positives: u64,
    /// Rows without a time.
    pub without_time: u64,
    /// Rows whose label is NULL or neither 0 nor 1.
    pub bad_labels: u64,
}

/// The funding rates of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FundingStatus {
    /// The dataset; `None` where it is NULL.
    pub dataset: Option<String>,
    /// What they cover; its `rows` are distinct timestamps.
    pub span: Option<TimeSpan>,
    /// Rows.
    pub rows: u64,
    /// Rows beyond the first of each timestamp.
    pub duplicates: u64,
    /// Rows without a time.
    pub without_time: u64,
    /// Rows whose rate is NULL or not finite.
    pub bad_rates: u64,
}

// serde hands a field over by reference.
#[allow(clippy::ref_option, reason = "the signature that serialize_with wants")]
fn seconds<S: Serializer>(interval: &Option<TimeDelta>, serializer: S) -> Result<S::Ok, S::Error> {
    interval.map(TimeDelta::as_seconds_f64).serialize(serializer)
}
