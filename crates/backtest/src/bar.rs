//! What an account is fed.

use strategy_core::Outlook;

use crate::BacktestError;

/// One candle, its prices checked: positive, finite, high and low around open and close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candle {
    pub(crate) open: f64,
    pub(crate) high: f64,
    pub(crate) low: f64,
    pub(crate) close: f64,
}

impl Candle {
    /// The candle that opened at `time` (µs UTC) with the prices `[open, high, low, close]`.
    ///
    /// # Errors
    /// When a price is not positive and finite, or high and low do not enclose the others.
    #[inline]
    pub fn new(time: i64, prices: [f64; 4]) -> Result<Self, BacktestError> {
        let [open, high, low, close] = prices;
        let within = |price: f64| low <= price && price <= high;
        if low > 0.0 && high < f64::INFINITY && within(open) && within(close) {
            Ok(Self { open, high, low, close })
        } else {
            Err(BacktestError::Candle { time, open, high, low, close })
        }
    }

    /// First price.
    #[must_use]
    pub fn open(&self) -> f64 {
        self.open
    }

    /// Highest price.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.high
    }

    /// Lowest price.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.low
    }

    /// Last price.
    #[must_use]
    pub fn close(&self) -> f64 {
        self.close
    }
}

/// A funding rate that was settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settlement {
    /// Whose: the instrument's number, from 0.
    pub instrument: usize,
    /// When, µs UTC, rounded to the minute: exchanges stamp some milliseconds late.
    pub time: i64,
    /// Fraction of the notional; longs pay when it is positive.
    pub rate: f64,
    /// The mark price that the notional is taken at; without one the candle's open stands in.
    pub mark: Option<f64>,
}

/// The candles of all instruments from `time` to `until`, and the funding settled in that time.
#[derive(Debug, Clone, Copy)]
pub struct Bar<'a> {
    /// Open time, µs UTC.
    pub time: i64,
    /// Close time, µs UTC: the open time of the next bar where none is missing.
    pub until: i64,
    /// One candle an instrument.
    pub candles: &'a [Candle],
    /// Candles of the mark price, one an instrument, on which liquidation is judged where they are given.
    pub marks: Option<&'a [Candle]>,
    /// Rates settled at or after `time` and before `until`, ascending.
    pub settlements: &'a [Settlement],
}

/// What a row asks for.
#[derive(Debug, Clone, Copy)]
pub enum Decision<'a> {
    /// The row says nothing: a position keeps its level, and nothing is entered.
    Silent,
    /// Signed weights, one an instrument: finite, the sum of their sizes at most 1. The sign of the
    /// first is the side.
    Weights {
        /// The weights.
        weights: &'a [f64],
        /// What is known of the trade that is asked for.
        outlook: Option<&'a Outlook>,
    },
}

/// One row: its bar, finer bars within it where there are any, and the decision at its close.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The row's own candles.
    pub bar: Bar<'a>,
    /// Finer bars, which decide what happened first within the row. They must cover the row without a
    /// hole; otherwise the row's own candles decide, and that is counted.
    pub detail: &'a [Bar<'a>],
    /// `None` at a candle that is no row of the strategy: it carries no decision, and does not count as
    /// time held.
    pub decision: Option<Decision<'a>>,
}
