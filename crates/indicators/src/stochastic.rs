//! The stochastic oscillator.

use serde::{Deserialize, Serialize};

use crate::averages::Sma;
use crate::chunk::{ByBlocks, Chunked, Outputs};
use crate::column::{Column, Columnar, FEW_ROWS, ROWS};
use crate::extremes::{Extent, ExtentColumns};
use crate::input::CandleColumns;
use crate::moments::Sum;
use crate::runs::{ByRuns, HALO, Runs, extents, fill_by_runs};
use crate::state::{Consistent, check_fed, checked_when_read};
use crate::sweep::Wholes;
use crate::window::Window;
use crate::{Candle, Columns, Indicator, IndicatorError, Period};

/// Stochastic oscillator: where the close stands in the range of the last candles, from 0 to 100.
///
/// ```text
/// raw = 100·(close − lowest low) / (highest high − lowest low)     over `range` candles
/// k   = SMA_smoothing(raw),   d = SMA_signal(k)
/// ```
///
/// Warm-up `range + smoothing + signal − 3` rows. TA-Lib: `STOCH` (both averages SMA), and `STOCHF`
/// for [`Stochastic::fast`]. Without any range `raw` is 0, as in TA-Lib. A close outside low to high
/// can carry it beyond 0 to 100.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Stochastic {
    range: Window<Extent>,
    k: Sma,
    d: Sma,
}

/// What [`Stochastic`] tells of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StochasticLines {
    /// %K: the smoothed position, or the raw one of [`Stochastic::fast`].
    pub k: f64,
    /// %D: the mean of the last %K.
    pub d: f64,
}

/// `k`, `d`.
impl Columns<2> for StochasticLines {
    #[inline]
    fn columns(self) -> [f64; 2] {
        [self.k, self.d]
    }
}

impl Stochastic {
    /// The slow form; 14, 3 and 3 are usual.
    #[must_use]
    pub fn slow(range: Period, smoothing: Period, signal: Period) -> Self {
        Self { range: Window::new(range), k: Sma::new(smoothing), d: Sma::new(signal) }
    }

    /// The fast form: %K is not smoothed.
    #[must_use]
    pub fn fast(range: Period, signal: Period) -> Self {
        Self::slow(range, Period::ONE, signal)
    }
}

impl Indicator for Stochastic {
    type Input = Candle;
    type Output = StochasticLines;

    #[inline(always)]
    fn update(&mut self, candle: Candle) -> Result<Option<StochasticLines>, IndicatorError> {
        let Some(whole) = self.range.push(candle.checked()?.into()) else { return Ok(None) };
        let raw = position(whole.summary, candle.close);
        let Some(k) = self.k.push(raw) else { return Ok(None) };
        Ok(self.d.push(k).map(|d| StochasticLines { k, d }))
    }

    fn warm_up(&self) -> usize {
        self.range.period().get() - 1 + self.k.warm_up() + self.d.warm_up()
    }

    fill_by_runs!(range);
}

impl Chunked for Stochastic {
    const LEN: usize = FEW_ROWS;

    type Scratch = (ExtentColumns, Wholes<Extent>, Wholes<Sum>, [Column; 3]);

    const SCRATCH: Self::Scratch = (Extent::ZERO, Wholes::ZERO, Wholes::ZERO, [[0.0; ROWS]; 3]);

    #[inline]
    fn is_ready(&self) -> bool {
        self.range.is_full() && self.k.is_ready() && self.d.is_ready()
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        rows: &CandleColumns,
        (extents, ranges, sums, columns): &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) where
        Self::Output: Columns<N>,
    {
        (extents.high, extents.low) = (rows.high, rows.low);
        self.range.sweep::<FEW_ROWS>(extents, ranges);
        let raw = |row| position(ranges.at(row).summary, rows.close[row]);
        self.average(raw, sums, columns, outputs);
    }
}

impl Chunked<ByRuns> for Stochastic {
    const LEN: usize = FEW_ROWS;

    const HALO: usize = HALO;

    type Scratch = ([Runs; 2], Wholes<Sum>, [Column; 3]);

    const SCRATCH: Self::Scratch = ([Runs::ZERO, Runs::ZERO], Wholes::ZERO, [[0.0; ROWS]; 3]);

    #[inline]
    fn is_ready(&self) -> bool {
        Chunked::<ByBlocks>::is_ready(self)
    }

    #[inline(always)]
    fn begin(&self, rows: &mut CandleColumns) {
        self.range.begin_runs(|row, extent| {
            (rows.high[row], rows.low[row]) = (extent.high, extent.low);
        });
    }

    #[inline(always)]
    fn end(&mut self, rows: &CandleColumns, taken: usize) {
        self.range.end_runs(taken, |row| Candle::at(rows, row).into());
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        rows: &CandleColumns,
        (runs, sums, columns): &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) where
        Self::Output: Columns<N>,
    {
        let extents = extents(runs, rows, self.range.period());
        let raw = |row| position(extents.at(row), rows.close[HALO + row]);
        self.average(raw, sums, columns, outputs);
    }
}

impl Stochastic {
    /// From the positions of a chunk to its lines.
    #[inline(always)]
    fn average<const N: usize>(
        &mut self,
        position: impl Fn(usize) -> f64,
        sums: &mut Wholes<Sum>,
        [raw, k, d]: &mut [Column; 3],
        mut outputs: Outputs<'_, N>,
    ) where
        StochasticLines: Columns<N>,
    {
        for (row, raw) in raw[..FEW_ROWS].iter_mut().enumerate() {
            *raw = position(row);
        }
        self.k.means::<FEW_ROWS>(raw, sums, k);
        self.d.means::<FEW_ROWS>(k, sums, d);
        outputs.put(|row| Some(StochasticLines { k: k[row], d: d[row] }));
    }
}

/// Where the close stands, from 0 to 100.
#[inline]
fn position(Extent { high, low }: Extent, close: f64) -> f64 {
    let width = high - low;
    let position = (close - low) / width * 100.0;
    if width > 0.0 { position } else { 0.0 }
}

impl Consistent for Stochastic {
    fn check(&self) -> Result<(), IndicatorError> {
        check_fed("the window of %K", self.range.is_full(), !self.k.is_empty())?;
        check_fed("the window of %D", self.k.is_ready(), !self.d.is_empty())
    }
}

checked_when_read!(Stochastic);
