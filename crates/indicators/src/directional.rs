//! Directional movement and its index.

use serde::{Deserialize, Serialize};

use crate::input::is_sound;
use crate::range::true_range;
use crate::rsi::share;
use crate::smoother::{Smoother, Wilders};
use crate::state::{Consistent, check_equal, check_fed, checked_when_read};
use crate::{Candle, Indicator, IndicatorError, Period};

/// Directional indicators: which share of the true range went beyond the previous candle, up (+DI)
/// and down (−DI), from 0 to 100.
///
/// ```text
/// up = high − high₋₁,  down = low₋₁ − low
/// +DM = up   if up > down and up > 0,     else 0
/// −DM = down if down > up and down > 0,   else 0
/// S(x) ← S(x) − S(x)/n + x,   begun with the sum of the first n − 1
/// ±DI = 100·S(±DM) / S(true range)
/// ```
///
/// Warm-up `n` rows. TA-Lib: `PLUS_DI` and `MINUS_DI`, seeded in the same way. Both are 0 where
/// there never was a range. A close outside low to high can carry them beyond 100.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct DirectionalMovement {
    period: Period,
    previous: Option<Previous>,
    /// How many sums have been added to; counted up to `period` only.
    rows: usize,
    plus: f64,
    minus: f64,
    range: f64,
}

/// What is kept of the candle before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Previous {
    high: f64,
    low: f64,
    close: f64,
}

/// What [`DirectionalMovement`] tells of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DirectionalLines {
    /// +DI, 0 to 100.
    pub plus: f64,
    /// −DI, 0 to 100.
    pub minus: f64,
}

impl DirectionalMovement {
    /// Over `period` candles; 14 is usual.
    ///
    /// # Errors
    /// When `period` is 1: TA-Lib then gives a fraction instead of a percentage.
    pub fn new(period: Period) -> Result<Self, IndicatorError> {
        let period = period.at_least(2, "period of directional movement")?;
        Ok(Self { period, previous: None, rows: 0, plus: 0.0, minus: 0.0, range: 0.0 })
    }

    #[inline]
    fn push(&mut self, candle: Candle) -> Option<DirectionalLines> {
        let Candle { high, low, close } = candle;
        let previous = self.previous.replace(Previous { high, low, close })?;
        let (up, down) = (high - previous.high, previous.low - low);
        let plus = if up > down && up > 0.0 { up } else { 0.0 };
        let minus = if down > up && down > 0.0 { down } else { 0.0 };
        let range = true_range(candle, previous.close);
        // The first n − 1 are summed; from then on each sum fades.
        let summing = self.rows + 1 < self.period.get();
        let fading = if summing { 0.0 } else { 1.0 / self.period.as_f64() };
        self.plus += plus - self.plus * fading;
        self.minus += minus - self.minus * fading;
        self.range += range - self.range * fading;
        if self.rows < self.period.get() {
            self.rows += 1;
        }
        (self.rows == self.period.get()).then(|| DirectionalLines {
            plus: 100.0 * share(self.plus, self.range),
            minus: 100.0 * share(self.minus, self.range),
        })
    }

    fn is_ready(&self) -> bool {
        self.rows == self.period.get()
    }
}

impl Indicator for DirectionalMovement {
    type Input = Candle;
    type Output = DirectionalLines;

    #[inline]
    fn update(&mut self, candle: Candle) -> Result<Option<DirectionalLines>, IndicatorError> {
        Ok(self.push(candle.checked()?))
    }

    fn warm_up(&self) -> usize {
        self.period.get()
    }
}

impl Consistent for DirectionalMovement {
    fn check(&self) -> Result<(), IndicatorError> {
        Self::new(self.period)?;
        if self.rows > self.period.get() {
            let wanted = format!("at most the period, {}", self.period);
            return Err(IndicatorError::state("the count of candles", &self.rows, &wanted));
        }
        for (part, sum) in [("+DM", self.plus), ("-DM", self.minus), ("the range", self.range)] {
            if !(sum.is_finite() && sum >= 0.0) || (self.rows == 0 && sum != 0.0) {
                return Err(IndicatorError::state(
                    part,
                    &sum,
                    "a sum of what has come, at least 0",
                ));
            }
        }
        match self.previous {
            None if self.rows > 0 => {
                Err(IndicatorError::state("the previous candle", "absent", "the last row's"))
            }
            Some(Previous { high, low, close })
                if !(is_sound(high) && is_sound(low) && is_sound(close) && low <= high) =>
            {
                let found = format!("high {high}, low {low}, close {close}");
                Err(IndicatorError::state("the previous candle", &found, "a candle"))
            }
            _ => Ok(()),
        }
    }
}

/// Average directional index: how strong a trend is, whichever way it goes, from 0 to 100.
///
/// ```text
/// DX = 100·|+DI − −DI| / (+DI + −DI),   ADX = Wilder's smoothing of DX
/// ```
///
/// Warm-up `2n − 1` rows. TA-Lib: `ADX`, whose rules it has: the seed is the mean of the first `n`
/// DX, where a row without direction (+DI + −DI = 0) counts as 0; later such a row leaves the ADX as
/// it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Adx {
    movement: DirectionalMovement,
    average: Smoother<Wilders>,
}

/// What [`Adx`] tells of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdxLines {
    /// ADX, 0 to 100.
    pub adx: f64,
    /// +DI, 0 to 100.
    pub plus: f64,
    /// −DI, 0 to 100.
    pub minus: f64,
}

impl Adx {
    /// Over `period` candles; 14 is usual.
    ///
    /// # Errors
    /// When `period` is 1: see [`DirectionalMovement::new`].
    pub fn new(period: Period) -> Result<Self, IndicatorError> {
        let movement = DirectionalMovement::new(period)?;
        Ok(Self { movement, average: Smoother::new(period) })
    }
}

impl Indicator for Adx {
    type Input = Candle;
    type Output = AdxLines;

    #[inline]
    fn update(&mut self, candle: Candle) -> Result<Option<AdxLines>, IndicatorError> {
        let Some(lines) = self.movement.push(candle.checked()?) else { return Ok(None) };
        let DirectionalLines { plus, minus } = lines;
        let sum = plus + minus;
        let adx = if sum > 0.0 || !self.average.is_ready() {
            self.average.push(100.0 * share((plus - minus).abs(), sum))
        } else {
            self.average.value()
        };
        Ok(adx.map(|adx| AdxLines { adx, plus, minus }))
    }

    fn warm_up(&self) -> usize {
        2 * self.movement.period.get() - 1
    }
}

impl Consistent for Adx {
    fn check(&self) -> Result<(), IndicatorError> {
        let (movement, average) = (self.movement.period.get(), self.average.period().get());
        check_equal("the period of the ADX", average, movement)?;
        check_fed("the average of the DX", self.movement.is_ready(), self.average.rows() > 0)
    }
}

checked_when_read!(DirectionalMovement, Adx);
