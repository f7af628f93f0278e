//! Bands around a price: Bollinger, Donchian, Keltner.

use serde::{Deserialize, Serialize};

use crate::averages::Ema;
use crate::extremes::Extent;
use crate::input::value;
use crate::moments::Squares;
use crate::range::Atr;
use crate::state::{Consistent, checked_when_read};
use crate::window::{Whole, Window, indicator_of_window};
use crate::{Candle, Indicator, IndicatorError, Multiplier, Period};

/// A band and the price that it stands around, all in units of the price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bands {
    /// The upper edge.
    pub upper: f64,
    /// The middle.
    pub middle: f64,
    /// The lower edge.
    pub lower: f64,
    /// The row's value, or its candle's close.
    pub price: f64,
}

impl Bands {
    /// %b: where the price stands, 0 at the lower edge and 1 at the upper one. `None` when the two
    /// are equal.
    ///
    /// ```
    /// let bands = indicators::Bands { upper: 110.0, middle: 100.0, lower: 90.0, price: 105.0 };
    /// assert_eq!((bands.percent_b(), bands.bandwidth()), (Some(0.75), Some(0.2)));
    /// ```
    pub fn percent_b(&self) -> Option<f64> {
        let width = self.upper - self.lower;
        (width > 0.0).then(|| (self.price - self.lower) / width)
    }

    /// Bandwidth: `(upper − lower) / middle`. `None` when the middle is 0.
    pub fn bandwidth(&self) -> Option<f64> {
        (self.middle != 0.0).then(|| (self.upper - self.lower) / self.middle)
    }
}

/// Bollinger Bands: `SMA ± k·deviation` of the last `n` values, with the population's deviation.
///
/// Warm-up `n − 1` rows. TA-Lib: `BBANDS` with `matype = 0` and `k` for both edges; it has neither
/// %b nor bandwidth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BollingerBands {
    multiplier: Multiplier,
    window: Window<Squares>,
}

impl BollingerBands {
    /// Over the last `period` values, `multiplier` deviations wide to each side; 20 and 2 are usual.
    pub fn new(period: Period, multiplier: Multiplier) -> Self {
        Self { multiplier, window: Window::new(period) }
    }

    #[inline]
    fn output(&self, value: f64, whole: Whole<Squares>) -> Bands {
        let moments = whole.moments(self.window.inverse());
        let (middle, reach) = (moments.mean, self.multiplier.get() * moments.deviation());
        Bands { upper: middle + reach, middle, lower: middle - reach, price: value }
    }
}

/// Donchian channel: the highest high and the lowest low of the last `n` candles, the row's own
/// included, and the middle between them.
///
/// Warm-up `n − 1` rows. TA-Lib: `MAX` of the highs, `MIN` of the lows, and `MIDPRICE`. A price can
/// touch the edges but not break out of them: for a break-out, compare with the previous row's
/// ([`Delay`](crate::Delay)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Donchian {
    window: Window<Extent>,
}

impl Donchian {
    /// Over the last `period` candles.
    pub fn new(period: Period) -> Self {
        Self { window: Window::new(period) }
    }

    #[inline]
    fn output(_: &Self, candle: Candle, whole: Whole<Extent>) -> Bands {
        let Extent { high: upper, low: lower } = whole.summary;
        Bands { upper, middle: 0.5 * (upper + lower), lower, price: candle.close }
    }
}

indicator_of_window!(
    BollingerBands: f64 => Bands, value;
    Donchian: Candle => Bands, Extent::checked;
);

/// Keltner channel: `EMA_n(close) ± k·ATR_m`.
///
/// Warm-up `max(n − 1, m)` rows. TA-Lib has none; both parts are seeded as its `EMA` and `ATR` are.
/// (This is the form that is used today; Keltner's own had the mean of the typical price and of the
/// high-low range.)
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Keltner {
    multiplier: Multiplier,
    middle: Ema,
    range: Atr,
}

impl Keltner {
    /// With the EMA's period, the ATR's, and how many ATRs an edge lies from the middle; 20, 10 and
    /// 2 are usual.
    pub fn new(ema: Period, atr: Period, multiplier: Multiplier) -> Self {
        Self { multiplier, middle: Ema::new(ema), range: Atr::new(atr) }
    }
}

impl Indicator for Keltner {
    type Input = Candle;
    type Output = Bands;

    #[inline]
    fn update(&mut self, candle: Candle) -> Result<Option<Bands>, IndicatorError> {
        let candle = candle.checked()?;
        let middle = self.middle.smoother.push(candle.close);
        let range = self.range.push(candle);
        Ok(middle.zip(range).map(|(middle, range)| {
            let reach = self.multiplier.get() * range;
            Bands { upper: middle + reach, middle, lower: middle - reach, price: candle.close }
        }))
    }

    fn warm_up(&self) -> usize {
        self.middle.warm_up().max(self.range.warm_up())
    }
}

impl Consistent for Keltner {
    fn check(&self) -> Result<(), IndicatorError> {
        let (ema, atr) = (&self.middle.smoother, &self.range);
        // Each counts up to its own period only; the first row has no range.
        let (rows, ranges) = (ema.rows(), atr.rows());
        let agree = match (ema.is_ready(), atr.is_ready()) {
            (false, false) => ranges == rows.saturating_sub(1) && atr.has_begun() == (rows > 0),
            (false, true) => ranges < rows,
            (true, false) => ranges + 1 >= rows && atr.has_begun(),
            (true, true) => true,
        };
        if agree {
            Ok(())
        } else {
            let wanted = format!("what {rows} rows in the EMA allow");
            Err(IndicatorError::state("the count of rows in the ATR", &ranges, &wanted))
        }
    }
}

checked_when_read!(Keltner);
