//! What a column must hold.

use std::fmt;

/// What a column must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Whole numbers or floats of any width, which `arrow::compute::cast` turns into one another.
    Number,
    /// Timestamps or dates, which [`utc_micros`](crate::utc_micros) turns into microseconds UTC.
    Timestamp,
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "numbers",
            Self::Timestamp => "timestamps",
        })
    }
}
