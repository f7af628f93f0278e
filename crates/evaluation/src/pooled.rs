//! A pool of several models against its members, out of sample.

use std::ops::Range;

use serde::Serialize;
use statistics::{
    DieboldMariano, PairedDifference, Resampling, diebold_mariano, paired_block_bootstrap,
};
use strategy_core::{Side, YearMonth};

use crate::EvaluationError;

/// Log losses of the same rows, of every member and of the pool, all out of sample.
#[derive(Debug, Clone, Default)]
pub struct PoolLosses {
    /// The members' runs.
    pub members: Vec<String>,
    /// The months of the rows, ascending.
    pub months: Vec<YearMonth>,
    /// Open times of the rows, µs UTC.
    pub timestamps: Vec<i64>,
    /// The pool's bins of the rows, from 1.
    pub bins: Vec<u16>,
    /// The sides that it gives them.
    pub sides: Vec<Side>,
    /// Losses of the pool.
    pub pool: Vec<f64>,
    /// Losses of each member.
    pub of_members: Vec<Vec<f64>>,
    /// Losses of the member that was best on the out-of-sample rows of the months before.
    pub past_best: Vec<f64>,
    /// Losses of the pool of all but each member.
    pub without: Vec<Vec<f64>>,
    /// `p − y` of each member.
    pub errors: Vec<Vec<f64>>,
    /// Months whose pool is the equal one because the window says too little.
    pub fallbacks: usize,
}

impl PoolLosses {
    /// How the pool compares.
    ///
    /// # Errors
    /// When there are too few rows to resample in blocks of `block`.
    pub fn judged(&self, block: usize, lags: usize) -> Result<PoolJudgement, EvaluationError> {
        let all = 0..self.pool.len();
        let against =
            |name: String, losses: &[f64]| self.against(name, losses, all.clone(), block, lags);
        let best = (0..self.members.len()).fold(0, |best, k| {
            if mean(&self.of_members[k]) < mean(&self.of_members[best]) { k } else { best }
        });
        let members = self.members.iter().zip(&self.of_members);
        let without = self.members.iter().zip(&self.without);
        Ok(PoolJudgement {
            rows: self.pool.len(),
            log_loss: mean(&self.pool),
            fallbacks: self.fallbacks,
            members: members
                .map(|(name, losses)| against(name.clone(), losses))
                .collect::<Result<_, _>>()?,
            best_ex_post: best,
            past_best: against("best member of the past".to_owned(), &self.past_best)?,
            months: self.by_month(best, block, lags)?,
            without: without
                .map(|(name, losses)| against(name.clone(), losses))
                .collect::<Result<_, _>>()?,
            error_correlation: self
                .errors
                .iter()
                .map(|a| self.errors.iter().map(|b| correlation(a, b)).collect())
                .collect(),
        })
    }

    /// The pool against somebody with the `losses`, over `rows`.
    fn against(
        &self,
        name: String,
        losses: &[f64],
        rows: Range<usize>,
        block: usize,
        lags: usize,
    ) -> Result<AgainstPool, EvaluationError> {
        let (pool, losses) = (&self.pool[rows.clone()], &losses[rows]);
        let differences: Vec<f64> =
            pool.iter().zip(losses).map(|(pool, other)| pool - other).collect();
        let resampling = Resampling { resamples: 2_000, ..Resampling::default() };
        let paired = paired_block_bootstrap(pool, losses, block, &resampling)
            .map_err(|source| EvaluationError::Statistics { source })?;
        // Equal losses leave nothing to test.
        let test = diebold_mariano(&differences, lags).ok();
        Ok(AgainstPool { name, log_loss: mean(losses), paired, test })
    }

    /// Month by month; months with fewer rows than two blocks say nothing of their own.
    fn by_month(
        &self,
        best: usize,
        block: usize,
        lags: usize,
    ) -> Result<Vec<MonthJudged>, EvaluationError> {
        let mut judged = Vec::new();
        for month in &self.months {
            let at = |month: &YearMonth| {
                let start = month.start().timestamp_micros();
                self.timestamps.partition_point(|&time| time < start)
            };
            let rows = at(month)..at(&month.plus_months(1));
            if rows.is_empty() || rows.len() < 2 * block {
                continue;
            }
            let of = |losses: &[f64]| mean(&losses[rows.clone()]);
            let against = |name: &str, losses: &[f64]| {
                self.against(name.to_owned(), losses, rows.clone(), block, lags)
            };
            judged.push(MonthJudged {
                month: *month,
                rows: rows.len(),
                log_loss: of(&self.pool),
                members: self.of_members.iter().map(|losses| of(losses)).collect(),
                best_ex_post: against(&self.members[best], &self.of_members[best])?,
                past_best: against("best member of the past", &self.past_best)?,
            });
        }
        Ok(judged)
    }
}

fn mean(losses: &[f64]) -> f64 {
    losses.iter().sum::<f64>() / losses.len() as f64
}

/// How a pool compares with its members, out of sample. Losses are log losses in nats; a difference
/// below 0 is the pool's gain.
#[derive(Debug, Clone, Serialize)]
pub struct PoolJudgement {
    /// Rows.
    pub rows: usize,
    /// The pool's mean loss.
    pub log_loss: f64,
    /// Months pooled equally because their window says too little.
    pub fallbacks: usize,
    /// Against each member.
    pub members: Vec<AgainstPool>,
    /// Which of them turned out best.
    pub best_ex_post: usize,
    /// Against the member that was best on the months before.
    pub past_best: AgainstPool,
    /// Month by month.
    pub months: Vec<MonthJudged>,
    /// Against the pool without each member: what the member adds.
    pub without: Vec<AgainstPool>,
    /// Correlations of the members' errors.
    pub error_correlation: Vec<Vec<f64>>,
}

/// One month of the comparison.
#[derive(Debug, Clone, Serialize)]
pub struct MonthJudged {
    /// The month.
    pub month: YearMonth,
    /// Its rows.
    pub rows: usize,
    /// The pool's mean loss.
    pub log_loss: f64,
    /// Each member's.
    pub members: Vec<f64>,
    /// Against the member that was best over all months.
    pub best_ex_post: AgainstPool,
    /// Against the member that was best on the months before.
    pub past_best: AgainstPool,
}

/// The pool against somebody.
#[derive(Debug, Clone, Serialize)]
pub struct AgainstPool {
    /// Whom.
    pub name: String,
    /// Their mean loss.
    pub log_loss: f64,
    /// The pool's loss less theirs, with the interval of a paired circular block bootstrap.
    pub paired: PairedDifference,
    /// Diebold and Mariano's test; none where all differences are equal.
    pub test: Option<DieboldMariano>,
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut aa, mut ab, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        aa += a * a;
        ab += a * b;
        bb += b * b;
    }
    ab / (aa * bb).sqrt()
}
