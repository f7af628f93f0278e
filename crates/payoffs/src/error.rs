//! What is refused.

use thiserror::Error;

/// Why payoffs cannot be told.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PayoffError {
    /// The candles cannot be traded on, or the rules are none.
    #[error(transparent)]
    Trade(#[from] backtest::BacktestError),
    /// Intervals cannot be drawn as asked.
    #[error("intervals of payoffs")]
    Interval(#[source] statistics::StatisticsError),
    /// Trades that never end.
    #[error(
        "trades need a longest holding time: how many rows is a trade held at most (--max-hold)?"
    )]
    NoHorizon,
}
