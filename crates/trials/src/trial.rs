//! One evaluated configuration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use statistics::Moments;

/// What a trial was of: trials of one subject compete with each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// The strategy's name.
    pub strategy: String,
    /// The instrument; none where rows do not tell.
    pub dataset: Option<String>,
    /// The run whose predictions were used; none without.
    pub run_name: Option<String>,
}

/// A configuration that was evaluated on rows of the past, and the returns that it had there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What it was of.
    #[serde(flatten)]
    pub subject: Subject,
    /// First row, in microseconds since 1970, UTC.
    pub start: i64,
    /// Last row, in microseconds since 1970, UTC.
    pub end: i64,
    /// Flags and their values, those at their defaults left out.
    pub configuration: BTreeMap<String, String>,
    /// Moments of the daily UTC returns; none where they have no deviation, as without a trade.
    pub daily: Option<Moments>,
}
