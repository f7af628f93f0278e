//! Which rows a month may be made of.

use std::ops::Range;

use chrono::{DateTime, Utc};
use labeling::LabelCutoff;
use strategy_core::YearMonth;

/// The window before a month, and which of its rows count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowSettings {
    /// Months before a month that make its window.
    pub lookback_months: u16,
    /// Whether labels that nobody knew when the month began count.
    pub label_cutoff: LabelCutoff,
    /// Whether a window will do although its data has not all arrived.
    pub allow_incomplete: bool,
}

impl WindowSettings {
    /// The window of `month`: its `lookback_months` before the month's first instant, end excluded.
    #[must_use]
    pub fn of(&self, month: YearMonth) -> Range<DateTime<Utc>> {
        month.plus_months(-i32::from(self.lookback_months)).start()..month.start()
    }
}

/// Twelve months, labels known when the month began.
impl Default for WindowSettings {
    fn default() -> Self {
        Self { lookback_months: 12, label_cutoff: LabelCutoff::MonthStart, allow_incomplete: false }
    }
}
