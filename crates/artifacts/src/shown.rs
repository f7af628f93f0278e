//! What people and programs see of a month.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use crate::Artifact;

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
