//! Highest and lowest values of a window.

use serde::{Deserialize, Serialize};

use crate::ring::Value;
use crate::window::Summary;
use crate::{Candle, IndicatorError, input::is_sound};

/// The highest value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Highest {
    pub(crate) value: f64,
}

impl Summary for Highest {
    type Value = f64;
    const EMPTY: Self = Self { value: f64::NEG_INFINITY };

    #[inline]
    fn append(self, value: f64, _: f64) -> Self {
        Self { value: higher(self.value, value) }
    }

    #[inline]
    fn prepend(self, value: f64, _: f64) -> Self {
        Self { value: higher(value, self.value) }
    }

    #[inline]
    fn join(self, later: Self) -> Self {
        Self { value: higher(self.value, later.value) }
    }
}

/// The lowest value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lowest {
    pub(crate) value: f64,
}

impl Summary for Lowest {
    type Value = f64;
    const EMPTY: Self = Self { value: f64::INFINITY };

    #[inline]
    fn append(self, value: f64, _: f64) -> Self {
        Self { value: lower(self.value, value) }
    }

    #[inline]
    fn prepend(self, value: f64, _: f64) -> Self {
        Self { value: lower(value, self.value) }
    }

    #[inline]
    fn join(self, later: Self) -> Self {
        Self { value: lower(self.value, later.value) }
    }
}

/// From the lowest low to the highest high.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Extent {
    pub(crate) high: f64,
    pub(crate) low: f64,
}

impl Extent {
    #[inline]
    pub(crate) fn checked(candle: Candle) -> Result<Self, IndicatorError> {
        let Candle { high, low, .. } = candle.checked()?;
        Ok(Self { high, low })
    }

    #[inline]
    fn then(self, later: Self) -> Self {
        Self { high: higher(self.high, later.high), low: lower(self.low, later.low) }
    }
}

impl Value for Extent {
    fn is_sound(self) -> bool {
        is_sound(self.high) && is_sound(self.low) && self.low <= self.high
    }
}

impl Summary for Extent {
    type Value = Extent;
    const EMPTY: Self = Self { high: f64::NEG_INFINITY, low: f64::INFINITY };

    #[inline]
    fn append(self, value: Extent, _: Extent) -> Self {
        self.then(value)
    }

    #[inline]
    fn prepend(self, value: Extent, _: Extent) -> Self {
        value.then(self)
    }

    #[inline]
    fn join(self, later: Self) -> Self {
        self.then(later)
    }
}

/// Of two numbers, none NaN; the later one of 0.0 and -0.0, which `f64::max` leaves open. So it does
/// not matter for any bit how a window is put together.
#[inline]
fn higher(earlier: f64, later: f64) -> f64 {
    if earlier > later { earlier } else { later }
}

#[inline]
fn lower(earlier: f64, later: f64) -> f64 {
    if earlier < later { earlier } else { later }
}
