//! Whether the data that a month's window needs has arrived.
//!
//! A hole in the middle is a fact about the market or its recorder and is warned of. Data that ends
//! before the window does is data that has not come yet: calibrating on it would give other bins than
//! an hour later.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use labeling::{LabelCutoff, LabelSource};
use serde::Serialize;
use strategy_core::YearMonth;

use crate::inputs::Inputs;
use crate::settings::WindowSettings;
use crate::window::micros;

/// One kind of data that ends before a window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Lacking {
    /// `predictions`, `candles` or `labels`.
    pub what: &'static str,
    /// The newest row there is.
    pub newest: Option<DateTime<Utc>>,
    /// Where the newest row has to be, or later.
    pub wanted: DateTime<Utc>,
}

impl fmt::Display for Lacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = |instant: DateTime<Utc>| instant.format("%Y-%m-%d %H:%M");
        match self.newest {
            Some(newest) => write!(f, "the {} end at {}", self.what, minute(newest))?,
            None => write!(f, "there are no {}", self.what)?,
        }
        write!(f, " and have to reach {} UTC", minute(self.wanted))
    }
}

/// What the window of `month` still waits for; empty when it is complete.
pub(crate) fn lacking(
    inputs: &Inputs,
    month: YearMonth,
    settings: &WindowSettings,
) -> Vec<Lacking> {
    let interval = micros(inputs.interval);
    if interval <= 0 {
        return Vec::new(); // one row only: nobody can tell when the next is due
    }
    let end = settings.of(month).end.timestamp_micros();
    let horizon = micros(inputs.labels.horizon.unwrap_or(TimeDelta::zero()));
    let last_row = end.saturating_sub(interval);
    let (what, last_label) = match (inputs.labels.source, settings.label_cutoff) {
        // A candle closes one interval after it opens; the last that counts closes at the end.
        (LabelSource::Candles, LabelCutoff::MonthStart) => ("candles", last_row),
        (LabelSource::Candles, LabelCutoff::None) => ("candles", last_row.saturating_add(horizon)),
        (LabelSource::Targets, LabelCutoff::MonthStart) => {
            ("labels", last_row.saturating_sub(horizon))
        }
        (LabelSource::Targets, LabelCutoff::None) => ("labels", last_row),
    };
    [("predictions", inputs.newest.prediction, last_row), (what, inputs.newest.label, last_label)]
        .into_iter()
        // Rows off the grid of the month's start lie up to one interval before the wanted time.
        .filter(|&(_, newest, wanted)| {
            newest.is_none_or(|newest| newest.saturating_add(interval) <= wanted)
        })
        .filter_map(|(what, newest, wanted)| {
            let newest = newest.and_then(DateTime::from_timestamp_micros);
            Some(Lacking { what, newest, wanted: DateTime::from_timestamp_micros(wanted)? })
        })
        .collect()
}
