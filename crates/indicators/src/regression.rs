//! Lines through the last values, and how far two series go together.

use serde::{Deserialize, Serialize};

use crate::input::value;
use crate::moments::{Products, Trend};
use crate::state::{Consistent, checked_when_read};
use crate::window::{Whole, Window, indicator_of_window};
use crate::{Indicator, IndicatorError, Pair, Period};

/// The least-squares line through the last `n` values against their row.
///
/// ```text
/// value(row) = intercept + slope·row,   row = 0 (the oldest) … n − 1 (the newest)
/// ```
///
/// Warm-up `n − 1` rows. TA-Lib: `LINEARREG_SLOPE`, `LINEARREG_INTERCEPT` and `LINEARREG`. A constant
/// window has a slope of exactly 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", transparent)]
pub struct LinearRegression {
    window: Window<Trend>,
}

/// What [`LinearRegression`] tells of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegressionLine {
    /// Change a row, in units of the value.
    pub slope: f64,
    /// The line at the window's oldest row.
    pub intercept: f64,
    /// The line at the newest row.
    pub end: f64,
}

impl LinearRegression {
    /// Over the last `period` values.
    ///
    /// # Errors
    /// When `period` is 1: one value has no line.
    pub fn new(period: Period) -> Result<Self, IndicatorError> {
        let period = period.at_least(2, "period of a regression")?;
        Ok(Self { window: Window::new(period) })
    }

    #[inline]
    fn output(&self, _: f64, whole: Whole<Trend>) -> RegressionLine {
        let rows = self.window.period().as_f64();
        let (mean, covariation) = whole.mean_and_covariation(rows, self.window.inverse());
        // n(n² − 1)/12 is Σ (row − mean row)².
        let slope = covariation / (rows * (rows * rows - 1.0) / 12.0);
        let half = 0.5 * (rows - 1.0) * slope;
        RegressionLine { slope, intercept: mean - half, end: mean + half }
    }
}

impl Consistent for LinearRegression {
    fn check(&self) -> Result<(), IndicatorError> {
        Self::new(self.window.period()).map(|_| ())
    }
}

/// Pearson's correlation of two series over their last `n` values, from −1 to 1.
///
/// Warm-up `n − 1` rows. TA-Lib: `CORREL`. It is 0 when either series is constant, as in TA-Lib.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", transparent)]
pub struct Correlation {
    window: Window<Products>,
}

impl Correlation {
    /// Over the last `period` pairs.
    ///
    /// # Errors
    /// When `period` is 1.
    pub fn new(period: Period) -> Result<Self, IndicatorError> {
        let period = period.at_least(2, "period of a correlation")?;
        Ok(Self { window: Window::new(period) })
    }

    #[inline]
    fn output(&self, _: Pair, whole: Whole<Products>) -> f64 {
        let moments = whole.moments(self.window.inverse());
        // Two roots: the product of two variances can leave the range of an f64.
        let scale = moments.variance.x.sqrt() * moments.variance.y.sqrt();
        let correlation = (moments.covariance / scale).clamp(-1.0, 1.0);
        if scale > 0.0 { correlation } else { 0.0 }
    }
}

impl Consistent for Correlation {
    fn check(&self) -> Result<(), IndicatorError> {
        Self::new(self.window.period()).map(|_| ())
    }
}

/// The least-squares line of `y` on `x` over the last `n` pairs: `y = intercept + slope·x`.
///
/// A hedge ratio, or (changes on levels) the speed of mean reversion. Warm-up `n − 1` rows. **`None`
/// also when `x` is constant in the window.** TA-Lib has none: its `BETA` regresses relative changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", transparent)]
pub struct PairRegression {
    window: Window<Products>,
}

/// What [`PairRegression`] tells of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairLine {
    /// Change of `y` for a change of `x` by 1.
    pub slope: f64,
    /// The line at `x = 0`.
    pub intercept: f64,
}

impl PairRegression {
    /// Over the last `period` pairs.
    ///
    /// # Errors
    /// When `period` is 1: one point has no line.
    pub fn new(period: Period) -> Result<Self, IndicatorError> {
        let period = period.at_least(2, "period of a regression")?;
        Ok(Self { window: Window::new(period) })
    }

    #[inline]
    fn output(&self, _: Pair, whole: Whole<Products>) -> Option<PairLine> {
        let moments = whole.moments(self.window.inverse());
        let slope = moments.covariance / moments.variance.x;
        let intercept = moments.mean.y - slope * moments.mean.x;
        (moments.variance.x > 0.0).then_some(PairLine { slope, intercept })
    }
}

impl Consistent for PairRegression {
    fn check(&self) -> Result<(), IndicatorError> {
        Self::new(self.window.period()).map(|_| ())
    }
}

indicator_of_window!(
    LinearRegression: f64 => RegressionLine, value;
    Correlation: Pair => f64, Pair::checked;
    PairRegression: Pair => PairLine, Pair::checked;
);
checked_when_read!(LinearRegression, Correlation, PairRegression);
