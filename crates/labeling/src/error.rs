//! What can be wrong with a rule, a target key or a candle series.

use std::fmt;

use chrono::{DateTime, TimeDelta};
use thiserror::Error;

/// Why there are no labels.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum LabelError {
    /// The take profit is no usable fraction.
    #[error(
        "take profit {found}: wanted a finite fraction of the entry price above 0, such as 0.04"
    )]
    TakeProfit {
        /// What was given.
        found: f64,
    },

    /// The stop loss is no usable fraction.
    #[error(
        "stop loss {found}: wanted a fraction of the entry price between 0 and 1, such as 0.02"
    )]
    StopLoss {
        /// What was given.
        found: f64,
    },

    /// The horizon is no usable span of time.
    #[error(
        "horizon {}: wanted a span above 0 in whole microseconds (at most 292,000 years), \
         such as 24h",
        span(*found)
    )]
    Horizon {
        /// What was given.
        found: TimeDelta,
    },

    /// The candle interval is no usable span of time.
    #[error(
        "candle interval {}: wanted a span above 0 in whole microseconds (at most 292,000 years), \
         such as 1h",
        span(*found)
    )]
    Interval {
        /// What was given.
        found: TimeDelta,
    },

    /// The horizon is not a whole number of candles.
    #[error(
        "horizon {} is not a whole number of {} candles: choose a horizon that is a multiple of \
         the candle interval, or candles of a shorter interval",
        span(*horizon),
        span(*interval)
    )]
    HorizonNotMultiple {
        /// The rule's horizon.
        horizon: TimeDelta,
        /// The series' candle interval.
        interval: TimeDelta,
    },

    /// A word that stands for none of a closed set of values.
    #[error("`{found}` is not one of: {}", known.join(", "))]
    UnknownWord {
        /// What was given.
        found: String,
        /// What there is.
        known: &'static [&'static str],
    },

    /// No tie policy has this name.
    #[error("unknown tie policy `{found}`: wanted `conservative` or `proximity-to-open`")]
    UnknownTiePolicy {
        /// What was given.
        found: String,
    },

    /// A text that should be a target key is none.
    #[error(
        "target key `{key}`: {} where {part} should stand; \
         the form is y_tp_before_sl_u<fraction>_d<fraction>_<number><m|h|d>, \
         for example y_tp_before_sl_u0.04_d0.02_24h",
        if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") }
    )]
    TargetKey {
        /// The whole text.
        key: String,
        /// The first part that is wrong.
        part: KeyPart,
        /// What stands in its place; empty when nothing does.
        found: String,
    },

    /// A run name holds no target key.
    #[error(
        "the run name `{run_name}` names no label rule: wanted it to contain \
         y_tp_before_sl_u<fraction>_d<fraction>_<number><m|h|d>, \
         for example y_tp_before_sl_u0.04_d0.02_24h; pass the rule with `--target-key`"
    )]
    NoKeyInRunName {
        /// The run name.
        run_name: String,
    },

    /// A run name holds a target key that cannot be read.
    #[error(
        "the label rule in the run name `{run_name}` cannot be read; \
         pass the right one with `--target-key`, for example y_tp_before_sl_u0.04_d0.02_24h"
    )]
    UnreadableKeyInRunName {
        /// The run name.
        run_name: String,
        /// Which part is wrong.
        #[source]
        source: Box<LabelError>,
    },

    /// A run name holds several target keys, and nothing says which one is meant.
    #[error(
        "the run name `{run_name}` names more than one label rule ({}), wanted one such as \
         y_tp_before_sl_u0.04_d0.02_24h; say which is meant with `--target-key`",
        keys.join(", ")
    )]
    SeveralKeysInRunName {
        /// The run name.
        run_name: String,
        /// The different keys, in the order in which they stand there.
        keys: Vec<String>,
    },

    /// A column has another length than the timestamps.
    #[error(
        "column `{column}` has {found} values for {wanted} timestamps: pass one value a candle"
    )]
    LengthsDiffer {
        /// The column.
        column: &'static str,
        /// Its length.
        found: usize,
        /// The number of timestamps.
        wanted: usize,
    },

    /// A candle does not open after the one before it.
    #[error(
        "candle {index} (counted from 0) opens at {} UTC, which is not after the candle before it \
         ({} UTC): sort the candles by time and keep one of each",
        instant(*timestamp),
        instant(*previous)
    )]
    NotAscending {
        /// Its row, from 0.
        index: usize,
        /// Its open time, µs UTC.
        timestamp: i64,
        /// The open time of the candle before it, µs UTC.
        previous: i64,
    },

    /// A candle does not open a whole number of intervals after the one before it.
    #[error(
        "candle {index} (counted from 0) opens at {} UTC, which is not a whole number of {} \
         intervals after the candle before it ({} UTC): pass the interval of these candles, \
         or only candles of that interval",
        instant(*timestamp),
        span(*interval),
        instant(*previous)
    )]
    OffGrid {
        /// Its row, from 0.
        index: usize,
        /// Its open time, µs UTC.
        timestamp: i64,
        /// The open time of the candle before it, µs UTC.
        previous: i64,
        /// The series' candle interval.
        interval: TimeDelta,
    },

    /// A price is not finite or not above 0.
    #[error(
        "candle {index} (counted from 0) at {} UTC has {column} = {found}: wanted a finite price \
         above 0; correct the candle or leave it out",
        instant(*timestamp)
    )]
    Price {
        /// Its row, from 0.
        index: usize,
        /// Its open time, µs UTC.
        timestamp: i64,
        /// Which of `open`, `high`, `low`, `close`.
        column: &'static str,
        /// The price.
        found: f64,
    },

    /// A candle's high lies below its low.
    #[error(
        "candle {index} (counted from 0) at {} UTC has high = {high} below low = {low}: \
         wanted high ≥ low; are the columns in the order open, high, low, close?",
        instant(*timestamp)
    )]
    HighBelowLow {
        /// Its row, from 0.
        index: usize,
        /// Its open time, µs UTC.
        timestamp: i64,
        /// Its high.
        high: f64,
        /// Its low.
        low: f64,
    },
}

/// A part of a target key; its `Display` says what should stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyPart {
    /// `y_tp_before_sl_`
    Prefix,
    /// `u0.04`
    TakeProfit,
    /// `d0.02`
    StopLoss,
    /// `24h`
    Horizon,
    /// Nothing: the key ends after its horizon.
    End,
}

impl fmt::Display for KeyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prefix => "the beginning `y_tp_before_sl_`",
            Self::TakeProfit => "the take profit (`u` and a decimal fraction above 0, as in u0.04)",
            Self::StopLoss => {
                "the stop loss (`d` and a decimal fraction above 0 and below 1, as in d0.02)"
            }
            Self::Horizon => {
                "the horizon (a whole number above 0 and m, h or d for its unit, as in 24h)"
            }
            Self::End => "the end of the key",
        })
    }
}

/// `2025-11-01 05:00:00`, or the bare number when it lies outside the calendar.
fn instant(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).map_or_else(
        || format!("{micros} µs since 1970"),
        |at| at.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
    )
}

/// `24h`, `90m`, `45s`; hours rather than days, as people speak of candles and horizons.
fn span(of: TimeDelta) -> String {
    if of == TimeDelta::hours(of.num_hours()) {
        format!("{}h", of.num_hours())
    } else if of == TimeDelta::minutes(of.num_minutes()) {
        format!("{}m", of.num_minutes())
    } else if of == TimeDelta::seconds(of.num_seconds()) {
        format!("{}s", of.num_seconds())
    } else {
        of.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_write_them() {
        assert_eq!(instant(1_761_973_200_000_000), "2025-11-01 05:00:00");
        assert_eq!(instant(1_761_973_200_250_000), "2025-11-01 05:00:00.250");
        assert_eq!(instant(i64::MAX), "9223372036854775807 µs since 1970");
        assert_eq!(span(TimeDelta::days(1)), "24h");
        assert_eq!(span(TimeDelta::minutes(90)), "90m");
        assert_eq!(span(TimeDelta::seconds(61)), "61s");
        assert_eq!(span(TimeDelta::hours(-1)), "-1h");
        assert_eq!(span(TimeDelta::milliseconds(1_500)), "PT1.5S");
    }
}
