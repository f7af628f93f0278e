//! Candles cannot be found, or are no candles.

use std::path::PathBuf;

use chrono::TimeDelta;
use thiserror::Error;

use crate::message::{if_right, instant_text, listed, there_is};

/// Candles cannot be found, or are no candles. Timestamps are µs UTC.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum CandleError {
    /// No table looks like candles.
    #[error(
        "{} has no table of candles `ohlcv_<symbol>_<interval>`; {}: name the table with \
         --ohlcv-table", .path.display(), there_is(.found, .elsewhere, "ohlcv_")
    )]
    NoCandleTable { path: PathBuf, found: Vec<String>, elsewhere: Vec<String> },
    /// Several tables look like candles.
    #[error("{} has several tables of candles: {}; choose one with --ohlcv-table", .path.display(), listed(.found))]
    CandleTableNotUnique { path: PathBuf, found: Vec<String> },
    /// A candle that no market gives.
    #[error(
        "{}: `{table}` has the high {high} below the low {low} at {}: correct the row, or delete it",
        .path.display(), instant_text(*.timestamp)
    )]
    HighBelowLow { path: PathBuf, table: String, timestamp: i64, high: f64, low: f64 },
    /// The table of candles that was found is not known to be the dataset's.
    #[error(
        "{}: whether `{table}` holds the candles of {dataset}, its name does not tell: it names another \
         instrument, or none; {}", .path.display(), if_right(.path, .table, .dataset, *.other)
    )]
    OtherInstrument { path: PathBuf, table: String, dataset: String, other: bool },
    /// Two candles are closer, or otherwise apart, than a whole number of intervals.
    #[error(
        "{}: `{table}` has candles of {} s, but {} follows {}: is it the right table?",
        .path.display(), .interval.as_seconds_f64(), instant_text(*.timestamp), instant_text(*.earlier)
    )]
    CandleSpacing {
        path: PathBuf,
        table: String,
        earlier: i64,
        timestamp: i64,
        interval: TimeDelta,
    },
    /// Neither the table's name nor its rows tell the interval.
    #[error(
        "{}: the interval of the candles in `{table}` is unknown: its name does not end like `_1h`, \
         and it has only {rows} row(s)", .path.display()
    )]
    IntervalUnknown { path: PathBuf, table: String, rows: usize },
}
