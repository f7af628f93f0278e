//! Moving average convergence and divergence.

use serde::{Deserialize, Serialize};

use crate::input::value;
use crate::smoother::{Exponential, Smoother};
use crate::state::{Consistent, check_equal, check_fed, checked_when_read};
use crate::{Indicator, IndicatorError, Period};

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

impl Macd {
    /// With these periods of the three EMAs; 12, 26 and 9 are usual.
    ///
    /// # Errors
    /// When `fast` is not below `slow`.
    pub fn new(fast: Period, slow: Period, signal: Period) -> Result<Self, IndicatorError> {
        if fast >= slow {
            return Err(IndicatorError::FastNotBelowSlow { fast, slow });
        }
        Ok(Self {
            fast: Smoother::new(fast),
            slow: Smoother::new(slow),
            signal: Smoother::new(signal),
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
    fn update(&mut self, input: f64) -> Result<Option<MacdLines>, IndicatorError> {
        let value = value(input)?;
        let fast = if self.slow.is_ready() || self.slow.rows() >= self.head_start() {
            self.fast.push(value)
        } else {
            None
        };
        let both = fast.zip(self.slow.push(value));
        Ok(both.and_then(|(fast, slow)| {
            let macd = fast - slow;
            let signal = self.signal.push(macd)?;
            Some(MacdLines { macd, signal, histogram: macd - signal })
        }))
    }

    fn warm_up(&self) -> usize {
        self.slow.period().get() + self.signal.period().get() - 2
    }
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
