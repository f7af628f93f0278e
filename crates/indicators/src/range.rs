//! True range and its average.

use serde::{Deserialize, Serialize};

use crate::chunk::{Chunk, Chunked, Outputs, fill_by_chunks};
use crate::column::{Column, FEW_ROWS, ROWS, Readable};
use crate::input::{CandleChunk, is_sound};
use crate::smoother::{Smoother, Wilders};
use crate::soundness::Faults;
use crate::state::{Consistent, checked_when_read};
use crate::{Candle, Columns, Indicator, IndicatorError, Period};

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
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[inline]
    pub(crate) fn push(&mut self, candle: Candle) -> Option<f64> {
        let previous = self.previous_close.replace(candle.close)?;
        Some(true_range(candle, previous))
    }

    /// After so many rows of a chunk.
    #[inline(always)]
    pub(crate) fn pass(&mut self, rows: CandleChunk<'_>, len: usize) {
        self.previous_close = Some(rows.close[len - 1]);
    }
}

/// The ranges of a chunk that is not the first of its batch; whether its candles are sound.
#[inline(always)]
pub(crate) fn true_ranges(chunk: Chunk<'_, Candle>, ranges: &mut Column) -> bool {
    let Some(previous) = chunk.previous_closes() else { return false };
    let mut faults = Faults::NONE;
    for (row, range) in ranges[..FEW_ROWS].iter_mut().enumerate() {
        *range = look_at(chunk.rows, previous, row, &mut faults);
    }
    faults.look_at(Candle::of(chunk.rows, FEW_ROWS - 1));
    faults.are_none()
}

/// The range of a row, of which the previous close is looked at instead of its own: one column less to
/// read. The last row's own is left.
#[inline(always)]
fn look_at(rows: CandleChunk<'_>, previous: &Column, row: usize, faults: &mut Faults) -> f64 {
    let candle = Candle { close: previous[row], high: rows.high[row], low: rows.low[row] };
    faults.look_at(candle);
    true_range(candle, previous[row])
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

    fill_by_chunks!();
}

impl Chunked for TrueRange {
    const LEN: usize = ROWS;

    type Scratch = ();

    const SCRATCH: Self::Scratch = ();

    #[inline]
    fn is_ready(&self, done: usize) -> bool {
        done > 0
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, Self::Input>,
        (): &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        Self::Output: Columns<N>,
    {
        // Written at once: rows are read, looked at and written in one stream.
        let Some(previous) = chunk.previous_closes() else { return false };
        let mut faults = Faults::NONE;
        outputs.put(|row| Some(look_at(chunk.rows, previous, row, &mut faults)));
        faults.look_at(Candle::of(chunk.rows, ROWS - 1));
        if !faults.are_none() {
            return false;
        }
        self.pass(chunk.rows, ROWS);
        true
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
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self { true_range: TrueRange::new(), average: Smoother::beginning_at(1, period) }
    }

    #[inline]
    pub(crate) fn push(&mut self, candle: Candle) -> Option<f64> {
        let range = self.true_range.push(candle)?;
        self.average.push(range)
    }

    /// The averages of a chunk, when it is ready, of its ranges.
    #[inline(always)]
    pub(crate) fn averages(
        &mut self,
        rows: CandleChunk<'_>,
        ranges: &Column,
        averages: &mut Column,
    ) {
        self.true_range.pass(rows, FEW_ROWS);
        self.average.smooth(ranges, averages);
    }

    /// How many ranges have come, at most the period.
    pub(crate) fn rows(&self) -> usize {
        self.average.rows()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.average.is_ready()
    }

    pub(crate) fn is_at_block(&self) -> bool {
        self.has_begun() && self.average.is_at_block()
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

    fill_by_chunks!();
}

impl Chunked for Atr {
    const LEN: usize = FEW_ROWS;

    type Scratch = [Column; 2];

    const SCRATCH: Self::Scratch = [[0.0; ROWS]; 2];

    #[inline]
    fn is_ready(&self, done: usize) -> bool {
        done > 0 && self.average.is_at_block()
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, Self::Input>,
        [ranges, average]: &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        Self::Output: Columns<N>,
    {
        if !true_ranges(chunk, ranges) {
            return false;
        }
        let Chunk { rows, .. } = chunk;
        self.averages(rows, ranges, average);
        outputs.put(|row| Some(average[row]));
        true
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
