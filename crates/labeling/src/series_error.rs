//! What can be wrong with a candle series.

use chrono::{DateTime, TimeDelta};
use thiserror::Error;

use crate::error::span;

/// Why candles make no series. Times are µs UTC; candles count from 0.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum SeriesError {
    /// The candle interval is no usable span of time.
    #[error(
        "candle interval {}: wanted a span above 0 in whole microseconds (at most 292,000 years), \
         such as 1h", span(*found)
    )]
    Interval { found: TimeDelta },
    /// A column has another length than the timestamps.
    #[error(
        "column `{column}` has {found} values for {wanted} timestamps: pass one value a candle"
    )]
    LengthsDiffer { column: &'static str, found: usize, wanted: usize },
    /// A candle does not open after the one before it.
    #[error(
        "candle {index} (counted from 0) opens at {} UTC, which is not after the candle before it \
         ({} UTC): sort the candles by time and keep one of each",
        instant(*timestamp), instant(*previous)
    )]
    NotAscending { index: usize, timestamp: i64, previous: i64 },
    /// A candle does not open a whole number of intervals after the one before it.
    #[error(
        "candle {index} (counted from 0) opens at {} UTC, which is not a whole number of {} \
         intervals after the candle before it ({} UTC): pass the interval of these candles, \
         or only candles of that interval", instant(*timestamp), span(*interval), instant(*previous)
    )]
    OffGrid { index: usize, timestamp: i64, previous: i64, interval: TimeDelta },
    /// A price is not finite or not above 0.
    #[error(
        "candle {index} (counted from 0) at {} UTC has {column} = {found}: wanted a finite price \
         above 0; correct the candle or leave it out", instant(*timestamp)
    )]
    Price { index: usize, timestamp: i64, column: &'static str, found: f64 },
    /// A candle's high lies below its low.
    #[error(
        "candle {index} (counted from 0) at {} UTC has high = {high} below low = {low}: \
         wanted high ≥ low; are the columns in the order open, high, low, close?",
        instant(*timestamp)
    )]
    HighBelowLow { index: usize, timestamp: i64, high: f64, low: f64 },
}

/// `2025-11-01 05:00:00`, or the bare number when it lies outside the calendar.
fn instant(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).map_or_else(
        || format!("{micros} µs since 1970"),
        |at| at.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_as_people_write_it() {
        assert_eq!(instant(1_761_973_200_000_000), "2025-11-01 05:00:00");
        assert_eq!(instant(1_761_973_200_250_000), "2025-11-01 05:00:00.250");
        assert_eq!(instant(i64::MAX), "9223372036854775807 µs since 1970");
    }
}
