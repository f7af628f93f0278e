//! One call of `rebuild`, and the run that it opens.

use std::path::PathBuf;
use std::time::Duration;

use strategy_core::{Console, YearMonth};

use super::args::BackfillArgs;
use crate::{Recipe, Shown};

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
