//! Month by month, out of sample: what pool and members said, and what happened.

use std::convert::Infallible;

use evaluation::PoolLosses;
use pools::log_loss;
use rayon::prelude::*;
use scored_labels::MemberScores;
use strategy_core::{Side, YearMonth};

use crate::fit::{Settings, fit};
use crate::{EnsembleError, Thresholds};

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
    fallback: bool,
}

/// Fits each month from `from` to `to` on its window, and pools the month's rows that have a label
/// and a score of every member; `thresholds` say which of its bins are traded.
///
/// # Errors
/// When a month cannot be fitted, or there is no such row.
pub fn walk(
    scores: &MemberScores,
    from: YearMonth,
    to: YearMonth,
    settings: &Settings,
    thresholds: Thresholds,
) -> Result<PoolLosses, EnsembleError> {
    thresholds.check(Some(settings.n_bins.get()))?;
    let months: Vec<YearMonth> = from.through(to).collect();
    let walked: Vec<Month> = months
        .par_iter()
        .map(|&month| Month::of(scores, month, settings, thresholds))
        .collect::<Result<_, _>>()?;
    let count = scores.members.len();
    let mut walk = PoolLosses {
        members: scores.members.clone(),
        months: months.clone(),
        of_members: vec![Vec::new(); count],
        without: vec![Vec::new(); count],
        errors: vec![Vec::new(); count],
        ..PoolLosses::default()
    };
    for (&month, rows) in months.iter().zip(&walked) {
        let best = best_before(&walk, scores, month, &rows.in_window);
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
        walk.fallbacks += usize::from(rows.fallback);
    }
    if walk.timestamps.is_empty() {
        return Err(EnsembleError::NothingToJudge { from, to });
    }
    Ok(walk)
}

/// The member with the smallest loss on the rows so far whose labels were known when `month` began;
/// before there are any, in the first month's window.
fn best_before(
    walk: &PoolLosses,
    scores: &MemberScores,
    month: YearMonth,
    in_window: &[f64],
) -> usize {
    let start = month.start().timestamp_micros();
    let known = walk.timestamps.partition_point(|&time| scores.known_at(time) <= start);
    let loss = |member: usize| match known {
        0 => in_window[member],
        _ => walk.of_members[member][..known].iter().sum(),
    };
    (0..walk.members.len()).fold(0, |best, k| if loss(k) < loss(best) { k } else { best })
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
