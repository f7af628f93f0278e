//! What is said about bins: to people ([`text`]) and to programs ([`json`]).

mod document;
pub(crate) mod evaluation_page;
pub(crate) mod file;
pub(crate) mod inspection_page;
pub(crate) mod json;
mod printer;
mod progress;
mod summary;
pub(crate) mod text;

pub(crate) use printer::{Printer, Style};

use crate::backfill::MonthDone;

/// Which run a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunName {
    pub(crate) dataset: String,
    pub(crate) run_name: String,
}

/// What became of one month of a run.
#[derive(Debug)]
pub(crate) struct MonthReport {
    pub(crate) run: RunName,
    pub(crate) done: MonthDone,
}

/// A run that could not be worked on at all.
#[derive(Debug)]
pub(crate) struct RunFailure {
    pub(crate) run: String,
    /// See [`BinsError::kind`](crate::BinsError::kind).
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}
