//! What cannot be judged.

use statistics::StatisticsError;
use strategy_core::YearMonth;
use thiserror::Error;

/// An evaluation that cannot be.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// No rows could have intervals of this kind.
    #[error("cannot evaluate")]
    Statistics {
        /// What was wrong.
        source: StatisticsError,
    },
    /// No month has a row to judge.
    #[error("nothing to evaluate from {from} to {to}: no row there has a known label")]
    NoRows {
        /// First month.
        from: YearMonth,
        /// Last month.
        to: YearMonth,
    },
}
