//! What can go wrong.

use chrono::{DateTime, Utc};
use indicators::{IndicatorError, Period};
use strategy_core::RowsError;
use thiserror::Error;

/// Parameters that cannot be, or rows that cannot be decided on.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ReversionError {
    /// A position would be left where it is entered.
    #[error("entry at z = {entry}, exit at z = {exit}: wanted 0 ≤ exit < entry, as 0.5 and 2")]
    Thresholds { entry: f64, exit: f64 },
    /// The trend would be that of the window itself, or of a part of it.
    #[error(
        "a trend window of {trend} rows beside a z-score window of {z}: wanted a longer one, so that \
         it tells where the mean comes from"
    )]
    TrendWindow { trend: Period, z: Period },
    /// A parameter that its indicator refuses.
    #[error("{flag} cannot be used")]
    Parameter { flag: &'static str, source: IndicatorError },
    /// The rows are not as they should be.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A row's close is no price.
    #[error("the close of the row at {} UTC cannot be used", timestamp.format("%Y-%m-%d %H:%M"))]
    Close { timestamp: DateTime<Utc>, source: IndicatorError },
}
