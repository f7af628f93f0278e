//! What indicators are fed with, and the check that every input passes.

use serde::{Deserialize, Serialize};

use crate::IndicatorError;
use crate::column::{Column, Columnar, ROWS, columnar};

/// Larger numbers are refused: their squares would not fit into an f64.
const MAX_MAGNITUDE: f64 = 1e100;

/// An input, of which a chunk can be looked at as a whole.
pub(crate) trait Row: Columnar {
    /// Whether an update would take every one of `len` rows, the first of which is row `from`.
    fn all_sound(columns: &Self::Columns, from: usize, len: usize) -> bool;
}

impl Row for f64 {
    #[inline(always)]
    fn all_sound(columns: &Column, from: usize, len: usize) -> bool {
        columns[from..][..len].iter().fold(true, |all, &value| all & is_sound(value))
    }
}

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
        // The cold way names the fault; this one only asks if there is any.
        if self.is_sound() { Ok(self) } else { Err(self.fault()) }
    }

    /// NaN compares false.
    #[allow(clippy::needless_bitwise_bool, reason = "a branch costs more than a comparison")]
    #[inline(always)]
    fn is_sound(self) -> bool {
        let Self { high, low, close } = self;
        (high <= MAX_MAGNITUDE)
            & (low >= -MAX_MAGNITUDE)
            & (high >= low)
            & (close.abs() <= MAX_MAGNITUDE)
    }

    #[cold]
    fn fault(self) -> IndicatorError {
        let Self { high, low, close } = self;
        let fields = [("high", high), ("low", low), ("close", close)];
        match fields.into_iter().find(|(_, found)| !is_sound(*found)) {
            Some((name, found)) => IndicatorError::Value { name, found },
            None => IndicatorError::HighBelowLow { high, low },
        }
    }
}

columnar!(Candle { high, low, close } as CandleColumns);

impl Row for Candle {
    #[inline(always)]
    fn all_sound(columns: &CandleColumns, from: usize, len: usize) -> bool {
        (from..from + len).fold(true, |all, row| all & Self::at(columns, row).is_sound())
    }
}

/// The candles of three columns, to feed a batch with.
///
/// # Errors
/// When the columns' lengths differ.
pub fn candles<'a>(
    high: &'a [f64],
    low: &'a [f64],
    close: &'a [f64],
) -> Result<impl ExactSizeIterator<Item = Candle> + Clone + use<'a>, IndicatorError> {
    for (column, values) in [(1, low), (2, close)] {
        same_length(column, values.len(), high.len())?;
    }
    let rows = high.iter().zip(low).zip(close);
    Ok(rows.map(|((&high, &low), &close)| Candle { high, low, close }))
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

columnar!(Pair { x, y } as PairColumns);

impl Row for Pair {
    #[inline(always)]
    fn all_sound(columns: &PairColumns, from: usize, len: usize) -> bool {
        f64::all_sound(&columns.x, from, len) & f64::all_sound(&columns.y, from, len)
    }
}

/// The pairs of two columns, to feed a batch with.
///
/// # Errors
/// When the columns' lengths differ.
pub fn pairs<'a>(
    x: &'a [f64],
    y: &'a [f64],
) -> Result<impl ExactSizeIterator<Item = Pair> + Clone + use<'a>, IndicatorError> {
    same_length(1, y.len(), x.len())?;
    Ok(x.iter().zip(y).map(|(&x, &y)| Pair { x, y }))
}

/// Whether each of the columns has this length.
pub(crate) fn same_lengths(columns: &[&mut [f64]], wanted: usize) -> Result<(), IndicatorError> {
    let mut lengths = columns.iter().map(|values| values.len()).enumerate();
    lengths.try_for_each(|(column, found)| same_length(column, found, wanted))
}

fn same_length(column: usize, found: usize, wanted: usize) -> Result<(), IndicatorError> {
    if found == wanted {
        Ok(())
    } else {
        Err(IndicatorError::LengthsDiffer { column, found, wanted })
    }
}

/// The value, if it can be worked with.
#[inline]
pub(crate) fn checked(name: &'static str, found: f64) -> Result<f64, IndicatorError> {
    if is_sound(found) { Ok(found) } else { Err(fault(name, found)) }
}

#[cold]
fn fault(name: &'static str, found: f64) -> IndicatorError {
    IndicatorError::Value { name, found }
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

    #[test]
    fn columns_must_be_of_one_length() {
        let (three, two) = ([1.0; 3], [1.0; 2]);
        let wanted = |column| IndicatorError::LengthsDiffer { column, found: 2, wanted: 3 };
        assert_eq!(candles(&three, &two, &three).map(|_| ()), Err(wanted(1)));
        assert_eq!(candles(&three, &three, &two).map(|_| ()), Err(wanted(2)));
        assert_eq!(pairs(&three, &two).map(|_| ()), Err(wanted(1)));
        assert_eq!(candles(&two, &two, &two).unwrap().len(), 2);
    }
}
