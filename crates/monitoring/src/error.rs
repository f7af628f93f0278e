//! What can go wrong.

/// Input that cannot be watched.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MonitoringError {
    /// A row does not come after the one before.
    #[error("the row at {time} s does not come after {last} s: rows must ascend, each once")]
    OutOfOrder {
        /// Seconds since the epoch.
        time: i64,
        /// The row before.
        last: i64,
    },
    /// A row's time is not on the grid of the interval.
    #[error("the row at {time} s does not stand on the grid of {interval} s")]
    OffGrid {
        /// Seconds since the epoch.
        time: i64,
        /// The interval, seconds.
        interval: i64,
    },
    /// A value that cannot be.
    #[error("{what} is {found}: wanted {wanted}")]
    Value {
        /// Whose value.
        what: &'static str,
        /// The value found.
        found: f64,
        /// What it must be.
        wanted: &'static str,
    },
    /// Too little to say anything.
    #[error("{what} has {found} values: at least {wanted} are needed")]
    TooFew {
        /// What is short.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many it takes.
        wanted: usize,
    },
}

pub(crate) fn check(
    what: &'static str,
    found: f64,
    ok: bool,
    wanted: &'static str,
) -> Result<(), MonitoringError> {
    if ok { Ok(()) } else { Err(MonitoringError::Value { what, found, wanted }) }
}
