//! A CSV file cannot be read.

use std::path::PathBuf;

use thiserror::Error;

use crate::message::{instant_text, listed};

/// A CSV file cannot be read. Timestamps are µs UTC.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CsvError {
    /// A CSV file that cannot be taken apart.
    #[error(
        "{}{} cannot be read as CSV", .path.display(),
        .line.map_or_else(String::new, |line| format!(", line {line},"))
    )]
    Csv {
        /// The file.
        path: PathBuf,
        /// The line, if it is a line's fault.
        line: Option<u64>,
        /// What is wrong.
        source: csv::Error,
    },
    /// A CSV file with a quotation mark too few or too many.
    #[error(transparent)]
    Quotes(#[from] tabular::TabularError),
    /// A CSV file's header lacks columns.
    #[error("{}, line 1: the header lacks {}; it has {}", .path.display(), listed(.missing), listed(.found))]
    MissingCsvColumns {
        /// The file.
        path: PathBuf,
        /// The columns that are missing.
        missing: Vec<String>,
        /// The columns there are.
        found: Vec<String>,
    },
    /// A field of a CSV file that cannot be what its column is for.
    #[error("{}, line {line}: `{column}` is {found:?}, but must be {wanted}", .path.display())]
    BadCsvValue {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The column.
        column: &'static str,
        /// The field.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A timestamp that comes twice in a CSV file.
    #[error(
        "{}, line {line}: {} stands in line {first_line} already: there must be one row a time",
        .path.display(), instant_text(*.timestamp)
    )]
    DuplicateCsvTimestamp {
        /// The file.
        path: PathBuf,
        /// The line where it stands first.
        first_line: u64,
        /// The line where it stands again.
        line: u64,
        /// The timestamp.
        timestamp: i64,
    },
}
