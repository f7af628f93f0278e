//! What a report tells of months and runs.

use std::fmt;

use serde::Serialize;

use crate::{MonthDone, Recipe};

/// Which run a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RunName {
    pub(super) dataset: String,
    pub(super) run_name: String,
}

/// What became of one month of a run.
pub(super) struct MonthReport<R: Recipe> {
    pub(super) run: RunName,
    pub(super) done: MonthDone<R>,
}

/// A run that could not be worked on at all.
#[derive(Debug, Serialize)]
pub(super) struct RunFailure {
    pub(super) run: String,
    /// What a monitor may want to tell apart: see [`Recipe::kind`].
    pub(super) kind: &'static str,
    pub(super) message: String,
}

impl RunName {
    pub(super) fn of(recipe: &impl Recipe) -> Self {
        Self { dataset: recipe.dataset().to_owned(), run_name: recipe.run_name().to_owned() }
    }
}

impl fmt::Display for RunName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.dataset, self.run_name)
    }
}
