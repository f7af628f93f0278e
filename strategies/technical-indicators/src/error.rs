//! What can go wrong.

use chrono::{DateTime, Utc};
use indicators::IndicatorError;
use strategy_core::RowsError;
use thiserror::Error;

/// Parameters that cannot be, or rows that cannot be decided on.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum TechnicalError {
    /// The thresholds of the RSI are in no order.
    #[error(
        "RSI thresholds {oversold} and {overbought}: wanted 0 ≤ oversold < overbought ≤ 100, \
         as 30 and 70"
    )]
    RsiThresholds { oversold: f64, overbought: f64 },
    /// Periods that the MACD refuses.
    #[error("--macd-fast, --macd-slow and --macd-signal do not go together")]
    MacdPeriods { source: IndicatorError },
    /// No indicator is named: there would be nobody to vote, and no signal ever.
    #[error("--indicators names none: wanted one or more of rsi, macd and bollinger")]
    NoneNamed,
    /// An indicator is named twice: it would have two votes.
    #[error("--indicators names one indicator twice: name each once")]
    NamedTwice,
    /// The rows are not as they should be.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A row's close is no price.
    #[error("the close of the row at {} UTC cannot be used", timestamp.format("%Y-%m-%d %H:%M"))]
    Close { timestamp: DateTime<Utc>, source: IndicatorError },
}
