//! Half-open ranges of time, and the spans that tables cover.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// The instants from `start` (included) to `end` (left out); a bound that is `None` is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    /// The first instant inside, if there is a bound.
    pub start: Option<DateTime<Utc>>,
    /// The first instant past the range, if there is a bound.
    pub end: Option<DateTime<Utc>>,
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self { start: None, end: None };

    /// The one microsecond at `micros` (µs UTC).
    pub(crate) fn of_instant(micros: i64) -> Self {
        let start = DateTime::from_timestamp_micros(micros);
        Self {
            start,
            end: start.and_then(|start| start.checked_add_signed(TimeDelta::microseconds(1))),
        }
    }

    /// The instants from `start` up to `end` (both µs UTC); a bound beyond the calendar is open.
    pub(crate) fn of_micros(start: i64, end: i64) -> Self {
        Self {
            start: DateTime::from_timestamp_micros(start),
            end: DateTime::from_timestamp_micros(end),
        }
    }

    /// Whether the instant `micros` (µs UTC) lies inside.
    pub fn contains(&self, micros: i64) -> bool {
        self.start.is_none_or(|start| micros >= start.timestamp_micros())
            && self.end.is_none_or(|end| micros < end.timestamp_micros())
    }
}

impl From<Range<DateTime<Utc>>> for TimeRange {
    fn from(range: Range<DateTime<Utc>>) -> Self {
        Self { start: Some(range.start), end: Some(range.end) }
    }
}

/// What a table covers: its first and last timestamp and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TimeSpan {
    /// The earliest timestamp.
    pub first: DateTime<Utc>,
    /// The latest timestamp, included.
    pub last: DateTime<Utc>,
    /// How many distinct timestamps there are.
    pub rows: u64,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_start_is_inside_and_the_end_is_not() {
        let [start, end] = [10, 20].map(|s| DateTime::from_timestamp(s, 0).unwrap());
        let range = TimeRange::from(start..end);
        let inside = [9_999_999, 10_000_000, 19_999_999, 20_000_000].map(|t| range.contains(t));
        assert_eq!(inside, [false, true, true, false]);
        assert!(TimeRange::ALL.contains(i64::MIN) && TimeRange::ALL.contains(i64::MAX));
    }
}
