//! Standard deviation and z-score over a window.

use serde::{Deserialize, Serialize};

use crate::input::value;
use crate::moments::Squares;
use crate::state::{Consistent, checked_when_read};
use crate::window::{Whole, Window, indicator_of_window};
use crate::{Indicator, IndicatorError, Period};

/// Standard deviation of the last `n` values, that of the population (divided by `n`, not `n − 1`).
///
/// Warm-up `n − 1` rows. TA-Lib: `STDDEV` with `nbdev = 1`. A constant window has exactly 0, and
/// nothing else has, however small the prices are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StdDev {
    window: Window<Squares>,
}

impl StdDev {
    /// Over the last `period` values.
    pub fn new(period: Period) -> Self {
        Self { window: Window::new(period) }
    }

    #[inline]
    fn output(&self, _: f64, whole: Whole<Squares>) -> f64 {
        whole.moments(self.window.inverse()).deviation()
    }
}

/// How many standard deviations the value lies from the mean of the last `n`, its own included:
/// `(x − mean) / deviation`, with the population's deviation.
///
/// Warm-up `n − 1` rows. **`None` also when the window is constant**: 0/0 is no score.
/// TA-Lib has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", transparent)]
pub struct ZScore {
    window: Window<Squares>,
}

impl ZScore {
    /// Over the last `period` values.
    ///
    /// # Errors
    /// When `period` is 1: a value by itself deviates from nothing.
    pub fn new(period: Period) -> Result<Self, IndicatorError> {
        let period = period.at_least(2, "period of a z-score")?;
        Ok(Self { window: Window::new(period) })
    }

    #[inline]
    fn output(&self, value: f64, whole: Whole<Squares>) -> Option<f64> {
        let moments = whole.moments(self.window.inverse());
        let deviation = moments.deviation();
        let score = (value - moments.mean) / deviation;
        (deviation > 0.0).then_some(score)
    }
}

impl Consistent for ZScore {
    fn check(&self) -> Result<(), IndicatorError> {
        Self::new(self.window.period()).map(|_| ())
    }
}

indicator_of_window!(
    StdDev: f64 => f64, value;
    ZScore: f64 => f64, value;
);
checked_when_read!(ZScore);
