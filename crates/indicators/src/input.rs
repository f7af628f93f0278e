//! What indicators are fed with, and the check that every input passes.

use serde::{Deserialize, Serialize};

use crate::IndicatorError;

/// Larger numbers are refused: their squares would not fit into an f64.
const MAX_MAGNITUDE: f64 = 1e100;

/// What the indicators look at in a candle. None of them uses its open.
///
/// The close may lie outside low to high, as it does in some feeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candle {
    /// The highest price.
    pub high: f64,
    /// The lowest price.
    pub low: f64,
    /// The last price.
    pub close: f64,
}

impl Candle {
    #[inline]
    pub(crate) fn checked(self) -> Result<Self, IndicatorError> {
        let Self { high, low, close } = self;
        checked("high", high)?;
        checked("low", low)?;
        checked("close", close)?;
        if high < low {
            return Err(IndicatorError::HighBelowLow { high, low });
        }
        Ok(self)
    }
}

/// One value of each of two series.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Pair {
    /// The first series', or the explanatory variable.
    pub x: f64,
    /// The second series', or the explained variable.
    pub y: f64,
}

impl Pair {
    #[inline]
    pub(crate) fn checked(self) -> Result<Self, IndicatorError> {
        checked("x", self.x)?;
        checked("y", self.y)?;
        Ok(self)
    }
}

/// The value of a series of one number a row, if it can be worked with.
#[inline]
pub(crate) fn value(found: f64) -> Result<f64, IndicatorError> {
    checked("value", found)
}

/// The number, if it can be worked with.
#[inline]
pub(crate) fn checked(name: &'static str, found: f64) -> Result<f64, IndicatorError> {
    if is_sound(found) { Ok(found) } else { Err(IndicatorError::Value { name, found }) }
}

#[inline]
pub(crate) fn is_sound(value: f64) -> bool {
    value.abs() <= MAX_MAGNITUDE
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    const UNSOUND: [f64; 4] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.1e100];

    #[test]
    fn names_the_bad_field_of_a_candle() {
        let good = Candle { high: 3.0, low: 1.0, close: 2.0 };
        assert_eq!(good.checked(), Ok(good));
        for bad in UNSOUND {
            for (name, candle) in [
                ("high", Candle { high: bad, ..good }),
                ("low", Candle { low: bad, ..good }),
                ("close", Candle { close: bad, ..good }),
            ] {
                let error = candle.checked().unwrap_err();
                // Text, because a NaN in a variant equals nothing.
                let wanted = IndicatorError::Value { name, found: bad };
                assert_eq!(error.to_string(), wanted.to_string());
            }
        }
        let upside_down = Candle { high: 0.5, ..good };
        let wanted = IndicatorError::HighBelowLow { high: 0.5, low: 1.0 };
        assert_eq!(upside_down.checked(), Err(wanted));
    }

    #[test]
    fn names_the_bad_half_of_a_pair() {
        for bad in UNSOUND {
            let x = Pair { x: bad, y: 0.0 }.checked().unwrap_err();
            assert!(matches!(x, IndicatorError::Value { name: "x", .. }));
            let y = Pair { x: 0.0, y: bad }.checked().unwrap_err();
            assert!(matches!(y, IndicatorError::Value { name: "y", .. }));
        }
    }
}
