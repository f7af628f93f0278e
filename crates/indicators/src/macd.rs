//! Moving average convergence and divergence.

use serde::{Deserialize, Serialize};

use crate::chunk::{Chunk, Chunked, Outputs, fill_by_chunks};
use crate::column::{Column, FEW_ROWS, ROWS};
use crate::input::checked;
use crate::smoother::{Exponential, Smoother};
use crate::state::{Consistent, check_equal, check_fed, checked_when_read};
use crate::{Columns, Indicator, IndicatorError, Period};

/// MACD: the difference of a fast and a slow EMA, and the EMA of that difference.
///
/// ```text
/// macd = EMA_fast(x) − EMA_slow(x),   signal = EMA_signal(macd),   histogram = macd − signal
/// ```
///
/// Warm-up `slow + signal − 2` rows. TA-Lib: `MACD`, whose seeding it has: both EMAs begin at the
/// row that completes the slow one's first period, so the fast one is seeded with the mean of the
/// last `fast` values up to that row, and not with the first ones of the series. Differs from TA-Lib
/// in that `fast ≥ slow` is refused; TA-Lib swaps the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Macd {
    fast: Smoother<Exponential>,
    slow: Smoother<Exponential>,
    signal: Smoother<Exponential>,
}

/// What [`Macd`] tells of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MacdLines {
    /// Fast EMA minus slow EMA, in units of the input.
    pub macd: f64,
    /// The EMA of `macd`.
    pub signal: f64,
    /// `macd − signal`
    pub histogram: f64,
}

/// `macd`, `signal`, `histogram`.
impl Columns<3> for MacdLines {
    #[inline]
    fn columns(self) -> [f64; 3] {
        [self.macd, self.signal, self.histogram]
    }
}

impl Macd {
    /// With these periods of the three EMAs; 12, 26 and 9 are usual.
    ///
    /// # Errors
    /// When `fast` is not below `slow`.
    pub fn new(fast: Period, slow: Period, signal: Period) -> Result<Self, IndicatorError> {
        if fast >= slow {
            return Err(IndicatorError::FastNotBelowSlow { fast, slow });
        }
        let (first, last) = (slow.get() - fast.get(), slow.get() - 1);
        Ok(Self {
            fast: Smoother::beginning_at(first, fast),
            slow: Smoother::new(slow),
            signal: Smoother::beginning_at(last, signal),
        })
    }

    /// How many first rows the fast EMA does not see.
    fn head_start(&self) -> usize {
        self.slow.period().get().saturating_sub(self.fast.period().get())
    }
}

impl Indicator for Macd {
    type Input = f64;
    type Output = MacdLines;

    #[inline]
    fn update(&mut self, value: f64) -> Result<Option<MacdLines>, IndicatorError> {
        let value = checked("value", value)?;
        let fast = if self.slow.is_ready() || self.slow.rows() >= self.head_start() {
            self.fast.push(value)
        } else {
            None
        };
        let both = fast.zip(self.slow.push(value));
        Ok(both.and_then(|(fast, slow)| {
            let macd = fast - slow;
            let signal = self.signal.push(macd)?;
            Some(lines(macd, signal))
        }))
    }

    fn warm_up(&self) -> usize {
        self.slow.period().get() + self.signal.period().get() - 2
    }

    fill_by_chunks!();
}

impl Chunked for Macd {
    const LEN: usize = FEW_ROWS;

    type Scratch = [Column; 3];

    const SCRATCH: Self::Scratch = [[0.0; ROWS]; 3];

    #[inline]
    fn is_ready(&self, _done: usize) -> bool {
        [&self.fast, &self.slow, &self.signal].iter().all(|smoother| smoother.is_at_block())
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, Self::Input>,
        [fast, slow, signal]: &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        Self::Output: Columns<N>,
    {
        if !chunk.is_sound(Self::LEN) {
            return false;
        }
        let Chunk { rows, .. } = chunk;
        self.fast.smooth(rows, fast);
        self.slow.smooth(rows, slow);
        let macd = fast;
        for (fast, slow) in macd.iter_mut().zip(slow) {
            *fast -= *slow;
        }
        self.signal.smooth(macd, signal);
        outputs.put(|row| Some(lines(macd[row], signal[row])));
        true
    }
}

#[inline]
fn lines(macd: f64, signal: f64) -> MacdLines {
    MacdLines { macd, signal, histogram: macd - signal }
}

impl Consistent for Macd {
    fn check(&self) -> Result<(), IndicatorError> {
        Self::new(self.fast.period(), self.slow.period(), self.signal.period())?;
        let seen = self.slow.rows().saturating_sub(self.head_start());
        check_equal("the count of rows in the fast EMA", self.fast.rows(), seen)?;
        check_fed("the signal's EMA", self.slow.is_ready(), self.signal.rows() > 0)
    }
}

checked_when_read!(Macd);
