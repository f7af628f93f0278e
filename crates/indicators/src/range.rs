//! True range and its average.

use serde::{Deserialize, Serialize};

use crate::input::is_sound;
use crate::smoother::{Smoother, Wilders};
use crate::state::{Consistent, checked_when_read};
use crate::{Candle, Indicator, IndicatorError, Period};

/// True range: `max(high, previous close) − min(low, previous close)`, in units of the price.
///
/// Warm-up 1 row: the first has no previous close. TA-Lib: `TRANGE`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct TrueRange {
    previous_close: Option<f64>,
}

impl TrueRange {
    /// At the beginning of a series.
    pub fn new() -> Self {
        Self::default()
    }

    #[inline]
    pub(crate) fn push(&mut self, candle: Candle) -> Option<f64> {
        let previous = self.previous_close.replace(candle.close)?;
        Some(true_range(candle, previous))
    }
}

#[inline]
pub(crate) fn true_range(Candle { high, low, .. }: Candle, previous_close: f64) -> f64 {
    let top = if previous_close > high { previous_close } else { high };
    let bottom = if previous_close < low { previous_close } else { low };
    top - bottom
}

impl Indicator for TrueRange {
    type Input = Candle;
    type Output = f64;

    #[inline]
    fn update(&mut self, candle: Candle) -> Result<Option<f64>, IndicatorError> {
        Ok(self.push(candle.checked()?))
    }

    fn warm_up(&self) -> usize {
        1
    }
}

impl Consistent for TrueRange {
    fn check(&self) -> Result<(), IndicatorError> {
        match self.previous_close {
            Some(close) if !is_sound(close) => {
                Err(IndicatorError::state("the previous close", &close, "a finite number"))
            }
            _ => Ok(()),
        }
    }
}

/// Average true range: Wilder's smoothing of the true range, in units of the price.
///
/// Warm-up `n` rows. TA-Lib: `ATR`, seeded in the same way, with the mean of the first `n` ranges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Atr {
    true_range: TrueRange,
    average: Smoother<Wilders>,
}

impl Atr {
    /// Over `period` ranges; 14 is usual.
    pub fn new(period: Period) -> Self {
        Self { true_range: TrueRange::new(), average: Smoother::new(period) }
    }

    #[inline]
    pub(crate) fn push(&mut self, candle: Candle) -> Option<f64> {
        let range = self.true_range.push(candle)?;
        self.average.push(range)
    }

    /// How many ranges have come, at most the period.
    pub(crate) fn rows(&self) -> usize {
        self.average.rows()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.average.is_ready()
    }

    /// Whether any candle has come.
    pub(crate) fn has_begun(&self) -> bool {
        self.true_range.previous_close.is_some()
    }
}

impl Indicator for Atr {
    type Input = Candle;
    type Output = f64;

    #[inline]
    fn update(&mut self, candle: Candle) -> Result<Option<f64>, IndicatorError> {
        Ok(self.push(candle.checked()?))
    }

    fn warm_up(&self) -> usize {
        self.average.period().get()
    }
}

impl Consistent for Atr {
    fn check(&self) -> Result<(), IndicatorError> {
        if self.rows() > 0 && !self.has_begun() {
            return Err(IndicatorError::state("the previous close", "absent", "the last row's"));
        }
        let average = self.average.peek();
        if average < 0.0 {
            return Err(IndicatorError::state("the average true range", &average, "at least 0"));
        }
        Ok(())
    }
}

checked_when_read!(TrueRange, Atr);
