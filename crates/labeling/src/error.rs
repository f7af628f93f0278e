//! What can be wrong with a rule and what it is used with.

use chrono::TimeDelta;
use thiserror::Error;

use crate::{KeyError, SeriesError};

/// Why there are no labels.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum LabelError {
    /// A target key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The candles.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// The take profit is no usable fraction.
    #[error(
        "take profit {found}: wanted a finite fraction of the entry price above 0, such as 0.04"
    )]
    TakeProfit { found: f64 },
    /// The stop loss is no usable fraction.
    #[error(
        "stop loss {found}: wanted a fraction of the entry price between 0 and 1, such as 0.02"
    )]
    StopLoss { found: f64 },
    /// The horizon is no usable span of time.
    #[error(
        "horizon {}: wanted a span above 0 in whole microseconds (at most 292,000 years), \
         such as 24h", span(*found)
    )]
    Horizon { found: TimeDelta },
    /// The horizon is not a whole number of candles.
    #[error(
        "horizon {} is not a whole number of {} candles: choose a horizon that is a multiple of \
         the candle interval, or candles of a shorter interval", span(*horizon), span(*interval)
    )]
    HorizonNotMultiple { horizon: TimeDelta, interval: TimeDelta },
    /// A word that stands for none of a closed set of values.
    #[error("`{found}` is not one of: {}", known.join(", "))]
    UnknownWord { found: String, known: &'static [&'static str] },
    /// No tie policy has this name.
    #[error("unknown tie policy `{found}`: wanted `conservative` or `proximity-to-open`")]
    UnknownTiePolicy { found: String },
}

/// `24h`, `90m`, `45s`; hours rather than days, as people speak of candles and horizons.
pub(crate) fn span(of: TimeDelta) -> String {
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
    fn a_span_reads_as_people_write_it() {
        assert_eq!(span(TimeDelta::days(1)), "24h");
        assert_eq!(span(TimeDelta::minutes(90)), "90m");
        assert_eq!(span(TimeDelta::seconds(61)), "61s");
        assert_eq!(span(TimeDelta::hours(-1)), "-1h");
        assert_eq!(span(TimeDelta::milliseconds(1_500)), "PT1.5S");
    }
}
