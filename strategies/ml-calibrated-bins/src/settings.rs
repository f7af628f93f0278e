//! What a rebuild is made with, beside its data.

use binning::BinCount;
use calibration::CalibrationMethod;
use chrono::{DateTime, Utc};
use scored_labels::WindowSettings;

/// How bins are made from the rows of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Which rows they are made of.
    pub window: WindowSettings,
    /// Number of quantile bins.
    pub n_bins: BinCount,
    /// From raw score to probability by Platt scaling or isotonic regression.
    pub method: CalibrationMethod,
    /// What is recorded as the time of creation; `None` is now.
    pub created_at: Option<DateTime<Utc>>,
}

/// Platt scaling over twelve months, twenty bins, labels known when the month began.
impl Default for Settings {
    fn default() -> Self {
        Self {
            window: WindowSettings::default(),
            n_bins: BinCount::default(),
            method: CalibrationMethod::Platt,
            created_at: None,
        }
    }
}
