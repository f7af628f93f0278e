//! What is said about bins: to people ([`text`]) and to programs ([`json`]).

pub(crate) mod evaluation;
pub(crate) mod json;
pub(crate) mod number;
mod printer;
pub(crate) mod table;
pub(crate) mod text;

pub(crate) use printer::{Printer, Style};

use std::path::PathBuf;

use binning::BinMetadata;
use strategy_core::YearMonth;

use crate::{Rebuilt, Warning};

/// What became of one month of a rebuild.
#[derive(Debug)]
pub(crate) struct MonthReport {
    pub(crate) month: YearMonth,
    pub(crate) path: PathBuf,
    /// `None` when bins existed and were kept.
    pub(crate) metadata: Option<BinMetadata>,
    pub(crate) warnings: Vec<Warning>,
}

impl MonthReport {
    pub(crate) fn written(rebuilt: Rebuilt, path: PathBuf) -> Self {
        let Rebuilt { metadata, warnings } = rebuilt;
        Self { month: metadata.bin_month(), path, metadata: Some(metadata), warnings }
    }

    pub(crate) fn kept(month: YearMonth, path: PathBuf, warnings: Vec<Warning>) -> Self {
        Self { month, path, metadata: None, warnings }
    }
}
