//! How the months of a run are made.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use strategy_core::YearMonth;

use crate::{Artifact, ArtifactError, Difference};

/// How the files of one run's months are made from its data, and with what settings.
///
/// It holds no open file: the data are [`Inputs`](Self::Inputs), read once for all months.
pub trait Recipe: Sync {
    /// What a month's file holds.
    type Artifact: Artifact + Send;
    /// What the months are made of, in memory.
    type Inputs: Sync;
    /// What may be wrong with a month that could be made.
    type Warning: Display + Serialize + Send;
    /// What can go wrong.
    type Error: Error
        + From<ArtifactError>
        + From<<Self::Artifact as Artifact>::Error>
        + Send
        + Sync
        + 'static;

    /// The run's dataset.
    fn dataset(&self) -> &str;

    /// The run's name.
    fn run_name(&self) -> &str;

    /// Makes a month.
    ///
    /// # Errors
    /// When it cannot be made of what there is.
    fn make(
        &self,
        inputs: &Self::Inputs,
        month: YearMonth,
    ) -> Result<Made<Self::Artifact, Self::Warning>, Self::Error>;

    /// What making `month` would be like; `existing` is what its file holds.
    fn prospect(
        &self,
        inputs: &Self::Inputs,
        month: YearMonth,
        existing: Option<&Self::Artifact>,
    ) -> Prospect<Self::Error>;

    /// Where `existing` was made with other settings than these.
    fn settings_differences(&self, existing: &Self::Artifact) -> Vec<Difference>;

    /// Warns that a file which was kept is not what was asked for.
    fn kept_differs(differences: Vec<Difference>) -> Self::Warning;

    /// What a monitor may want to tell apart, in a word: `incomplete`, `locked`, `exists` or `failed`.
    fn kind(error: &Self::Error) -> &'static str;

    /// That not all files of `run` were made, for those who see nothing but errors.
    fn of_run(run: String, source: Self::Error) -> Self::Error;
}

/// A month that was made, and what a careful person should know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Made<A, W> {
    /// What is stored.
    pub artifact: A,
    /// What may be wrong with it.
    pub warnings: Vec<W>,
}

/// What making a month would be like.
#[derive(Debug)]
pub struct Prospect<E> {
    /// What would be different from what there is; nothing where there is nothing.
    pub differences: Vec<Difference>,
    /// In-sample rows that it would be made of.
    pub in_sample_rows: u64,
    /// Why it cannot be made from the data there is.
    pub obstacle: Option<E>,
}

/// How what a month's file holds is shown.
pub trait Shown: Artifact {
    /// The same for a program, as JSON.
    type Record: Serialize;

    /// The flag that names the folder of the files, as in `--bins-root`.
    const ROOT_FLAG: &'static str;

    /// The columns of a rebuild's table of several months.
    const COLUMNS: &'static [&'static str];

    /// A month's cells in these columns.
    fn cells(&self) -> Vec<String>;

    /// What a list of months says of each.
    fn listed(&self) -> Vec<Listed>;

    /// Everything that a person reads of one month.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write(&self, out: &mut dyn Write) -> io::Result<()>;

    /// Everything that a program reads of one month.
    fn record(&self) -> Self::Record;
}

/// One value of a month in a list of months.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its name in CSV and JSON.
    pub name: &'static str,
    /// The head of its column in a table.
    pub title: &'static str,
    /// The value.
    pub value: Value,
    /// The value as a table shows it.
    pub text: String,
}
