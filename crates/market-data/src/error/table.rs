//! A table lacks something, or holds what it must not.

use std::path::PathBuf;

use thiserror::Error;

use crate::message::{instant_text, listed, there_is};

/// A table lacks something, or holds what it must not. Timestamps are µs UTC.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum TableError {
    /// There is no such table.
    #[error("{} has no table `{table}`; {}", .path.display(), there_is(.found, .elsewhere, .table))]
    MissingTable { path: PathBuf, table: String, found: Vec<String>, elsewhere: Vec<String> },
    /// A table lacks columns.
    #[error("{}: table `{table}` lacks {}; it has {}", .path.display(), listed(.missing), listed(.found))]
    MissingColumns { path: PathBuf, table: String, missing: Vec<String>, found: Vec<String> },
    /// A column has a type that cannot be used.
    #[error("{}: column `{column}` of `{table}` is {found}, but must be {wanted}", .path.display())]
    ColumnType { path: PathBuf, table: String, column: String, found: String, wanted: &'static str },
    /// Rows without a timestamp.
    #[error("{}: {rows} row(s) of `{table}` have NULL as `{column}`: every row needs a time, so delete them", .path.display())]
    NullTimestamp { path: PathBuf, table: String, column: String, rows: u64 },
    /// A timestamp that is infinite, or so far away that no calendar has it.
    #[error(
        "{}: timestamp {} in table `{table}`, column `{column}`: delete the row",
        .path.display(), instant_text(*.timestamp)
    )]
    InfiniteTimestamp { path: PathBuf, table: String, column: String, timestamp: i64 },
    /// A timestamp that no market can mean.
    #[error(
        "{}: `{table}` has the {column} {}: {reason}", .path.display(), instant_text(*.timestamp)
    )]
    NotMeant { path: PathBuf, table: String, column: String, timestamp: i64, reason: String },
    /// A timestamp that comes twice where it must not.
    #[error("{}: `{table}` has several rows for {}: there must be one", .path.display(), instant_text(*.timestamp))]
    DuplicateTimestamp { path: PathBuf, table: String, timestamp: i64 },
    /// A value that cannot be what its column is for.
    #[error(
        "{}: `{column}` of `{table}` is {found} at {}, but must be {wanted}",
        .path.display(), instant_text(*.timestamp)
    )]
    BadValue {
        path: PathBuf,
        table: String,
        column: &'static str,
        timestamp: i64,
        found: String,
        wanted: &'static str,
    },
}
