//! The simple moving average.

use serde::{Deserialize, Serialize};

use crate::input::value;
use crate::moments::Sum;
use crate::window::{Whole, Window, indicator_of_window};
use crate::{Indicator, IndicatorError, Period};

/// Simple moving average: the mean of the last `n` values.
///
/// Warm-up `n − 1` rows. TA-Lib: `SMA`. A constant window gives exactly its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sma {
    window: Window<Sum>,
}

impl Sma {
    /// Over the last `period` values.
    pub fn new(period: Period) -> Self {
        Self { window: Window::new(period) }
    }

    /// Takes a value that was checked, or that another indicator gave.
    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> Option<f64> {
        self.window.push(value).map(|whole| self.output(value, whole))
    }

    #[inline]
    fn output(&self, _: f64, whole: Whole<Sum>) -> f64 {
        whole.mean(self.window.inverse())
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.window.is_full()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.window.is_empty()
    }
}

indicator_of_window!(
    Sma: f64 => f64, value;
);
