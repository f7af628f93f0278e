//! The command that makes months: for one run or several, with a plan, a report and progress.

mod args;
mod document;
mod dry_run;
mod printer;
mod progress;
mod report_file;
mod session;
mod summary;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use strategy_core::{Console, YearMonth};

use crate::{MonthDone, Recipe, Shown};

pub use args::{BackfillArgs, ReportFormat};

/// One call of `rebuild`: the flags of one run.
pub trait RebuildCall {
    /// How its months are made.
    type Recipe: Recipe<Artifact: Shown>;

    /// The flags that every rebuild has.
    fn backfill(&self) -> &BackfillArgs;

    /// The run as its flags name it, for messages when it cannot be opened.
    fn named(&self) -> String;

    /// The files that it reads, which a report must not replace.
    fn data_files(&self) -> Vec<PathBuf>;

    /// How long to wait for a file or a folder that another process is writing to.
    fn lock_timeout(&self) -> Duration;

    /// Opens the run's files and settles what its flags leave open.
    ///
    /// # Errors
    /// When a file cannot be opened, or it is not clear what is meant.
    fn open(
        &self,
        console: &mut Console<'_>,
    ) -> Result<OpenRun<Self::Recipe>, <Self::Recipe as Recipe>::Error>;
}

/// Reads what months are made of, and closes the files.
pub type Reader<R> =
    Box<dyn FnOnce(&[YearMonth]) -> Result<<R as Recipe>::Inputs, <R as Recipe>::Error>>;

/// A run whose files are open.
pub struct OpenRun<R: Recipe> {
    /// How its months are made.
    pub recipe: R,
    /// The folder that its files are kept below.
    pub root: PathBuf,
    /// The months that are asked for, ascending, or why there are none.
    pub months: Result<Vec<YearMonth>, R::Error>,
    /// Reads their data.
    pub read: Reader<R>,
}

/// Which run a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RunName {
    dataset: String,
    run_name: String,
}

/// What became of one month of a run.
struct MonthReport<R: Recipe> {
    run: RunName,
    done: MonthDone<R>,
}

/// A run that could not be worked on at all.
#[derive(Debug)]
struct RunFailure {
    run: String,
    /// See [`Recipe::kind`].
    kind: &'static str,
    message: String,
}

impl RunName {
    fn of(recipe: &impl Recipe) -> Self {
        Self { dataset: recipe.dataset().to_owned(), run_name: recipe.run_name().to_owned() }
    }
}

impl fmt::Display for RunName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.dataset, self.run_name)
    }
}

/// Makes the months of every run asked for, or says what it would do.
///
/// # Errors
/// When months or runs failed; which, the report says.
pub fn rebuild<C: RebuildCall>(
    calls: &[C],
    console: &mut Console<'_>,
) -> Result<(), <C::Recipe as Recipe>::Error> {
    match calls.first() {
        Some(first) if first.backfill().is_dry() => dry_run::run(calls, console),
        Some(first) => session::run(first, calls, console),
        None => Ok(()),
    }
}
