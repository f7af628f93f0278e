//! What is asked of a report.

use backtest::Rules;
use chrono::{DateTime, Utc};

use super::position::Position;

/// What is asked about.
pub(super) struct Asked {
    pub(super) positions: Vec<Position>,
    pub(super) equity: f64,
    /// Leverage, margin and the venue's maintenance.
    pub(super) rules: Rules,
    /// Candles from here on are not read: the end of a backtest.
    pub(super) end: Option<DateTime<Utc>>,
}
