//! What can go wrong.

/// Input that cannot be watched. Times are seconds since the epoch, UTC.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum MonitoringError {
    /// A row does not come after the one before.
    #[error("the row at {time} s does not come after {last} s: rows must ascend, each once")]
    OutOfOrder { time: i64, last: i64 },
    /// A row's time is not on the grid of the interval.
    #[error("the row at {time} s does not stand on the grid of {interval} s")]
    OffGrid { time: i64, interval: i64 },
    /// A value that cannot be.
    #[error("{what} is {found}: wanted {wanted}")]
    Value { what: &'static str, found: f64, wanted: &'static str },
    /// Too little to say anything.
    #[error("{what} has {found} values: at least {wanted} are needed")]
    TooFew { what: &'static str, found: usize, wanted: usize },
}

pub(crate) fn check(
    what: &'static str,
    found: f64,
    ok: bool,
    wanted: &'static str,
) -> Result<(), MonitoringError> {
    if ok { Ok(()) } else { Err(MonitoringError::Value { what, found, wanted }) }
}
