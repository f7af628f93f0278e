//! Month by month, out of sample: what pool and members said, and what happened.

use std::convert::Infallible;
use std::ops::Range;

use pools::log_loss;
use rayon::prelude::*;
use scored_labels::MemberScores;
use serde::Serialize;
use statistics::{
    DieboldMariano, PairedDifference, Resampling, diebold_mariano, paired_block_bootstrap,
};
use strategy_core::{Side, YearMonth};

use crate::fit::{Settings, fit};
use crate::{EnsembleError, Thresholds};

/// Log losses of the same rows, of every member and of the pool, all out of sample.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The members' runs.
    pub members: Vec<String>,
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
    errors: Vec<Vec<f64>>,
    /// Weights of the pool of all members, month by month.
    pub weights: Vec<(YearMonth, Vec<f64>)>,
    /// Months whose pool is the equal one because the window says too little.
    pub fallbacks: usize,
}

/// The out-of-sample rows of one month.
struct Month {
    timestamps: Vec<i64>,
    labels: Vec<bool>,
    bins: Vec<u16>,
    sides: Vec<Side>,
    pool: Vec<f64>,
    members: Vec<Vec<f64>>,
    without: Vec<Vec<f64>>,
    /// Members' losses in the window, for the first month.
    in_window: Vec<f64>,
    weights: Vec<f64>,
    fallback: bool,
}

impl Walk {
    /// Fits each month from `from` to `to` on its window, and pools the month's rows that have a label
    /// and a score of every member; `thresholds` say which of its bins are traded.
    ///
    /// # Errors
    /// When a month cannot be fitted, or there is no such row.
    pub fn over(
        scores: &MemberScores,
        from: YearMonth,
        to: YearMonth,
        settings: &Settings,
        thresholds: Thresholds,
    ) -> Result<Self, EnsembleError> {
        thresholds.check(Some(settings.n_bins.get()))?;
        let months: Vec<YearMonth> = from.through(to).collect();
        let walked: Vec<Month> = months
            .par_iter()
            .map(|&month| Month::of(scores, month, settings, thresholds))
            .collect::<Result<_, _>>()?;
        let count = scores.members.len();
        let mut walk = Self {
            members: scores.members.clone(),
            timestamps: Vec::new(),
            bins: Vec::new(),
            sides: Vec::new(),
            pool: Vec::new(),
            of_members: vec![Vec::new(); count],
            past_best: Vec::new(),
            without: vec![Vec::new(); count],
            errors: vec![Vec::new(); count],
            weights: Vec::new(),
            fallbacks: 0,
        };
        for (&month, rows) in months.iter().zip(&walked) {
            let best = walk.best_before(scores, month, &rows.in_window);
            let loss = |column: &[f64]| -> Vec<f64> {
                column.iter().zip(&rows.labels).map(|(&p, &label)| log_loss(p, label)).collect()
            };
            walk.timestamps.extend(&rows.timestamps);
            walk.bins.extend(&rows.bins);
            walk.sides.extend(&rows.sides);
            walk.pool.extend(loss(&rows.pool));
            walk.past_best.extend(loss(&rows.members[best]));
            for member in 0..count {
                walk.of_members[member].extend(loss(&rows.members[member]));
                walk.without[member].extend(loss(&rows.without[member]));
                let outcome = |label: &bool| f64::from(u8::from(*label));
                let errors = rows.members[member].iter().zip(&rows.labels);
                walk.errors[member].extend(errors.map(|(p, label)| p - outcome(label)));
            }
            walk.weights.push((month, rows.weights.clone()));
            walk.fallbacks += usize::from(rows.fallback);
        }
        if walk.timestamps.is_empty() {
            return Err(EnsembleError::NothingToJudge { from, to });
        }
        Ok(walk)
    }

    /// The member with the smallest loss on the rows so far whose labels were known when `month` began;
    /// before there are any, in the first month's window.
    fn best_before(&self, scores: &MemberScores, month: YearMonth, in_window: &[f64]) -> usize {
        let start = month.start().timestamp_micros();
        let known = self.timestamps.partition_point(|&time| scores.known_at(time) <= start);
        let loss = |member: usize| match known {
            0 => in_window[member],
            _ => self.of_members[member][..known].iter().sum(),
        };
        (0..self.members.len()).fold(0, |best, k| if loss(k) < loss(best) { k } else { best })
    }

    /// How the pool compares.
    ///
    /// # Errors
    /// When there are too few rows to resample in blocks of `block`.
    pub fn judged(&self, block: usize, lags: usize) -> Result<Judgement, EnsembleError> {
        let all = 0..self.pool.len();
        let against =
            |name: String, losses: &[f64]| self.against(name, losses, all.clone(), block, lags);
        let best = (0..self.members.len()).fold(0, |best, k| {
            if mean(&self.of_members[k]) < mean(&self.of_members[best]) { k } else { best }
        });
        let members = self.members.iter().zip(&self.of_members);
        let without = self.members.iter().zip(&self.without);
        Ok(Judgement {
            rows: self.pool.len(),
            log_loss: mean(&self.pool),
            fallbacks: self.fallbacks,
            members: members
                .map(|(name, losses)| against(name.clone(), losses))
                .collect::<Result<_, _>>()?,
            best_ex_post: best,
            past_best: against("best member of the past".to_owned(), &self.past_best)?,
            months: self.months(best, block, lags)?,
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
}

impl Walk {
    /// The pool against somebody with the `losses`, over `rows`.
    fn against(
        &self,
        name: String,
        losses: &[f64],
        rows: Range<usize>,
        block: usize,
        lags: usize,
    ) -> Result<Comparison, EnsembleError> {
        let (pool, losses) = (&self.pool[rows.clone()], &losses[rows]);
        let differences: Vec<f64> =
            pool.iter().zip(losses).map(|(pool, other)| pool - other).collect();
        let resampling = Resampling { resamples: 2_000, ..Resampling::default() };
        let paired = paired_block_bootstrap(pool, losses, block, &resampling)?;
        // Equal losses leave nothing to test.
        let test = diebold_mariano(&differences, lags).ok();
        Ok(Comparison { name, log_loss: mean(losses), paired, test })
    }

    /// Month by month; months with fewer rows than two blocks say nothing of their own.
    fn months(
        &self,
        best: usize,
        block: usize,
        lags: usize,
    ) -> Result<Vec<MonthJudged>, EnsembleError> {
        let mut judged = Vec::new();
        for (month, _) in &self.weights {
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
pub struct Judgement {
    /// Rows.
    pub rows: usize,
    /// The pool's mean loss.
    pub log_loss: f64,
    /// Months pooled equally because their window says too little.
    pub fallbacks: usize,
    /// Against each member.
    pub members: Vec<Comparison>,
    /// Which of them turned out best.
    pub best_ex_post: usize,
    /// Against the member that was best on the months before.
    pub past_best: Comparison,
    /// Month by month.
    pub months: Vec<MonthJudged>,
    /// Against the pool without each member: what the member adds.
    pub without: Vec<Comparison>,
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
    pub best_ex_post: Comparison,
    /// Against the member that was best on the months before.
    pub past_best: Comparison,
}

/// The pool against somebody.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Whom.
    pub name: String,
    /// Their mean loss.
    pub log_loss: f64,
    /// The pool's loss less theirs, with the interval of a paired circular block bootstrap.
    pub paired: PairedDifference,
    /// Diebold and Mariano's test; none where all differences are equal.
    pub test: Option<DieboldMariano>,
}

impl Month {
    fn of(
        scores: &MemberScores,
        month: YearMonth,
        settings: &Settings,
        thresholds: Thresholds,
    ) -> Result<Self, EnsembleError> {
        let fitted = fit(scores, month, settings)?;
        let count = scores.members.len();
        let all: Vec<usize> = (0..count).collect();
        let of_all = fitted.subsets.iter().find(|subset| subset.members == all);
        let mut found = Self {
            timestamps: Vec::new(),
            labels: Vec::new(),
            bins: Vec::new(),
            sides: Vec::new(),
            pool: Vec::new(),
            members: vec![Vec::new(); count],
            without: vec![Vec::new(); count],
            in_window: fitted.members.iter().map(|m| m.log_loss.unwrap_or(f64::MAX)).collect(),
            weights: of_all.map(|subset| subset.fitted.weights().to_vec()).unwrap_or_default(),
            fallback: of_all.is_some_and(|subset| subset.fallback.is_some()),
        };
        let end = month.plus_months(1).start().timestamp_micros();
        let first =
            scores.timestamps.partition_point(|&time| time < month.start().timestamp_micros());
        let known_at = |row: usize| scores.known_at(scores.timestamps[row]);
        let earlier =
            (0..first).map(|row| (scores.timestamps[row], known_at(row), scores.row(row)));
        let mut learner = fitted.learner(earlier)?;
        for row in first..scores.timestamps.len() {
            let time = scores.timestamps[row];
            if time >= end {
                break;
            }
            let probabilities = fitted.calibrated(&scores.row(row))?;
            let weights = learner.as_mut().map(|learner| {
                let of_time = |time: i64| {
                    let row = scores.timestamps.binary_search(&time).ok();
                    Ok::<_, Infallible>(row.and_then(|row| scores.labels[row]))
                };
                let Ok(()) = learner.learn(time.saturating_add(scores.interval), of_time);
                let weights = learner.weights().to_vec();
                learner.await_label(time, known_at(row), probabilities.clone());
                weights
            });
            let weights = weights.as_deref();
            let Some(label) = scores.labels[row] else { continue };
            let Some(pooled) = fitted.pool(&probabilities, weights)? else { continue };
            if pooled.present < count {
                continue;
            }
            found.timestamps.push(scores.timestamps[row]);
            found.labels.push(label);
            found.pool.push(pooled.probability);
            found.bins.push(pooled.bin);
            found.sides.push(fitted.side(&probabilities, Some(pooled), thresholds)?);
            for member in 0..count {
                found.members[member].extend(probabilities[member]);
                let mut others = probabilities.clone();
                others[member] = None;
                let without = fitted.pool(&others, weights)?;
                // Where the others were never there together, nothing changes without it.
                found.without[member].push(without.unwrap_or(pooled).probability);
            }
        }
        Ok(found)
    }
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
