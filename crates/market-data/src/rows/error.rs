//! Why rows for a strategy cannot be put together.

use std::path::PathBuf;

use chrono::TimeDelta;
use thiserror::Error;

use crate::message::{instant_text, listed};

/// Inputs that the configured files do not give. Timestamps are µs UTC.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum InputError {
    /// The file that an input is read from is not configured.
    #[error(
        "the input `{input}` needs a file of {what}{}, and none is configured: pass {flag}",
        .dataset.as_ref().map_or_else(String::new, |dataset| format!(" for {dataset}"))
    )]
    NotConfigured { input: String, what: &'static str, dataset: Option<String>, flag: &'static str },
    /// No files are configured for the instrument of an input.
    #[error(
        "the input `{input}` is of the dataset {dataset}, for which no files are configured (there \
         are files for {}): name one with --other-ohlcv {dataset}=FILE (scores: --other-pred), or \
         check the name", listed(.known)
    )]
    UnknownInstrument { input: String, dataset: String, known: Vec<String> },
    /// A strategy without inputs, and no file that could tell the times of its rows.
    #[error(
        "there is no file that could tell the times of the rows: pass --ohlcv-duckdb or --pred-duckdb"
    )]
    NoTimes,
    /// Rows of different length do not become known at the same time.
    #[error(
        "{first} has a row every {}, but {second} every {}: rows are joined by the open time of \
         their candles, so all must have one interval; choose other tables (--ohlcv-table) or \
         datasets", seconds(.first_interval), seconds(.second_interval)
    )]
    IntervalsDiffer {
        first: String,
        first_interval: TimeDelta,
        second: String,
        second_interval: TimeDelta,
    },
    /// When a row's candle closes is not known.
    #[error(
        "which rates of `{input}` are known at a row depends on when its candle closes, and no \
         table or dataset tells the interval: name the dataset with --dataset, as in \
         binance_btcusdt_perp_1h"
    )]
    IntervalUnknown { input: String },
    /// The table that an input is read from holds nothing for it.
    #[error("{} has no rows for the input `{input}`: `{table}` holds none", .path.display())]
    NoRows { input: String, path: PathBuf, table: String },
    /// There are no funding rates of the dataset.
    #[error(
        "{} has no funding rates of {dataset} for the input `{input}`; it has those of {}: check \
         --dataset", .path.display(), listed(.found)
    )]
    NoFunding { input: String, path: PathBuf, dataset: String, found: Vec<String> },
    /// Funding rates of several datasets, and none was named.
    #[error("{} has funding rates of {}: choose one with --dataset", .path.display(), listed(.found))]
    FundingNotUnique { path: PathBuf, found: Vec<String> },
    /// The range holds no rows.
    #[error("there are no rows {}: {}", range_text(*.start, *.end), available_text(.available))]
    EmptyRange { start: Option<i64>, end: Option<i64>, available: Vec<Available> },
    /// Columns that do not make a record batch.
    #[error("the columns of the rows do not fit together")]
    Batch { source: arrow::error::ArrowError },
}

/// What time an input covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Available {
    /// The input, or what it is read from.
    pub input: String,
    /// The file.
    pub path: PathBuf,
    /// The first timestamp, µs UTC.
    pub first: i64,
    /// The last timestamp, µs UTC.
    pub last: i64,
}

fn seconds(interval: &TimeDelta) -> String {
    format!("{} s", interval.as_seconds_f64())
}

fn range_text(start: Option<i64>, end: Option<i64>) -> String {
    match (start.map(instant_text), end.map(instant_text)) {
        (None, None) => "at which all inputs have a value".to_owned(),
        (Some(start), None) => format!("from {start} UTC on"),
        (None, Some(end)) => format!("before {end} UTC"),
        (Some(start), Some(end)) => format!("from {start} up to {end} UTC"),
    }
}

fn available_text(available: &[Available]) -> String {
    let texts: Vec<String> = available
        .iter()
        .map(|Available { input, path, first, last }| {
            let [first, last] = [first, last].map(|micros| instant_text(*micros));
            format!("{} has `{input}` from {first} to {last} UTC", path.display())
        })
        .collect();
    texts.join("; ")
}
