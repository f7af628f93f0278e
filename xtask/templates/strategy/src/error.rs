//! What can go wrong.

use chrono::{DateTime, Utc};
use strategy_core::RowsError;
use thiserror::Error;

/// Rows that cannot be decided on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MyIdeaError {
    /// They lack a column, or a value in it.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A close is no price.
    #[error(
        "the candle of {timestamp} closes at {found}: wanted a finite price above 0; correct the \
         candle or leave it out"
    )]
    Close {
        /// When the candle opens.
        timestamp: DateTime<Utc>,
        /// Its close.
        found: f64,
    },
}
