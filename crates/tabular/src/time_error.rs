//! What can be wrong with an array of times.

use arrow::datatypes::DataType;
use thiserror::Error;

/// Why an array gives no times in microseconds.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TimeError {
    /// An array that holds no times.
    #[error("timestamps were wanted, but this is {found}")]
    NotTimestamps {
        /// Its type.
        found: DataType,
    },

    /// A timestamp finer than a microsecond.
    #[error(
        "row {row}: the timestamp has {nanos} nanoseconds beyond a whole microsecond: round it"
    )]
    BelowMicrosecond {
        /// The row of the array, from 0.
        row: usize,
        /// What would be lost.
        nanos: i64,
    },

    /// A timestamp too far away.
    #[error("row {row}: the timestamp {value} {unit} is further away than microseconds can count")]
    TimestampRange {
        /// The row of the array, from 0.
        row: usize,
        /// Its value.
        value: i64,
        /// The unit of the value.
        unit: &'static str,
    },
}
