//! What can go wrong with a file of somebody else's.

mod candles;
mod csv;
mod file;
mod model;
mod table;

use thiserror::Error;

pub use candles::CandleError;
pub use csv::CsvError;
pub use file::FileError;
pub use model::ModelError;
pub use table::TableError;

use crate::InputError;

/// Why data could not be read. Timestamps are µs UTC, and written as `2025-11-01 05:00:00`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MarketDataError {
    /// A file cannot be opened, read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A table lacks something, or holds what it must not.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Candles cannot be found, or are no candles.
    #[error(transparent)]
    Candles(#[from] CandleError),
    /// Predictions cannot be found, or contradict each other.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A CSV file cannot be read.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// The rows that a strategy needs cannot be put together.
    #[error(transparent)]
    Inputs(#[from] InputError),
}

impl MarketDataError {
    /// The error about a file of another instrument than the strategy's own: it names that file's flag.
    #[must_use]
    pub fn of_another_instrument(mut self) -> Self {
        if let Self::Candles(CandleError::OtherInstrument { other, .. }) = &mut self {
            *other = true;
        }
        self
    }

    /// Whether a run was asked for that the file does not have, or a part of several names.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Model(
                ModelError::NoModelOfRun { .. }
                    | ModelError::PartOfSeveralRuns { .. }
                    | ModelError::RunNotFound { .. }
            )
        )
    }
}
