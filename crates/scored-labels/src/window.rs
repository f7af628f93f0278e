//! The rows of one month's window: scores with their labels, and what was left out.

use chrono::{DateTime, TimeDelta, Utc};
use labeling::{LabelCutoff, LeftOut};

use crate::fingerprint::fingerprint;

/// The rows that a month is calibrated on, ascending by time, and an account of the others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WindowRows {
    /// µs UTC.
    pub timestamps: Vec<i64>,
    /// Raw scores.
    pub scores: Vec<f64>,
    /// Whether the take profit came first.
    pub labels: Vec<bool>,
    /// Whether each row is an out-of-sample prediction; the others are in-sample.
    pub out_of_sample: Vec<bool>,
    /// Rows with a prediction that take no part.
    pub left_out: LeftOut,
}

/// The newest rows of a run's sources over all time, µs UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Newest {
    /// Of the predictions.
    pub prediction: Option<i64>,
    /// Of the source that the labels come from: table `targets`, or the candles.
    pub label: Option<i64>,
}

/// Where a prediction comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
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
    /// None, with room for `rows`.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self {
            timestamps: Vec::with_capacity(rows),
            scores: Vec::with_capacity(rows),
            labels: Vec::with_capacity(rows),
            out_of_sample: Vec::with_capacity(rows),
            left_out: LeftOut::default(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.timestamps.len() as u64
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// How many were predicted in sample.
    #[must_use]
    pub fn in_sample(&self) -> u64 {
        self.out_of_sample.iter().filter(|&&out| !out).count() as u64
    }

    /// Who predicted the rows, by the names that files of bins give them, and how many each.
    #[must_use]
    pub fn sources(&self) -> Vec<(&'static str, u64)> {
        [("predictions", self.len() - self.in_sample()), ("pred_train", self.in_sample())]
            .into_iter()
            .filter(|(_, rows)| *rows > 0)
            .collect()
    }

    /// Identifies the rows: see [`fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.timestamps, &self.scores, &self.labels)
    }
}

/// The place of `time` in ascending `times`. The place after the last found, `next`, is tried before it is
/// searched.
pub(crate) fn place(times: &[i64], time: i64, next: &mut usize) -> Option<usize> {
    if times.get(*next) != Some(&time) {
        *next = times.binary_search(&time).ok()?;
    }
    *next += 1;
    Some(*next - 1)
}

/// A span in microseconds, held inside an `i64`.
#[must_use]
pub fn micros(span: TimeDelta) -> i64 {
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
