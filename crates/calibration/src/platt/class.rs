//! The rows of one label, as the passes over the data want them.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use crate::LabelledScores;
use crate::kernel::{Loop, TASK_ROWS, map_tasks, vectorised};
use crate::probability::logit;
use crate::sum::CompensatedSum;

/// The log odds of the rows that have the same label.
///
/// Hits and misses are kept apart, so that a pass need not look at labels: it reads eight bytes a
/// row, and a choice that would go one way or the other at every row is made once.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) log_odds: Vec<f64>,
    /// `None` if every row has weight 1.
    pub(super) weights: Option<Vec<f64>>,
    pub(super) total_weight: f64,
}

/// Hits and misses, each in the order of the rows.
pub(super) fn split(scores: &LabelledScores<'_>) -> (Class, Class) {
    let plain = (scores.weights(), scores.scores().to_slice(), scores.labels().to_slice());
    let (None, Some(values), Some(labels)) = plain else { return gather(scores) };
    let (hits, misses) = partition(values, labels);
    (Class::unweighted(hits), Class::unweighted(misses))
}

impl Class {
    fn unweighted(log_odds: Vec<f64>) -> Self {
        let total_weight = log_odds.len() as f64;
        Self { log_odds, weights: None, total_weight }
    }

    /// Every `stride`-th row; `None` if there is none.
    pub(super) fn thinned(&self, stride: usize) -> Option<Self> {
        let thin = |values: &[f64]| -> Vec<f64> {
            values.iter().skip(stride / 2).step_by(stride).copied().collect()
        };
        let weights = self.weights.as_deref().map(thin);
        let class = Self::unweighted(thin(&self.log_odds));
        let total_weight = weights.as_deref().map_or(class.total_weight, total);
        (total_weight > 0.0).then_some(Self { weights, total_weight, ..class })
    }
}

fn total(weights: &[f64]) -> f64 {
    weights.iter().copied().collect::<CompensatedSum>().total()
}

/// Rows with weights, or out of arrays that are not contiguous.
fn gather(scores: &LabelledScores<'_>) -> (Class, Class) {
    let [hits, misses] = [true, false].map(|label| {
        let (mut log_odds, weights): (Vec<f64>, Vec<f64>) = scores
            .rows()
            .filter(|row| row.label == label)
            .map(|row| (row.score, row.weight))
            .unzip();
        vectorised(ToLogOdds(&mut log_odds));
        let weighted = scores.weights().is_some();
        let total_weight = if weighted { total(&weights) } else { log_odds.len() as f64 };
        Class { log_odds, weights: weighted.then_some(weights), total_weight }
    });
    (hits, misses)
}

/// The log odds of the `scores` labelled `true` and of those labelled `false`.
fn partition(scores: &[f64], labels: &[bool]) -> (Vec<f64>, Vec<f64>) {
    let count = |labels: &[bool]| labels.iter().map(|&label| usize::from(label)).sum();
    let hits: Vec<usize> = map_tasks(labels.len(), labels.chunks(TASK_ROWS).collect(), count);
    let n_hits = hits.iter().sum();
    let (mut all_hits, mut all_misses) = (vec![0.0; n_hits], vec![0.0; scores.len() - n_hits]);

    // Each task gets the stretch of either array that its rows will fill.
    let (mut hits_left, mut misses_left) = (&mut all_hits[..], &mut all_misses[..]);
    let mut tasks = Vec::with_capacity(hits.len());
    let rows = scores.chunks(TASK_ROWS).zip(labels.chunks(TASK_ROWS));
    for ((scores, labels), n_hits) in rows.zip(hits) {
        let (hits, misses);
        (hits, hits_left) = hits_left.split_at_mut(n_hits);
        (misses, misses_left) = misses_left.split_at_mut(scores.len() - n_hits);
        tasks.push((scores, labels, hits, misses));
    }
    map_tasks(scores.len(), tasks, |(scores, labels, hits, misses)| {
        partition_task(scores, labels, hits, misses);
        vectorised(ToLogOdds(hits));
        vectorised(ToLogOdds(misses));
    });
    (all_hits, all_misses)
}

/// Scores that are told apart at a time.
const BATCH: usize = 512;

/// Each score is written to both sides and stays on the one whose counter moves: labels are hard to
/// foresee, and a wrongly foreseen branch would cost more than all the rest of the row.
fn partition_task(scores: &[f64], labels: &[bool], mut hits: &mut [f64], mut misses: &mut [f64]) {
    let mut batch = [[0.0; BATCH]; 2];
    for (scores, labels) in scores.chunks(BATCH).zip(labels.chunks(BATCH)) {
        let mut filled = [0; 2];
        for (&score, &label) in scores.iter().zip(labels) {
            batch[0][filled[0] % BATCH] = score;
            batch[1][filled[1] % BATCH] = score;
            filled[0] += usize::from(!label);
            filled[1] += usize::from(label);
        }
        let (to_misses, to_hits);
        (to_misses, misses) = misses.split_at_mut(filled[0]);
        (to_hits, hits) = hits.split_at_mut(filled[1]);
        to_misses.copy_from_slice(&batch[0][..filled[0]]);
        to_hits.copy_from_slice(&batch[1][..filled[1]]);
    }
}

/// Scores become their log odds, in place.
struct ToLogOdds<'a>(&'a mut [f64]);

impl Loop for ToLogOdds<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for value in self.0 {
            *value = logit(*value);
        }
    }
}
