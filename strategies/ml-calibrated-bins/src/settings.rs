//! What a rebuild is made with, beside its data.

use std::ops::Range;

use binning::{BinCount, LabelCutoff};
use calibration::CalibrationMethod;
use chrono::{DateTime, Utc};
use strategy_core::YearMonth;

/// How bins are made from the rows of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Months before the bins' month that make the window.
    pub lookback_months: u16,
    /// Number of quantile bins.
    pub n_bins: BinCount,
    /// From raw score to probability by Platt scaling or isotonic regression.
    pub method: CalibrationMethod,
    /// Whether labels that nobody knew when the month began count.
    pub label_cutoff: LabelCutoff,
    /// Whether a month is calibrated although its window's data has not all arrived.
    pub allow_incomplete: bool,
    /// What is recorded as the time of creation; `None` is now.
    pub created_at: Option<DateTime<Utc>>,
}

impl Settings {
    /// The window of `month`: its `lookback_months` before the month's first instant, end excluded.
    #[must_use]
    pub fn window(&self, month: YearMonth) -> Range<DateTime<Utc>> {
        month.plus_months(-i32::from(self.lookback_months)).start()..month.start()
    }
}

/// Platt scaling over twelve months, twenty bins, labels known when the month began.
impl Default for Settings {
    fn default() -> Self {
        Self {
            lookback_months: 12,
            n_bins: BinCount::default(),
            method: CalibrationMethod::Platt,
            label_cutoff: LabelCutoff::MonthStart,
            allow_incomplete: false,
            created_at: None,
        }
    }
}
