//! What can go wrong.

use chrono::{DateTime, Utc};
use strategy_core::RowsError;
use thiserror::Error;

/// Parameters that cannot be, series that nothing can be estimated from, rows that cannot be decided on.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum PairsError {
    /// Two series that should be of the same rows are not.
    #[error("x has {x} values and y has {y}: wanted one of each for every row")]
    Lengths { x: usize, y: usize },
    /// Too few rows for what is asked.
    #[error("{found} rows: wanted at least {wanted}")]
    TooShort { found: usize, wanted: usize },
    /// A value that is no number.
    #[error("the value of row {row}, counted from 0, is {found}: wanted a finite number")]
    NotFinite { row: usize, found: f64 },
    /// No line goes through one point.
    #[error("{series} does not vary: nothing can be regressed on it")]
    Constant { series: &'static str },
    /// The columns of a regression say the same.
    #[error("the series determine one another exactly: there is nothing to test")]
    Collinear,
    /// A cost that no threshold earns.
    #[error(
        "a cost of {found} beside σ = {sigma} a row: wanted one above 0 that a threshold can earn"
    )]
    Cost { found: f64, sigma: f64 },
    /// Thresholds out of order.
    #[error(
        "--exit-z {exit}, --entry-z {entry}, --stop-z {stop}: wanted 0 ≤ exit < entry < stop, as in \
         0.5, 2 and 4"
    )]
    Order { exit: f64, entry: f64, stop: f64 },
    /// A parameter out of its range.
    #[error("{flag} {found}: wanted {wanted}")]
    Parameter { flag: &'static str, found: String, wanted: &'static str },
    /// The rows are not as they should be.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A close is no price.
    #[error(
        "the candle of {dataset} at {timestamp} closes at {found}: wanted a finite price above 0; \
         correct the candle or leave it out"
    )]
    Close { dataset: String, timestamp: DateTime<Utc>, found: f64 },
}
