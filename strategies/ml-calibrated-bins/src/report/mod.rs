//! What is said about bins: to people ([`text`]) and to programs ([`json`]).

pub(crate) mod json;
pub(crate) mod number;
pub(crate) mod table;
pub(crate) mod text;

use std::path::PathBuf;

use strategy_core::YearMonth;

use crate::Rebuilt;

/// What became of one month of a rebuild.
#[derive(Debug)]
pub(crate) struct MonthReport {
    pub(crate) month: YearMonth,
    pub(crate) path: PathBuf,
    /// `None` when bins existed and were kept.
    pub(crate) rebuilt: Option<Rebuilt>,
}

impl MonthReport {
    pub(crate) fn written(rebuilt: Rebuilt, path: PathBuf) -> Self {
        Self { month: rebuilt.metadata.bin_month(), path, rebuilt: Some(rebuilt) }
    }

    pub(crate) fn kept(month: YearMonth, path: PathBuf) -> Self {
        Self { month, path, rebuilt: None }
    }
}
