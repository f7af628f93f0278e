//! A CSV file cannot be read.

use std::path::PathBuf;

use thiserror::Error;

use crate::message::{instant_text, listed};

/// A CSV file cannot be read. Timestamps are µs UTC.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum CsvError {
    /// A CSV file that cannot be taken apart.
    #[error(
        "{}{} cannot be read as CSV", .path.display(),
        .line.map_or_else(String::new, |line| format!(", line {line},"))
    )]
    Csv { path: PathBuf, line: Option<u64>, source: csv::Error },
    /// A CSV file with a quotation mark too few or too many.
    #[error(transparent)]
    Quotes(#[from] tabular::TabularError),
    /// A CSV file's header lacks columns.
    #[error("{}, line 1: the header lacks {}; it has {}", .path.display(), listed(.missing), listed(.found))]
    MissingCsvColumns { path: PathBuf, missing: Vec<String>, found: Vec<String> },
    /// A field of a CSV file that cannot be what its column is for.
    #[error("{}, line {line}: `{column}` is {found:?}, but must be {wanted}", .path.display())]
    BadCsvValue {
        path: PathBuf,
        line: u64,
        column: &'static str,
        found: String,
        wanted: &'static str,
    },
    /// A timestamp that comes twice in a CSV file.
    #[error(
        "{}, line {line}: {} stands in line {first_line} already: there must be one row a time",
        .path.display(), instant_text(*.timestamp)
    )]
    DuplicateCsvTimestamp { path: PathBuf, first_line: u64, line: u64, timestamp: i64 },
}
