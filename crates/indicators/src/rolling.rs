//! The highest and the lowest of the last values, and the value of some rows ago.

use serde::{Deserialize, Serialize};

use crate::chunk::{Chunk, Chunked, Outputs, fill_by_chunks};
use crate::column::ROWS;
use crate::extremes::{Highest, Lowest};
use crate::input::checked;
use crate::ring::Ring;
use crate::runs::Runs;
use crate::window::Window;
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
        Ok(whole.map(|whole| whole.summary.value))
    }

    fn warm_up(&self) -> usize {
        self.window.period().get() - 1
    }

    fill_by_chunks!();
}

impl Chunked for RollingMax {
    const LEN: usize = ROWS;

    type Scratch = Runs<Highest>;

    const SCRATCH: Self::Scratch = Runs::NEW;

    #[inline]
    fn is_ready(&self, done: usize) -> bool {
        self.window.lies_in(done)
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, f64>,
        runs: &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        Self::Output: Columns<N>,
    {
        let Chunk { batch, from, .. } = chunk;
        let windows = runs.windows::<ROWS>(batch, from, self.window.period());
        if !windows.are_sound() {
            return false;
        }
        outputs.put(|row| Some(windows.at(row)));
        true
    }

    #[inline(always)]
    fn end(&mut self, rows: &[f64], updates: usize) {
        self.window.catch_up(updates, rows.len(), |row| rows[row]);
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
        Ok(whole.map(|whole| whole.summary.value))
    }

    fn warm_up(&self) -> usize {
        self.window.period().get() - 1
    }

    fill_by_chunks!();
}

impl Chunked for RollingMin {
    const LEN: usize = ROWS;

    type Scratch = Runs<Lowest>;

    const SCRATCH: Self::Scratch = Runs::NEW;

    #[inline]
    fn is_ready(&self, done: usize) -> bool {
        self.window.lies_in(done)
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, f64>,
        runs: &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        Self::Output: Columns<N>,
    {
        let Chunk { batch, from, .. } = chunk;
        let windows = runs.windows::<ROWS>(batch, from, self.window.period());
        if !windows.are_sound() {
            return false;
        }
        outputs.put(|row| Some(windows.at(row)));
        true
    }

    #[inline(always)]
    fn end(&mut self, rows: &[f64], updates: usize) {
        self.window.catch_up(updates, rows.len(), |row| rows[row]);
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
