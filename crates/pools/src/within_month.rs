//! An online pool within the month: it learns from candles what became of its rows.

use std::collections::VecDeque;

use chrono::TimeDelta;
use labeling::{BarrierRule, CandleSeries, LabelError, TargetKey, TiePolicy, label_candles};
use strategy_core::YearMonth;

use crate::{Learner, MonthPools, PoolError};

/// A row as it was fed.
#[derive(Debug, Clone)]
pub struct Fed {
    /// Its open time, µs UTC.
    pub time: i64,
    /// The members' raw scores.
    pub scores: Vec<Option<f64>>,
    /// Open, high, low, close.
    pub prices: [f64; 4],
}

/// The learner of the month, and the rows whose horizon is not over.
///
/// When a month begins, its file says what had been learnt by then. Labels of rows of the month before
/// that were not known then are learnt in the new month, with the new month's calibrators.
#[derive(Debug)]
pub struct WithinMonth {
    rule: BarrierRule,
    interval: TimeDelta,
    month: Option<YearMonth>,
    learner: Option<Learner>,
    recent: VecDeque<Fed>,
}

impl WithinMonth {
    /// A learner of rows that last `interval`, before the first of them.
    #[must_use]
    pub fn new(key: &TargetKey, interval: TimeDelta) -> Self {
        Self {
            rule: key.rule(TiePolicy::default()),
            interval,
            month: None,
            learner: None,
            recent: VecDeque::new(),
        }
    }

    /// Takes the next row, and learns the labels that are known at its close: the members' weights then.
    ///
    /// # Errors
    /// When a score is not within 0 and 1, or a candle is none.
    pub fn take(&mut self, month: &MonthPools, row: Fed) -> Result<Option<&[f64]>, PoolError> {
        if self.month.replace(month.month) != Some(month.month) {
            let known = |row: &Fed| (row.time, self.known_at(row.time), row.scores.clone());
            self.learner = month.learner(self.recent.iter().map(known))?;
        }
        let close = row.time.saturating_add(micros(self.interval));
        self.recent.push_back(row);
        let (recent, rule, interval) = (&self.recent, &self.rule, self.interval);
        let label = |time| label(recent, rule, interval, time);
        if let Some(learner) = &mut self.learner {
            learner.learn(close, label)?;
        }
        self.forget(close);
        Ok(self.learner.as_ref().map(Learner::weights))
    }

    /// Takes a row of a month without a file: later labels need its candle.
    pub fn pass(&mut self, row: Fed) {
        let close = row.time.saturating_add(micros(self.interval));
        self.recent.push_back(row);
        self.forget(close);
    }

    /// Awaits the label of the row just taken.
    pub fn await_label(&mut self, probabilities: Vec<Option<f64>>) {
        let Some(time) = self.recent.back().map(|row| row.time) else { return };
        let known_at = self.known_at(time);
        if let Some(learner) = &mut self.learner {
            learner.await_label(time, known_at, probabilities);
        }
    }

    fn known_at(&self, time: i64) -> i64 {
        time.saturating_add(micros(self.interval)).saturating_add(micros(self.rule.horizon()))
    }

    /// Forgets the rows whose horizon was over at `close`.
    fn forget(&mut self, close: i64) {
        while self.recent.front().is_some_and(|row| self.known_at(row.time) <= close) {
            self.recent.pop_front();
        }
    }
}

/// The label of the row that opened at `time`, by the candles since; none where one of them is missing.
fn label(
    recent: &VecDeque<Fed>,
    rule: &BarrierRule,
    interval: TimeDelta,
    time: i64,
) -> Result<Option<bool>, LabelError> {
    let from = recent.partition_point(|row| row.time < time);
    let rows = || recent.iter().skip(from);
    if rows().next().is_none_or(|row| row.time != time) {
        return Ok(None);
    }
    let times: Vec<i64> = rows().map(|row| row.time).collect();
    let column = |of: usize| rows().map(|row| row.prices[of]).collect::<Vec<f64>>();
    let (open, high, low, close) = (column(0), column(1), column(2), column(3));
    let candles = CandleSeries::new(&times, &open, &high, &low, &close, interval)?;
    Ok(label_candles(&candles, rule)?.first().and_then(|outcome| outcome.label()))
}

fn micros(span: TimeDelta) -> i64 {
    span.num_microseconds().unwrap_or(i64::MAX / 4)
}
