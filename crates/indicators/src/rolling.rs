//! The highest and the lowest of the last values, and the value of some rows ago.

use serde::{Deserialize, Serialize};

use crate::chunk::{Chunked, Outputs};
use crate::column::{Column, FEW_ROWS};
use crate::extremes::{Highest, Lowest};
use crate::input::checked;
use crate::ring::Ring;
use crate::runs::{ByRuns, HALO, Runs, fill_by_runs};
use crate::sweep::OfWindow;
use crate::window::{Whole, Window};
use crate::{Columns, Indicator, IndicatorError, Period};

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
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self { window: Window::new(period) }
    }
}

impl Indicator for RollingMax {
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

    fill_by_runs!(window);
}

impl OfWindow for RollingMax {
    type Summary = Highest;

    #[inline]
    fn window(&self) -> &Window<Highest> {
        &self.window
    }

    #[inline]
    fn window_mut(&mut self) -> &mut Window<Highest> {
        &mut self.window
    }

    #[inline(always)]
    fn output(&self, _: f64, whole: Whole<Highest>) -> Option<f64> {
        Some(whole.summary.value)
    }
}

impl Chunked<ByRuns> for RollingMax {
    const LEN: usize = FEW_ROWS;

    const HALO: usize = HALO;

    type Scratch = Runs;

    const SCRATCH: Runs = Runs::ZERO;

    #[inline]
    fn is_ready(&self) -> bool {
        self.window.is_full()
    }

    #[inline(always)]
    fn begin(&self, rows: &mut Column) {
        self.window.begin_runs(|row, value| rows[row] = value);
    }

    #[inline(always)]
    fn take<const N: usize>(&mut self, rows: &Column, runs: &mut Runs, mut outputs: Outputs<'_, N>)
    where
        Self::Output: Columns<N>,
    {
        let windows = runs.windows::<Highest>(rows, self.window.period());
        outputs.put(|row| Some(windows.at(row)));
    }

    #[inline(always)]
    fn end(&mut self, rows: &Column, taken: usize) {
        self.window.end_runs(taken, |row| rows[row]);
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
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self { window: Window::new(period) }
    }
}

impl Indicator for RollingMin {
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

    fill_by_runs!(window);
}

impl OfWindow for RollingMin {
    type Summary = Lowest;

    #[inline]
    fn window(&self) -> &Window<Lowest> {
        &self.window
    }

    #[inline]
    fn window_mut(&mut self) -> &mut Window<Lowest> {
        &mut self.window
    }

    #[inline(always)]
    fn output(&self, _: f64, whole: Whole<Lowest>) -> Option<f64> {
        Some(whole.summary.value)
    }
}

impl Chunked<ByRuns> for RollingMin {
    const LEN: usize = FEW_ROWS;

    const HALO: usize = HALO;

    type Scratch = Runs;

    const SCRATCH: Runs = Runs::ZERO;

    #[inline]
    fn is_ready(&self) -> bool {
        self.window.is_full()
    }

    #[inline(always)]
    fn begin(&self, rows: &mut Column) {
        self.window.begin_runs(|row, value| rows[row] = value);
    }

    #[inline(always)]
    fn take<const N: usize>(&mut self, rows: &Column, runs: &mut Runs, mut outputs: Outputs<'_, N>)
    where
        Self::Output: Columns<N>,
    {
        let windows = runs.windows::<Lowest>(rows, self.window.period());
        outputs.put(|row| Some(windows.at(row)));
    }

    #[inline(always)]
    fn end(&mut self, rows: &Column, taken: usize) {
        self.window.end_runs(taken, |row| rows[row]);
    }
}

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
    #[must_use]
    pub fn new(rows: Period) -> Self {
        Self { ring: Ring::new(rows) }
    }
}

impl Indicator for Delay {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        Ok(self.ring.push(checked("value", value)?))
    }

    fn warm_up(&self) -> usize {
        self.ring.period().get()
    }
}
