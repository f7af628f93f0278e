//! What can go wrong.

use chrono::{DateTime, Utc};
use strategy_core::RowsError;
use thiserror::Error;

/// Parameters that cannot be, or rows that cannot be decided on.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum CarryError {
    /// A position would be left where it is entered.
    #[error(
        "--enter-multiple {enter}, --exit-multiple {exit}: wanted 0 ≤ exit < enter, as in 0.25 and 1.5"
    )]
    Order { enter: f64, exit: f64 },
    /// A parameter out of its range.
    #[error("{flag} {found}: wanted {wanted}")]
    Parameter { flag: &'static str, found: f64, wanted: &'static str },
    /// The rows are not as they should be.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A close or a rate that is none.
    #[error(
        "`{input}` of the candle at {timestamp} is {found}: wanted {wanted}; correct it or leave the \
         candle out"
    )]
    Value { input: String, timestamp: DateTime<Utc>, found: f64, wanted: &'static str },
    /// Candles longer than the time between two payments.
    #[error(
        "the candles up to {timestamp} are more than 8 hours apart: funding is counted in periods of 8 \
         hours; run on candles of at most that length"
    )]
    Interval { timestamp: DateTime<Utc> },
}
