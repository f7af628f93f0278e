//! What can go wrong.

use thiserror::Error;

/// Why it cannot be told what rows were worth in money.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LabelTradeError {
    /// Candles, funding rates, costs or intervals that cannot be.
    #[error(transparent)]
    Payoffs(#[from] payoffs::PayoffError),
    /// Candles or funding rates that cannot be read.
    #[error(transparent)]
    Data(#[from] market_data::MarketDataError),
}

impl From<backtest::BacktestError> for LabelTradeError {
    fn from(error: backtest::BacktestError) -> Self {
        Self::Payoffs(error.into())
    }
}
