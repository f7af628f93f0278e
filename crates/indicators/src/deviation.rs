//! Standard deviation and z-score over a window.

use serde::{Deserialize, Serialize};

use crate::chunk::fill_by_chunks;
use crate::input::checked;
use crate::moments::Squares;
use crate::state::{Consistent, checked_when_read};
use crate::sweep::OfWindow;
use crate::window::{Whole, Window};
use crate::{Columns, Indicator, IndicatorError, Period};

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
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self { window: Window::new(period) }
    }
}

impl Indicator for StdDev {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        let whole = self.window.push(checked("value", value)?);
        Ok(whole.and_then(|whole| self.output(value, whole)))
    }

    fn warm_up(&self) -> usize {
        self.window.period().get() - 1
    }

    fill_by_chunks!();
}

impl OfWindow for StdDev {
    type Summary = Squares;

    #[inline]
    fn window(&self) -> &Window<Squares> {
        &self.window
    }

    #[inline]
    fn window_mut(&mut self) -> &mut Window<Squares> {
        &mut self.window
    }

    #[inline(always)]
    fn output(&self, _: f64, whole: Whole<Squares>) -> Option<Self::Output> {
        Some(whole.moments(self.window.inverse()).deviation())
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
}

impl Indicator for ZScore {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        let whole = self.window.push(checked("value", value)?);
        Ok(whole.and_then(|whole| self.output(value, whole)))
    }

    fn warm_up(&self) -> usize {
        self.window.period().get() - 1
    }

    fill_by_chunks!();
}

impl OfWindow for ZScore {
    type Summary = Squares;

    #[inline]
    fn window(&self) -> &Window<Squares> {
        &self.window
    }

    #[inline]
    fn window_mut(&mut self) -> &mut Window<Squares> {
        &mut self.window
    }

    #[inline(always)]
    fn output(&self, value: f64, whole: Whole<Squares>) -> Option<Self::Output> {
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

checked_when_read!(ZScore);
