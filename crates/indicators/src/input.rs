//! What indicators are fed with, and the check that every input passes.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::IndicatorError;
use crate::column::{Column, Columnar, ROWS, Readable, columnar, readable};
use crate::extremes::Extent;

/// Larger numbers are refused: their squares would not fit into an f64.
pub(crate) const MAX_MAGNITUDE: f64 = 1e100;

/// What a row gives an indicator: an `f64`, a [`Candle`], a [`Pair`], or a type of your own.
pub trait Row: Copy {
    /// Many rows, as columns of one length: `&[f64]`, [`Candles`] or [`Pairs`].
    type Series<'a>: Copy;

    /// How many rows there are.
    fn len(series: Self::Series<'_>) -> usize;

    /// Some of the rows; `None` when there are not as many.
    fn part(series: Self::Series<'_>, rows: Range<usize>) -> Option<Self::Series<'_>>;

    /// Row after row.
    fn rows(series: Self::Series<'_>) -> impl ExactSizeIterator<Item = Self> + Clone;
}

impl Row for f64 {
    type Series<'a> = &'a [f64];

    #[inline]
    fn len(values: Self::Series<'_>) -> usize {
        values.len()
    }

    #[inline]
    fn part(values: Self::Series<'_>, rows: Range<usize>) -> Option<Self::Series<'_>> {
        values.get(rows)
    }

    #[inline]
    fn rows(values: Self::Series<'_>) -> impl ExactSizeIterator<Item = Self> + Clone {
        values.iter().copied()
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

readable!(Candle { high, low, close } as CandleChunk);

/// Many candles, as columns of one length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candles<'a> {
    pub(crate) high: &'a [f64],
    pub(crate) low: &'a [f64],
    pub(crate) close: &'a [f64],
}

impl<'a> Candles<'a> {
    /// The candles of three columns.
    ///
    /// # Errors
    /// When the columns' lengths differ.
    pub fn new(high: &'a [f64], low: &'a [f64], close: &'a [f64]) -> Result<Self, IndicatorError> {
        for (column, values) in [(1, low), (2, close)] {
            same_length(column, values.len(), high.len())?;
        }
        Ok(Self { high, low, close })
    }

    #[inline]
    pub(crate) fn extent(&self, row: usize) -> Extent {
        Extent { high: self.high[row], low: self.low[row] }
    }
}

impl Row for Candle {
    type Series<'a> = Candles<'a>;

    #[inline]
    fn len(candles: Self::Series<'_>) -> usize {
        candles.high.len()
    }

    #[inline]
    fn part(candles: Self::Series<'_>, rows: Range<usize>) -> Option<Self::Series<'_>> {
        let Candles { high, low, close } = candles;
        Some(Candles {
            high: high.get(rows.clone())?,
            low: low.get(rows.clone())?,
            close: close.get(rows)?,
        })
    }

    #[inline]
    fn rows(candles: Self::Series<'_>) -> impl ExactSizeIterator<Item = Self> + Clone {
        let rows = candles.high.iter().zip(candles.low).zip(candles.close);
        rows.map(|((&high, &low), &close)| Self { high, low, close })
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

columnar!(Pair { x, y } as PairColumns);
readable!(Pair { x, y } as PairChunk);

/// Many pairs, as columns of one length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pairs<'a> {
    pub(crate) x: &'a [f64],
    pub(crate) y: &'a [f64],
}

impl<'a> Pairs<'a> {
    /// The pairs of two columns.
    ///
    /// # Errors
    /// When the columns' lengths differ.
    pub fn new(x: &'a [f64], y: &'a [f64]) -> Result<Self, IndicatorError> {
        same_length(1, y.len(), x.len())?;
        Ok(Self { x, y })
    }
}

impl Row for Pair {
    type Series<'a> = Pairs<'a>;

    #[inline]
    fn len(pairs: Self::Series<'_>) -> usize {
        pairs.x.len()
    }

    #[inline]
    fn part(pairs: Self::Series<'_>, rows: Range<usize>) -> Option<Self::Series<'_>> {
        Some(Pairs { x: pairs.x.get(rows.clone())?, y: pairs.y.get(rows)? })
    }

    #[inline]
    fn rows(pairs: Self::Series<'_>) -> impl ExactSizeIterator<Item = Self> + Clone {
        pairs.x.iter().zip(pairs.y).map(|(&x, &y)| Self { x, y })
    }
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
        assert_eq!(Candles::new(&three, &two, &three), Err(wanted(1)));
        assert_eq!(Candles::new(&three, &three, &two), Err(wanted(2)));
        assert_eq!(Pairs::new(&three, &two), Err(wanted(1)));
        assert_eq!(Candle::len(Candles::new(&two, &two, &two).unwrap()), 2);
    }
}
