//! The highest and the lowest of the last values, and the value of some rows ago.

use serde::{Deserialize, Serialize};

use crate::extremes::{Highest, Lowest};
use crate::input::value;
use crate::ring::Ring;
use crate::window::{Whole, Window, indicator_of_window};
use crate::{Indicator, IndicatorError, Period};

/// The highest of the last `n` values.
///
/// Warm-up `n − 1` rows. Two comparisons a row on average, whatever the period. TA-Lib: `MAX`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RollingMax {
    window: Window<Highest>,
}

impl RollingMax {
    /// Over the last `period` values.
    pub fn new(period: Period) -> Self {
        Self { window: Window::new(period) }
    }

    #[inline]
    fn output(_: &Self, _: f64, whole: Whole<Highest>) -> f64 {
        whole.summary.value
    }
}

/// The lowest of the last `n` values.
///
/// Warm-up `n − 1` rows. Two comparisons a row on average, whatever the period. TA-Lib: `MIN`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RollingMin {
    window: Window<Lowest>,
}

impl RollingMin {
    /// Over the last `period` values.
    pub fn new(period: Period) -> Self {
        Self { window: Window::new(period) }
    }

    #[inline]
    fn output(_: &Self, _: f64, whole: Whole<Lowest>) -> f64 {
        whole.summary.value
    }
}

indicator_of_window!(
    RollingMax: f64 => f64, value;
    RollingMin: f64 => f64, value;
);

/// The value of `n` rows ago: yesterday's, in an hourly series with `n = 24`.
///
/// Warm-up `n` rows. TA-Lib has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Delay {
    ring: Ring<f64>,
}

impl Delay {
    /// By `rows` rows.
    pub fn new(rows: Period) -> Self {
        Self { ring: Ring::new(rows) }
    }
}

impl Indicator for Delay {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, input: f64) -> Result<Option<f64>, IndicatorError> {
        Ok(self.ring.push(value(input)?))
    }

    fn warm_up(&self) -> usize {
        self.ring.period().get()
    }
}
