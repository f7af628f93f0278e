//! What is said about bins: to people ([`text`]) and to programs ([`json`]).

pub(crate) mod collapse;
mod document;
pub(crate) mod evaluation;
pub(crate) mod evaluation_page;
pub(crate) mod file;
pub(crate) mod inspection_page;
pub(crate) mod json;
pub(crate) mod number;
mod printer;
mod progress;
mod summary;
pub(crate) mod table;
pub(crate) mod text;

pub(crate) use printer::{Printer, Style};

use std::error::Error;

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

/// An error and its causes in one line.
pub(crate) fn error_chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
