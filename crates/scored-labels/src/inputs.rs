//! A run's predictions and labels in memory, read once however many months are made of them.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use labeling::{LabelSource, Outcome, TradeEnds};
use market_data::{ModelPathMatch, Predictions, TimeSpan, TrainPredictions};
use serde::Serialize;

use crate::window::{Newest, Origin, micros, place};

/// What the rebuilds of a run read: predictions, labels and the state of the candles.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// Whose they are.
    pub identity: Identity,
    /// Out of sample.
    pub predictions: Predictions,
    /// All that the table of predictions covers, for messages: looked up where they may be needed.
    pub available: Option<TimeSpan>,
    /// In-sample predictions that were asked for.
    pub train: Option<TrainFile>,
    /// In-sample predictions that nobody asked for: a month that lacks others is refused.
    pub unused_train: Option<TrainFile>,
    /// What they are judged by.
    pub labels: Labels,
    /// What is known of the candles; none where the file has no table of them.
    pub candles: Option<CandleState>,
    /// How far the sources reach, beyond what is loaded.
    pub newest: Newest,
    /// Time from one row to the next: that of the dataset's candles.
    pub interval: TimeDelta,
}

/// Whose predictions and labels these are.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The dataset.
    pub dataset: String,
    /// The run.
    pub run_name: String,
    /// The model, as it was named.
    pub model_path: String,
    /// The model, as it is stored.
    pub matched: ModelPathMatch,
    /// The file with the predictions, for messages.
    pub file: PathBuf,
}

/// In-sample predictions and the file that they come from.
#[derive(Debug, Clone)]
pub struct TrainFile {
    /// The file.
    pub path: PathBuf,
    /// Its rows.
    pub rows: TrainPredictions,
}

/// What is known of the candles, whether or not labels are made from them.
#[derive(Debug, Clone)]
pub struct CandleState {
    /// Open times, µs UTC, ascending.
    pub timestamps: Vec<i64>,
    /// How the trades from each candle's close ended under the target's rule; empty for a target that is
    /// none, and why where the candles cannot tell.
    pub trades: Result<Vec<Option<TradeEnds>>, String>,
    /// Those of candles whose close lies outside their own low to high.
    pub outside: Vec<i64>,
}

/// Labels by time, ascending.
#[derive(Debug, Clone)]
pub struct Labels {
    /// The target key.
    pub target_key: String,
    /// Where they are from.
    pub source: LabelSource,
    /// Only for labels made from candles.
    pub tie_policy: Option<String>,
    /// Stored labels that were passed over, since their dataset or key is spelled otherwise.
    pub passed_over: Vec<StoredLabels>,
    /// A tie policy that was asked for and has no part in labels of the table `targets`.
    pub unused_tie_policy: Option<String>,
    /// How far ahead a label looks; unknown for a key that is no barrier rule.
    pub horizon: Option<TimeDelta>,
    /// µs UTC.
    pub timestamps: Vec<i64>,
    /// What happened.
    pub outcomes: Vec<Outcome>,
}

/// Labels in the table `targets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredLabels {
    /// Whose they are; nothing where the rows name no dataset.
    pub dataset: Option<String>,
    /// By which rule.
    pub target_key: String,
}

impl fmt::Display for StoredLabels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dataset = self.dataset.as_deref().unwrap_or("no dataset (NULL)");
        write!(f, "{} of {dataset}", self.target_key)
    }
}

impl Labels {
    /// The last time before `end` that there is a label or, if they are made of these, a candle for.
    pub(crate) fn last_before(&self, end: i64) -> Option<i64> {
        let known = self.timestamps.partition_point(|&timestamp| timestamp < end);
        self.timestamps[..known].last().copied()
    }

    /// What came of the row that opens at a time, where it has a label. Ascending times are found fastest.
    pub fn lookup(&self) -> impl FnMut(i64) -> Option<Outcome> {
        let mut next = 0;
        move |time| self.outcomes.get(place(&self.timestamps, time, &mut next)?).copied()
    }
}

impl CandleState {
    /// How the trades from the close of the candle that opens at a time, µs UTC, ended, where that is known.
    /// Ascending times are found fastest.
    pub fn ends(&self) -> impl FnMut(i64) -> Option<TradeEnds> {
        let trades = self.trades.as_deref().unwrap_or_default();
        let mut next = 0;
        move |time| *trades.get(place(&self.timestamps, time, &mut next)?)?
    }

    /// How many candles the window should have, and the times within it that lack one.
    #[must_use]
    pub fn missing(&self, window: &Range<DateTime<Utc>>, interval: TimeDelta) -> (u64, Vec<i64>) {
        let step = usize::try_from(micros(interval).max(1)).unwrap_or(usize::MAX);
        let expected =
            (window.start.timestamp_micros()..window.end.timestamp_micros()).step_by(step);
        let from = self.timestamps.partition_point(|&t| t < window.start.timestamp_micros());
        let mut present = self.timestamps[from..].iter().copied().peekable();
        let mut count = 0;
        let mut missing = Vec::new();
        for slot in expected {
            count += 1;
            // A grid that does not start on the hour has its candle somewhere within the slot.
            let end = slot + micros(interval);
            let mut found = false;
            while present.next_if(|&t| t < end).is_some() {
                found = true;
            }
            if !found {
                missing.push(slot);
            }
        }
        (count, missing)
    }
}

impl Inputs {
    /// The label's horizon in rows, 1 where it is not known.
    #[must_use]
    pub fn horizon_rows(&self) -> f64 {
        let micros = |delta: Option<TimeDelta>| {
            delta.and_then(|delta| delta.num_microseconds()).unwrap_or(1).max(1) as f64
        };
        (micros(self.labels.horizon) / micros(Some(self.interval))).max(1.0)
    }

    /// The predictions of `window`, ascending: the table's, and for hours that it lacks those of
    /// `pred_train.csv`.
    pub fn predictions_in(
        &self,
        window: &Range<DateTime<Utc>>,
    ) -> impl Iterator<Item = (i64, f64, Origin)> {
        let table = slice(&self.predictions.timestamps, &self.predictions.y_pred, window);
        let train = self.train.as_ref().map_or((&[][..], &[][..]), |file| {
            slice(&file.rows.timestamps, &file.rows.y_pred, window)
        });
        Merged { table, train }
    }

    /// The hours of `window` for which there are only in-sample predictions that nobody asked for, µs
    /// UTC, and the file that has them.
    pub(crate) fn only_in_sample(
        &self,
        window: &Range<DateTime<Utc>>,
    ) -> Option<(Vec<i64>, &Path)> {
        let file = self.unused_train.as_ref()?;
        let (known, _) = slice(&self.predictions.timestamps, &self.predictions.y_pred, window);
        let (train, _) = slice(&file.rows.timestamps, &file.rows.y_pred, window);
        let only: Vec<i64> =
            train.iter().copied().filter(|hour| known.binary_search(hour).is_err()).collect();
        (!only.is_empty()).then_some((only, file.path.as_path()))
    }
}

fn slice<'a>(
    timestamps: &'a [i64],
    scores: &'a [f64],
    window: &Range<DateTime<Utc>>,
) -> (&'a [i64], &'a [f64]) {
    let position =
        |instant: DateTime<Utc>| timestamps.partition_point(|&t| t < instant.timestamp_micros());
    let range = position(window.start)..position(window.end);
    (&timestamps[range.clone()], &scores[range])
}

/// Two ascending series as one; where both have a row, the table's counts.
struct Merged<'a> {
    table: (&'a [i64], &'a [f64]),
    train: (&'a [i64], &'a [f64]),
}

impl Iterator for Merged<'_> {
    type Item = (i64, f64, Origin);

    fn next(&mut self) -> Option<Self::Item> {
        let next_table = self.table.0.first().copied();
        if next_table.is_some() && self.train.0.first().copied() == next_table {
            advance(&mut self.train);
        }
        let next_train = self.train.0.first().copied();
        let from_train =
            next_train.is_some_and(|train| next_table.is_none_or(|table| train < table));
        if from_train {
            advance(&mut self.train).map(|(t, p)| (t, p, Origin::InSample))
        } else {
            advance(&mut self.table).map(|(t, p)| (t, p, Origin::OutOfSample))
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (table, train) = (self.table.0.len(), self.train.0.len());
        (table.max(train), Some(table + train))
    }
}

fn advance(series: &mut (&[i64], &[f64])) -> Option<(i64, f64)> {
    let (&timestamp, timestamps) = series.0.split_first()?;
    let (&score, scores) = series.1.split_first()?;
    *series = (timestamps, scores);
    Some((timestamp, score))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Origin::{InSample, OutOfSample};

    #[test]
    fn the_table_counts_where_both_sources_have_a_row() {
        let merged = Merged {
            table: (&[2, 3, 6], &[0.2, 0.3, 0.6]),
            train: (&[1, 2, 4, 6, 7], &[0.91, 0.92, 0.94, 0.96, 0.97]),
        };
        let expect = [
            (1, 0.91, InSample),
            (2, 0.2, OutOfSample),
            (3, 0.3, OutOfSample),
            (4, 0.94, InSample),
            (6, 0.6, OutOfSample),
            (7, 0.97, InSample),
        ];
        assert_eq!(merged.collect::<Vec<_>>(), expect);
    }

    #[test]
    fn labels_are_found_over_holes_on_both_sides() {
        let labels = Labels {
            target_key: String::new(),
            source: LabelSource::Targets,
            tie_policy: None,
            unused_tie_policy: None,
            passed_over: Vec::new(),
            horizon: None,
            timestamps: vec![1, 2, 5, 9],
            outcomes: vec![
                Outcome::TakeProfit,
                Outcome::NoTakeProfit,
                Outcome::Gap,
                Outcome::Incomplete,
            ],
        };
        let found: Vec<_> = [0, 1, 3, 5, 6, 9, 10, 2].map(labels.lookup()).to_vec();
        let expect = [
            None,
            Some(Outcome::TakeProfit),
            None,
            Some(Outcome::Gap),
            None,
            Some(Outcome::Incomplete),
            None,
            Some(Outcome::NoTakeProfit),
        ];
        assert_eq!(found, expect);
    }
}
