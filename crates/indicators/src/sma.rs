//! The simple moving average.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::chunk::fill_by_chunks;
use crate::column::Column;
use crate::input::checked;
use crate::lanes::Lanes;
use crate::moments::Sum;
use crate::ring::Ring;
use crate::sweep::{OfWindow, Wholes};
use crate::window::{Whole, Window};
use crate::{Columns, Indicator, IndicatorError, Period};

/// Windows of at least as many rows are summed in lanes: from there on that is quicker in batches.
const LONG: usize = 31;

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
    Short(Mean),
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
        if ring.period().get() < LONG {
            Self::Short(Mean { window: Window::of(ring) })
        } else {
            Self::Long(Lanes::of(ring))
        }
    }

    #[inline]
    fn ring(&self) -> &Ring<f64> {
        match self {
            Self::Short(mean) => &mean.window.ring,
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

/// The mean of the last values, in two runs: for a few of them, or inside of another indicator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Mean {
    window: Window<Sum>,
}

impl Mean {
    pub(crate) fn new(period: Period) -> Self {
        Self { window: Window::new(period) }
    }

    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> Option<f64> {
        let whole = self.window.push(value)?;
        self.output(value, whole)
    }

    /// The means of a chunk, when it is ready.
    #[inline(always)]
    pub(crate) fn means<const LEN: usize>(
        &mut self,
        values: &Column,
        sums: &mut Wholes<Sum>,
        means: &mut Column,
    ) {
        self.window.sweep::<LEN>(values, sums);
        let inverse = self.window.inverse();
        for (row, mean) in means[..LEN].iter_mut().enumerate() {
            *mean = sums.at(row).mean(inverse);
        }
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.window.is_full()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.window.is_empty()
    }
}

impl Indicator for Mean {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        Ok(self.push(checked("value", value)?))
    }

    fn warm_up(&self) -> usize {
        self.window.period().get() - 1
    }

    fill_by_chunks!();
}

impl OfWindow for Mean {
    type Summary = Sum;

    #[inline]
    fn window(&self) -> &Window<Sum> {
        &self.window
    }

    #[inline]
    fn window_mut(&mut self) -> &mut Window<Sum> {
        &mut self.window
    }

    #[inline(always)]
    fn output(&self, _: f64, whole: Whole<Sum>) -> Option<Self::Output> {
        Some(whole.mean(self.window.inverse()))
    }
}
