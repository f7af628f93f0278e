//! Rows that cannot be scored.

use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use tabular::TabularError;
use thiserror::Error;

/// What is wrong with rows that were to be scored. Rows are counted from 1, a header left out.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ScoreError {
    /// A column is not there.
    #[error("there is no column `{column}`, only {}", present.join(", "))]
    MissingColumn { column: &'static str, present: Vec<String> },
    /// The columns to be added are there already.
    #[error("there is already a column `{}`: drop or rename it, or score the file that has none", columns.join("` and a column `"))]
    ColumnsTaken { columns: Vec<&'static str> },
    /// The scores are no numbers.
    #[error("column `y_pred` has type {found}; wanted numbers from 0 to 1")]
    NotNumbers { found: DataType },
    /// A value is missing.
    #[error("row {row} has no `{column}`: drop the row, or fill it in")]
    Null { column: &'static str, row: u64 },
    /// A score that is no probability.
    #[error("row {row}: y_pred is {value}; wanted a raw score from 0 to 1")]
    Value { row: u64, value: f64 },
    /// A time that no market can mean.
    #[error("row {row} has the time {} UTC: {reason}", seconds(*time))]
    TimeNotMeant { row: u64, time: DateTime<Utc>, reason: String },
    /// The rows say of themselves that they are of several instruments or models.
    #[error(
        "row {row} has the `{column}` {found}, rows before it have {before}: score one instrument and \
         model at a time"
    )]
    SeveralSubjects { row: u64, column: &'static str, found: String, before: String },
    /// A time comes twice.
    #[error("row {row} repeats the time of the row before it, {} UTC: drop one of them", seconds(*time))]
    Repeated { row: u64, time: DateTime<Utc> },
    /// Time runs back.
    #[error("row {row}, {} UTC, is earlier than the row before it, {} UTC: sort the rows by timestamp", seconds(*time), seconds(*previous))]
    Unsorted { row: u64, time: DateTime<Utc>, previous: DateTime<Utc> },
    /// Neither a file nor predictions in DuckDB were named.
    #[error("there is nothing to score: name a file, or --pred-duckdb")]
    NoInput,
    /// Nothing to score.
    #[error("it has no rows")]
    Empty,
    /// A file could not be read or written, or a timestamp is none.
    #[error(transparent)]
    Tabular(#[from] TabularError),
    /// The columns could not be put together.
    #[error("cannot add columns to the rows")]
    Columns(#[from] ArrowError),
}

fn seconds(time: DateTime<Utc>) -> impl std::fmt::Display {
    time.format("%Y-%m-%d %H:%M:%S%.f")
}
