//! Exponential moving averages: EMA and Wilder's smoothing.

use serde::{Deserialize, Serialize};

use crate::chunk::{Chunk, Chunked, Outputs, fill_by_chunks};
use crate::column::{Column, FEW_ROWS, ROWS};
use crate::input::checked;
use crate::smoother::{Exponential, Smoother, Wilders};
use crate::{Columns, Indicator, IndicatorError, Period};

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
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self { smoother: Smoother::new(period) }
    }
}

impl Indicator for Ema {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        Ok(self.smoother.push(checked("value", value)?))
    }

    fn warm_up(&self) -> usize {
        self.smoother.period().get() - 1
    }

    fill_by_chunks!();
}

impl Chunked for Ema {
    const LEN: usize = FEW_ROWS;

    type Scratch = Column;

    const SCRATCH: Self::Scratch = [0.0; ROWS];

    #[inline]
    fn is_ready(&self, _done: usize) -> bool {
        self.smoother.is_at_block()
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, Self::Input>,
        smoothed: &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        Self::Output: Columns<N>,
    {
        if !chunk.is_sound(Self::LEN) {
            return false;
        }
        let Chunk { rows, .. } = chunk;
        self.smoother.smooth(rows, smoothed);
        outputs.put(|row| Some(smoothed[row]));
        true
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
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self { smoother: Smoother::new(period) }
    }
}

impl Indicator for Wilder {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        Ok(self.smoother.push(checked("value", value)?))
    }

    fn warm_up(&self) -> usize {
        self.smoother.period().get() - 1
    }

    fill_by_chunks!();
}

impl Chunked for Wilder {
    const LEN: usize = FEW_ROWS;

    type Scratch = Column;

    const SCRATCH: Self::Scratch = [0.0; ROWS];

    #[inline]
    fn is_ready(&self, _done: usize) -> bool {
        self.smoother.is_at_block()
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, Self::Input>,
        smoothed: &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        Self::Output: Columns<N>,
    {
        if !chunk.is_sound(Self::LEN) {
            return false;
        }
        let Chunk { rows, .. } = chunk;
        self.smoother.smooth(rows, smoothed);
        outputs.put(|row| Some(smoothed[row]));
        true
    }
}
