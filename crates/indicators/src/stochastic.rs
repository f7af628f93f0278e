//! The stochastic oscillator.

use serde::{Deserialize, Serialize};

use crate::extremes::Extent;
use crate::state::{Consistent, check_fed, checked_when_read};
use crate::window::Window;
use crate::{Candle, Indicator, IndicatorError, Period, Sma};

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

impl Stochastic {
    /// The slow form; 14, 3 and 3 are usual.
    pub fn slow(range: Period, smoothing: Period, signal: Period) -> Self {
        Self { range: Window::new(range), k: Sma::new(smoothing), d: Sma::new(signal) }
    }

    /// The fast form: %K is not smoothed.
    pub fn fast(range: Period, signal: Period) -> Self {
        Self::slow(range, Period::ONE, signal)
    }
}

impl Indicator for Stochastic {
    type Input = Candle;
    type Output = StochasticLines;

    #[inline]
    fn update(&mut self, candle: Candle) -> Result<Option<StochasticLines>, IndicatorError> {
        let Some(whole) = self.range.push(Extent::checked(candle)?) else { return Ok(None) };
        let raw = position(whole.summary, candle.close);
        let Some(k) = self.k.push(raw) else { return Ok(None) };
        Ok(self.d.push(k).map(|d| StochasticLines { k, d }))
    }

    fn warm_up(&self) -> usize {
        self.range.period().get() - 1 + self.k.warm_up() + self.d.warm_up()
    }
}

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
