//! What is odd about the candles that rows were made of.

use chrono::TimeDelta;
use terminal::counted;

use super::join::Stretch;
use crate::candles::micros_of;
use crate::message::instant_text;

/// Holes in a table of candles, and candles that no market gives, among those that were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandleReport {
    /// The table.
    pub table: String,
    /// Candles that are missing between the first and the last.
    pub missing: u64,
    /// Stretches in which they are.
    pub gaps: u64,
    /// The last candle before the first gap, µs UTC.
    pub first_gap_after: Option<i64>,
    /// Candles that are missing in the longest gap.
    pub longest: u64,
    /// Candles whose close lies outside their own low to high.
    pub outside: u64,
    /// The first of them, µs UTC.
    pub first_outside: Option<i64>,
    interval: TimeDelta,
    last: Option<i64>,
}

impl CandleReport {
    pub(super) fn new(table: &str, interval: TimeDelta) -> Self {
        Self {
            table: table.to_owned(),
            missing: 0,
            gaps: 0,
            first_gap_after: None,
            longest: 0,
            outside: 0,
            first_outside: None,
            interval,
            last: None,
        }
    }

    /// Takes note of the next candles, with their prices.
    pub(super) fn note(&mut self, candles: &Stretch) {
        let step = micros_of(self.interval).max(1);
        for &timestamp in &candles.timestamps {
            let before = self.last.replace(timestamp);
            let missing = before.map_or(0, |before| timestamp.saturating_sub(before) / step - 1);
            if missing > 0 {
                let missing = missing.unsigned_abs();
                self.missing += missing;
                self.gaps += 1;
                self.longest = self.longest.max(missing);
                self.first_gap_after = self.first_gap_after.or(before);
            }
        }
        let [_, high, low, close, ..] = candles.columns.as_slice() else { return };
        let prices = candles.timestamps.iter().zip(high).zip(low).zip(close);
        for (((&timestamp, high), low), close) in prices {
            if close < low || close > high {
                self.outside += 1;
                self.first_outside = self.first_outside.or(Some(timestamp));
            }
        }
    }

    /// What a person should hear, in sentences without the full stop.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let (table, time) = (&self.table, |at: i64| instant_text(at));
        if let Some(after) = self.first_gap_after {
            notes.push(format!(
                "{} of {table} missing among the rows (gaps: {}, the first after {} UTC, the longest of \
                 {}): indicators ignore a gap, and a position stays",
                counted(self.missing, "candle"),
                self.gaps,
                time(after),
                counted(self.longest, "candle")
            ));
        }
        if let Some(first) = self.first_outside {
            notes.push(format!(
                "{} of {table} with a close outside low to high, the first at {} UTC",
                counted(self.outside, "candle"),
                time(first)
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_counted_across_stretches() {
        let hour = 3_600_000_000;
        let stretch = |hours: &[i64]| Stretch {
            timestamps: hours.iter().map(|h| h * hour).collect(),
            columns: Vec::new(),
        };
        let mut report = CandleReport::new("ohlcv_x_1h", TimeDelta::hours(1));
        for hours in [&[0, 1][..], &[4, 5], &[], &[15]] {
            report.note(&stretch(hours));
        }
        assert_eq!((report.missing, report.gaps, report.longest), (11, 2, 9));
        assert_eq!(report.first_gap_after, Some(hour));
        assert_eq!(report.notes().len(), 1);
    }

    #[test]
    fn impossible_closes_are_counted() {
        let prices = |open, high, low, close| vec![vec![open], vec![high], vec![low], vec![close]];
        let mut report = CandleReport::new("ohlcv_x_1h", TimeDelta::hours(1));
        for (hour, close) in [(0, 1.5), (1, 2.5), (2, 0.5), (3, 2.0)] {
            let timestamps = vec![hour * 3_600_000_000];
            report.note(&Stretch { timestamps, columns: prices(1.0, 2.0, 1.0, close) });
        }
        assert_eq!((report.outside, report.first_outside), (2, Some(3_600_000_000)));
        assert!(report.notes()[0].contains("close outside"));
    }
}
