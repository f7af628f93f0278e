//! The simple moving average.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::lanes::Lanes;
use crate::powers::{LONGEST, Powers};
use crate::ring::Ring;
use crate::{Columns, Indicator, IndicatorError, Period};

/// Simple moving average: the mean of the last `n` values.
///
/// Warm-up `n − 1` rows. TA-Lib: `SMA`. A constant window gives exactly its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sma {
    window: AnyWindow,
}

#[derive(Debug, Clone, PartialEq)]
enum AnyWindow {
    Short(Box<Powers>),
    Long(Lanes),
}

impl Sma {
    /// Over the last `period` values.
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self { window: AnyWindow::of(Ring::new(period)) }
    }
}

impl AnyWindow {
    fn of(ring: Ring<f64>) -> Self {
        if ring.period().get() <= LONGEST {
            Self::Short(Box::new(Powers::of(ring)))
        } else {
            Self::Long(Lanes::of(ring))
        }
    }

    #[inline]
    fn ring(&self) -> &Ring<f64> {
        match self {
            Self::Short(powers) => &powers.ring,
            Self::Long(lanes) => &lanes.ring,
        }
    }
}

impl Indicator for Sma {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        match &mut self.window {
            AnyWindow::Short(mean) => mean.update(value),
            AnyWindow::Long(mean) => mean.update(value),
        }
    }

    fn warm_up(&self) -> usize {
        self.window.ring().period().get() - 1
    }

    fn fill_columns<const N: usize>(
        &mut self,
        values: &[f64],
        columns: [&mut [f64]; N],
    ) -> Result<(), IndicatorError>
    where
        f64: Columns<N>,
    {
        match &mut self.window {
            AnyWindow::Short(mean) => mean.fill_columns(values, columns),
            AnyWindow::Long(mean) => mean.fill_columns(values, columns),
        }
    }
}

/// Both kinds are stored alike, as their values, and the period says which one it is.
impl Serialize for AnyWindow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.ring().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for AnyWindow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ring::deserialize(deserializer).map(Self::of)
    }
}
