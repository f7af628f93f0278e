//! A table lacks something, or holds what it must not.

use std::path::PathBuf;

use thiserror::Error;

use crate::message::{instant_text, listed, there_is};

/// A table lacks something, or holds what it must not. Timestamps are µs UTC.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TableError {
    /// There is no such table.
    #[error(
        "{} has no table `{table}`; {}", .path.display(), there_is(.found, .elsewhere, .table)
    )]
    MissingTable {
        /// The file.
        path: PathBuf,
        /// The table that was wanted.
        table: String,
        /// The tables there are.
        found: Vec<String>,
        /// Those of other schemas.
        elsewhere: Vec<String>,
    },
    /// A table lacks columns.
    #[error("{}: table `{table}` lacks {}; it has {}", .path.display(), listed(.missing), listed(.found))]
    MissingColumns {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The columns that are missing.
        missing: Vec<String>,
        /// The columns there are.
        found: Vec<String>,
    },
    /// A column has a type that cannot be used.
    #[error("{}: column `{column}` of `{table}` is {found}, but must be {wanted}", .path.display())]
    ColumnType {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// Rows without a timestamp.
    #[error("{}: {rows} row(s) of `{table}` have NULL as `{column}`: every row needs a time, so delete them", .path.display())]
    NullTimestamp {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column of timestamps.
        column: String,
        /// How many rows there are of it.
        rows: u64,
    },
    /// A timestamp that is infinite, or so far away that no calendar has it.
    #[error(
        "{}: timestamp {} in table `{table}`, column `{column}`: delete the row",
        .path.display(), instant_text(*.timestamp)
    )]
    InfiniteTimestamp {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column of timestamps.
        column: String,
        /// The first such timestamp; the largest or smallest number where it is infinite.
        timestamp: i64,
    },
    /// A timestamp that no market can mean.
    #[error(
        "{}: `{table}` has the {column} {}: {reason}", .path.display(), instant_text(*.timestamp)
    )]
    NotMeant {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column of timestamps.
        column: String,
        /// The timestamp farthest away.
        timestamp: i64,
        /// What it may come of.
        reason: String,
    },
    /// A timestamp that comes twice where it must not.
    #[error("{}: `{table}` has several rows for {}: there must be one", .path.display(), instant_text(*.timestamp))]
    DuplicateTimestamp {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The timestamp.
        timestamp: i64,
    },
    /// A value that cannot be what its column is for.
    #[error(
        "{}: `{column}` of `{table}` is {found} at {}, but must be {wanted}",
        .path.display(), instant_text(*.timestamp)
    )]
    BadValue {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column.
        column: &'static str,
        /// The row's timestamp.
        timestamp: i64,
        /// The value.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
}
