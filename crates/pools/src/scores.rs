//! Several models of one target, joined by time.

use std::convert::Infallible;

use labeling::TradeEnds;

use crate::Learner;

/// Scores of several models of one target, joined by time, with labels.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberScores {
    /// Whose.
    pub dataset: String,
    /// The members' runs.
    pub members: Vec<String>,
    /// The target.
    pub target_key: String,
    /// Candle open times at which any member has a score, µs UTC, ascending.
    pub timestamps: Vec<i64>,
    /// Raw scores, a column a member; NaN where it has none.
    pub scores: Vec<Vec<f64>>,
    /// The label of each row, where there is one.
    pub labels: Vec<Option<bool>>,
    /// How the trades from each row's close ended by the target's rule, where the candles tell.
    pub ends: Vec<Option<TradeEnds>>,
    /// How long after a row's close its label is known, in µs.
    pub horizon: i64,
    /// The candles' interval, in µs.
    pub interval: i64,
}

impl MemberScores {
    /// When the label of the row that opens at `timestamp` is known: at the close of its horizon, also
    /// where a barrier was reached earlier.
    #[must_use]
    pub fn known_at(&self, timestamp: i64) -> i64 {
        timestamp.saturating_add(self.interval).saturating_add(self.horizon)
    }

    /// A row's scores, none where a member has none.
    #[must_use]
    pub fn row(&self, row: usize) -> Vec<Option<f64>> {
        self.scores.iter().map(|column| Some(column[row]).filter(|score| !score.is_nan())).collect()
    }

    /// The place of the first row at or after `timestamp`.
    #[must_use]
    pub fn first_from(&self, timestamp: i64) -> usize {
        self.timestamps.partition_point(|&time| time < timestamp)
    }

    /// Teaches `learner` the labels that are known at `now`, µs UTC.
    pub fn teach(&self, learner: &mut Learner, now: i64) {
        let label = |time: i64| {
            let row = self.timestamps.binary_search(&time).ok();
            Ok::<_, Infallible>(row.and_then(|row| self.labels[row]))
        };
        let Ok(()) = learner.learn(now, label);
    }
}
