//! What can be wrong with an array of times.

use arrow::datatypes::DataType;
use thiserror::Error;

/// Why an array gives no times in microseconds. Rows count from 0.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum TimeError {
    /// An array that holds no times.
    #[error("timestamps were wanted, but this is {found}")]
    NotTimestamps { found: DataType },
    /// A timestamp finer than a microsecond.
    #[error(
        "row {row}: the timestamp has {nanos} nanoseconds beyond a whole microsecond: round it"
    )]
    BelowMicrosecond { row: usize, nanos: i64 },
    /// A timestamp too far away.
    #[error("row {row}: the timestamp {value} {unit} is further away than microseconds can count")]
    TimestampRange { row: usize, value: i64, unit: &'static str },
}
