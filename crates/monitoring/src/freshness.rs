//! Rows that are late, missing or without bins.

use serde::{Deserialize, Serialize};

/// How old the newest row may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// Seconds from one row to the next.
    pub interval: i64,
    /// Seconds that a row may take to arrive after its close.
    pub grace: i64,
}

/// How late a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lateness {
    /// Seconds since the newest row closed.
    pub age: i64,
    /// Rows that should have arrived since.
    pub rows_due: i64,
    /// Whether that is more than the rule allows.
    pub stale: bool,
}

impl Freshness {
    /// How late the series is at `now`, whose newest row opened at `last` (seconds, UTC).
    #[must_use]
    pub fn at(&self, last: i64, now: i64) -> Lateness {
        let age = now.saturating_sub(last.saturating_add(self.interval));
        let rows_due = (age - self.grace).div_euclid(self.interval.max(1)).max(0);
        Lateness { age, rows_due, stale: age > self.interval.saturating_add(self.grace) }
    }

    /// Rows missing between two that follow one another.
    #[must_use]
    pub fn missing(&self, earlier: i64, later: i64) -> i64 {
        (later.saturating_sub(earlier) / self.interval.max(1) - 1).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_stale_once_its_successor_is_overdue() {
        let rule = Freshness { interval: 3_600, grace: 300 };
        assert!(!rule.at(0, 3_600).stale);
        assert!(!rule.at(0, 7_500).stale);
        let late = rule.at(0, 7_501);
        assert!(late.stale && late.rows_due == 1 && late.age == 3_901);
        assert_eq!(rule.missing(0, 3_600), 0);
        assert_eq!(rule.missing(0, 4 * 3_600), 3);
    }
}
