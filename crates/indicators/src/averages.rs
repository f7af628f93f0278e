//! Exponential moving averages: EMA and Wilder's smoothing.

use serde::{Deserialize, Serialize};

use crate::input::value;
use crate::smoother::{Exponential, Smoother, Wilders};
use crate::{Indicator, IndicatorError, Period};

/// Exponential moving average: `e ← e + (x − e)·2/(n + 1)`, begun with the mean of the first `n`
/// values.
///
/// Warm-up `n − 1` rows. TA-Lib: `EMA`, seeded in the same way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ema {
    pub(crate) smoother: Smoother<Exponential>,
}

impl Ema {
    /// With the weight `2 / (period + 1)` for a new value.
    pub fn new(period: Period) -> Self {
        Self { smoother: Smoother::new(period) }
    }
}

impl Indicator for Ema {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, input: f64) -> Result<Option<f64>, IndicatorError> {
        Ok(self.smoother.push(value(input)?))
    }

    fn warm_up(&self) -> usize {
        self.smoother.period().get() - 1
    }
}

/// Wilder's smoothing: `w ← w + (x − w)/n`, begun with the mean of the first `n` values.
///
/// Warm-up `n − 1` rows. TA-Lib has it inside of `RSI` and `ATR`, not as a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wilder {
    smoother: Smoother<Wilders>,
}

impl Wilder {
    /// With the weight `1 / period` for a new value.
    pub fn new(period: Period) -> Self {
        Self { smoother: Smoother::new(period) }
    }
}

impl Indicator for Wilder {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, input: f64) -> Result<Option<f64>, IndicatorError> {
        Ok(self.smoother.push(value(input)?))
    }

    fn warm_up(&self) -> usize {
        self.smoother.period().get() - 1
    }
}
