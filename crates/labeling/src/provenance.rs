//! Where labels come from, and which rows of a window have none that counts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::LabelError;

/// Rows with a prediction that were left out of the calibration, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Their label was not known yet when the month began.
    pub after_cutoff: u64,
    /// Their label is not known at all: the candles end before the horizon, or `targets` lacks them.
    pub without_label: u64,
    /// A candle within their horizon is missing.
    pub in_gap: u64,
}

impl LeftOut {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.after_cutoff.saturating_add(self.without_label).saturating_add(self.in_gap)
    }
}

/// Where labels were taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelSource {
    /// The `targets` table.
    Targets,
    /// Computed from the candles by the barrier rule.
    Candles,
}

/// Which rows the start of the month takes out of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelCutoff {
    /// Rows whose label needs candles at or after the month's start: nobody knew it then.
    #[default]
    MonthStart,
    /// No rows: every label counts, as a late rebuild would see it.
    None,
}

impl LabelSource {
    const WORDS: &'static [&'static str] = &["targets", "candles"];

    /// The word that stands for it in files and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Targets => "targets",
            Self::Candles => "candles",
        }
    }
}

impl LabelCutoff {
    const WORDS: &'static [&'static str] = &["month-start", "none"];

    /// The word that stands for it in files and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MonthStart => "month-start",
            Self::None => "none",
        }
    }
}

impl FromStr for LabelSource {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        [Self::Targets, Self::Candles]
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| LabelError::UnknownWord { found: text.to_owned(), known: Self::WORDS })
    }
}

impl FromStr for LabelCutoff {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        [Self::MonthStart, Self::None]
            .into_iter()
            .find(|cutoff| cutoff.as_str() == text)
            .ok_or_else(|| LabelError::UnknownWord { found: text.to_owned(), known: Self::WORDS })
    }
}

impl fmt::Display for LabelSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for LabelCutoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
