//! What is watched: rows with their candles, and what was found beside them.

use std::path::PathBuf;

use chrono::{DateTime, Datelike};
use labeling::BarrierRule;
use monitoring::metrics::Family;
use monitoring::{CalibrationSettings, Decided, Notice, Row};
use strategy_core::Result;

/// The strategy whose decisions carry a probability and a bin.
pub(crate) const STRATEGY: &str = "ml-calibrated-bins";

/// Minutes that the next row of a journal may be overdue, where nobody says another number.
pub(super) const FRESH_WITHIN: u32 = 30;

/// Rows to watch, of one journal or of files.
pub(crate) struct Source {
    /// `strategy/dataset/run`.
    pub(crate) name: String,
    /// Seconds from one row to the next.
    pub(crate) interval: i64,
    /// What labels are; none where decisions carry no probability.
    pub(crate) settings: Option<CalibrationSettings>,
    /// Rows that the monitor has not seen, ascending.
    pub(crate) rows: Vec<Decided>,
    /// How many of the last ones are candles whose decision may still come.
    pub(crate) pending: usize,
    /// The open time of the newest row, seconds.
    pub(crate) newest: Option<i64>,
    /// The files that are read.
    pub(crate) files: Vec<PathBuf>,
    /// What is found now, beside the rows.
    pub(crate) found: Found,
}

/// What holds now, and ends when it is no longer so.
#[derive(Default)]
pub(crate) struct Found {
    /// What fires.
    pub(crate) states: Vec<Notice>,
    /// What Prometheus gets.
    pub(crate) gauges: Vec<Family>,
    /// What a person is told: what it is, and its value.
    pub(crate) facts: Vec<(&'static str, String)>,
}

impl Found {
    /// A figure without labels of its own.
    pub(crate) fn gauge(
        &mut self,
        journal: &str,
        name: &'static str,
        help: &'static str,
        value: f64,
    ) {
        let labels = vec![("journal", journal.to_owned())];
        self.gauges.push(Family { name, help, samples: vec![(labels, value)] });
    }
}

/// What labels of `rule` are on rows that are `interval` seconds apart.
pub(super) fn settings(rule: &BarrierRule, interval: i64) -> Result<CalibrationSettings> {
    let horizon = u32::try_from(rule.horizon().num_seconds() / interval.max(1)).unwrap_or(0);
    let (up, down) = (rule.take_profit(), rule.stop_loss());
    Ok(CalibrationSettings::new(up, down, horizon, interval)?)
}

/// The candle that opens at `time` (µs UTC), and what was found of its decision: probability and bin.
pub(super) fn decided(
    time: i64,
    [high, low, close]: [f64; 3],
    found: Option<(f64, Option<u16>)>,
) -> Decided {
    let day = DateTime::from_timestamp_micros(time).unwrap_or_default();
    let p = found.map(|found| found.0);
    Decided {
        row: Row { time: time.div_euclid(1_000_000), high, low, close, p },
        bin: found.and_then(|found| found.1),
        month: i64::from(day.year()) * 12 + i64::from(day.month0()),
    }
}
