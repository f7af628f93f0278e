//! The rows of one month's window: scores with their labels, and what was left out.

use std::ops::Range;

use binning::{LabelCutoff, LeftOut, SourceRecord};
use chrono::{DateTime, TimeDelta, Utc};
use labeling::Outcome;

use crate::Inputs;

/// The rows that a month is calibrated on, ascending by time, and an account of the others.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct WindowRows {
    /// µs UTC.
    pub(crate) timestamps: Vec<i64>,
    pub(crate) scores: Vec<f64>,
    pub(crate) labels: Vec<bool>,
    /// Whether each row is an out-of-sample prediction; the others are in-sample.
    pub(crate) out_of_sample: Vec<bool>,
    pub(crate) left_out: LeftOut,
}

/// Where a prediction comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Table `predictions`: made for rows that the model had not seen.
    OutOfSample,
    /// `pred_train.csv`: made for rows that the model was trained on.
    InSample,
}

/// The first time whose label nobody knew when the month began: its last candle, which opens one
/// `horizon` later, closes after `month_start`. `None` when all labels count.
pub(crate) fn label_deadline(
    cutoff: LabelCutoff,
    month_start: DateTime<Utc>,
    horizon: Option<TimeDelta>,
    interval: TimeDelta,
) -> Option<i64> {
    match (cutoff, horizon) {
        (LabelCutoff::MonthStart, Some(horizon)) => {
            let known = month_start.timestamp_micros().saturating_sub(micros(horizon));
            Some(known.saturating_sub(micros(interval)).saturating_add(1))
        }
        _ => None,
    }
}

impl WindowRows {
    /// The rows of `window`: each prediction with its label. A row at or after `deadline` has a
    /// label that needs candles nobody had seen when the month began, and is left out.
    pub(crate) fn collect(
        inputs: &Inputs,
        window: &Range<DateTime<Utc>>,
        deadline: Option<i64>,
    ) -> Self {
        let mut rows = Self::default();
        let mut labels = inputs.labels.cursor();
        let horizon = inputs.labels.horizon.map_or(0, micros);
        // What the candles show up to the window's end: later ones must not change the account.
        let last_known = inputs.labels.last_before(window.end.timestamp_micros());
        for (timestamp, score, origin) in inputs.predictions_in(window) {
            if deadline.is_some_and(|deadline| timestamp >= deadline) {
                rows.left_out.after_cutoff += 1;
                continue;
            }
            match labels.at(timestamp) {
                Some(Outcome::Gap)
                    if deadline.is_none()
                        || last_known
                            .is_some_and(|last| timestamp.saturating_add(horizon) <= last) =>
                {
                    rows.left_out.in_gap += 1;
                }
                None | Some(Outcome::Incomplete | Outcome::Gap) => rows.left_out.without_label += 1,
                Some(known @ (Outcome::TakeProfit | Outcome::NoTakeProfit)) => {
                    rows.timestamps.push(timestamp);
                    rows.scores.push(score);
                    rows.labels.push(known == Outcome::TakeProfit);
                    rows.out_of_sample.push(origin == Origin::OutOfSample);
                }
            }
        }
        rows
    }

    pub(crate) fn len(&self) -> u64 {
        self.timestamps.len() as u64
    }

    pub(crate) fn in_sample(&self) -> u64 {
        self.out_of_sample.iter().filter(|&&out| !out).count() as u64
    }

    /// Who predicted the rows, under the names of the bin file.
    pub(crate) fn sources(&self) -> Vec<SourceRecord> {
        [("predictions", self.len() - self.in_sample()), ("pred_train", self.in_sample())]
            .map(|(name, rows)| SourceRecord { name: name.to_owned(), rows })
            .into_iter()
            .filter(|source| source.rows > 0)
            .collect()
    }
}

/// A span in microseconds, held inside an `i64`.
pub(crate) fn micros(span: TimeDelta) -> i64 {
    span.num_microseconds().unwrap_or(i64::MAX / 2)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    /// The last time that is kept for March 2025 with labels of `horizon` on candles of `interval`.
    fn check(horizon: TimeDelta, interval: TimeDelta, last_kept: &str) {
        let month: DateTime<Utc> = "2025-03-01T00:00:00Z".parse().unwrap();
        let deadline =
            label_deadline(LabelCutoff::MonthStart, month, Some(horizon), interval).unwrap();
        let last_kept: DateTime<Utc> = last_kept.parse().unwrap();
        assert_eq!(deadline - 1, last_kept.timestamp_micros());
    }

    #[test]
    fn a_label_counts_if_its_last_candle_closes_by_the_months_first_instant() {
        let hour = TimeDelta::hours(1);
        check(hour * 24, hour, "2025-02-27T23:00:00Z");
        check(hour, hour, "2025-02-28T22:00:00Z");
        check(TimeDelta::days(7), TimeDelta::days(7), "2025-02-15T00:00:00Z");
        let month = "2025-03-01T00:00:00Z".parse().unwrap();
        assert_eq!(label_deadline(LabelCutoff::None, month, Some(hour), hour), None);
    }
}
