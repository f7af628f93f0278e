//! What can go wrong when the sample is written.

use std::io;
use std::path::PathBuf;

use arrow::error::ArrowError;
use market_data::MarketDataError;
use thiserror::Error;

/// Why the sample could not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum SampleError {
    /// A file or folder could not be made, moved or removed.
    #[error(
        "cannot {action} {}: the sample needs a folder that this user may write to, with some \
         10 MB free", .path.display()
    )]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    /// No data is configured, and the sample has no such dataset.
    #[error(
        "no data is configured, and the generated sample has no dataset `{dataset}` (it has {}): \
         pass --pred-duckdb and --ohlcv-duckdb for your own", known.join(" and ")
    )]
    UnknownDataset { dataset: String, known: Vec<String> },
    /// Only the sample could serve, and the call is not one that may fall back to it.
    #[error(
        "no data is configured for this command, and the generated sample of invented prices is not \
         used here unasked: {why}. Pass --pred-duckdb and --ohlcv-duckdb (or set them for all \
         strategies in runner.toml), or --sample"
    )]
    NotAsked { why: String },
    /// A file, in a folder for files that are not complete yet, could not be written.
    #[error(transparent)]
    Write(#[from] MarketDataError),
    /// The generated columns of a table do not fit together: a defect of the generator.
    #[error("the generated columns of the table {table} do not fit together: please report this")]
    Columns { table: String, source: ArrowError },
}
