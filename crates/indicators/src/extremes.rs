//! Highest and lowest values of a window.

use serde::{Deserialize, Serialize};

use crate::ring::Value;
use crate::window::{Runs, Summary};
use crate::{Candle, input::is_sound};

/// The highest value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Highest(f64);

impl Summary for Highest {
    type Value = f64;
    const EMPTY: Self = Self(f64::NEG_INFINITY);

    #[inline]
    fn append(self, value: f64, _: f64, _: usize) -> Self {
        Self(higher(self.0, value))
    }

    #[inline]
    fn prepend(self, value: f64, _: f64) -> Self {
        Self(higher(self.0, value))
    }
}

impl Runs<Highest> {
    #[inline]
    pub(crate) fn highest(&self) -> f64 {
        higher(self.earlier.0, self.later.0)
    }
}

/// The lowest value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lowest(f64);

impl Summary for Lowest {
    type Value = f64;
    const EMPTY: Self = Self(f64::INFINITY);

    #[inline]
    fn append(self, value: f64, _: f64, _: usize) -> Self {
        Self(lower(self.0, value))
    }

    #[inline]
    fn prepend(self, value: f64, _: f64) -> Self {
        Self(lower(self.0, value))
    }
}

impl Runs<Lowest> {
    #[inline]
    pub(crate) fn lowest(&self) -> f64 {
        lower(self.earlier.0, self.later.0)
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
    fn over(self, other: Self) -> Self {
        Self { high: higher(self.high, other.high), low: lower(self.low, other.low) }
    }
}

impl From<Candle> for Extent {
    #[inline]
    fn from(Candle { high, low, .. }: Candle) -> Self {
        Self { high, low }
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
    fn append(self, value: Extent, _: Extent, _: usize) -> Self {
        self.over(value)
    }

    #[inline]
    fn prepend(self, value: Extent, _: Extent) -> Self {
        self.over(value)
    }
}

impl Runs<Extent> {
    #[inline]
    pub(crate) fn extent(&self) -> Extent {
        self.earlier.over(self.later)
    }
}

/// Of two numbers, none NaN. (`f64::max` leaves open which of 0.0 and -0.0 it gives.)
#[inline]
fn higher(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[inline]
fn lower(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}
