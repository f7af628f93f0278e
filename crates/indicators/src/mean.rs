//! The mean inside of other indicators.

use serde::{Deserialize, Serialize};

use crate::Period;
use crate::column::Column;
use crate::moments::Sum;
use crate::sweep::Wholes;
use crate::window::Window;

/// The mean of the last values, which may come from another indicator and be in no batch.
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
        Some(self.window.push(value)?.mean(self.window.inverse()))
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

    pub(crate) fn warm_up(&self) -> usize {
        self.window.period().get() - 1
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.window.is_full()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.window.is_empty()
    }
}
