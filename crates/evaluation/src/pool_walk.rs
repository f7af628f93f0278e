//! Month by month, out of sample: what pool and members said, and what happened.

use pools::{MemberScores, PoolSettings, fit, log_loss};
use rayon::prelude::*;
use strategy_core::{Side, YearMonth};

use crate::{CheckedRule, EvaluationError, PoolLosses};

/// The out-of-sample rows of one month.
#[derive(Default)]
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

/// Fits each of `months`, ascending, on its window, and pools the month's rows that have a label and a score
/// of every member; `rule` says which of its bins are traded.
///
/// # Errors
/// When a month cannot be fitted, or there is no such row.
pub fn walk_pool(
    scores: &MemberScores,
    months: &[YearMonth],
    settings: &PoolSettings,
    rule: CheckedRule,
) -> Result<PoolLosses, EvaluationError> {
    let walked = months.par_iter().map(|&month| Month::of(scores, month, settings, rule));
    let walked: Vec<Month> = walked.collect::<Result<_, _>>()?;
    let count = scores.members.len();
    let mut walk = PoolLosses {
        members: scores.members.clone(),
        months: months.to_vec(),
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
            let errors = rows.members[member].iter().zip(&rows.labels);
            walk.errors[member].extend(errors.map(|(p, &y)| p - f64::from(u8::from(y))));
        }
        walk.fallbacks += usize::from(rows.fallback);
    }
    match (walk.timestamps.is_empty(), months.first(), months.last()) {
        (true, Some(&from), Some(&to)) => Err(EvaluationError::NoRows { from, to }),
        _ => Ok(walk),
    }
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
        settings: &PoolSettings,
        rule: CheckedRule,
    ) -> Result<Self, EvaluationError> {
        let fitted = fit(scores, month, settings)?;
        let count = scores.members.len();
        let of_all = fitted.subsets.iter().find(|subset| subset.members.len() == count);
        let mut found = Self {
            members: vec![Vec::new(); count],
            without: vec![Vec::new(); count],
            in_window: fitted.members.iter().map(|m| m.log_loss.unwrap_or(f64::MAX)).collect(),
            fallback: of_all.is_some_and(|subset| subset.fallback.is_some()),
            ..Self::default()
        };
        let first = scores.first_from(month.start().timestamp_micros());
        let end = scores.first_from(month.plus_months(1).start().timestamp_micros());
        let known_at = |row: usize| scores.known_at(scores.timestamps[row]);
        let earlier =
            (0..first).map(|row| (scores.timestamps[row], known_at(row), scores.row(row)));
        let mut learner = fitted.learner(earlier)?;
        for row in first..end {
            let time = scores.timestamps[row];
            let probabilities = fitted.calibrated(&scores.row(row))?;
            let weights = learner.as_mut().map(|learner| {
                scores.teach(learner, time.saturating_add(scores.interval));
                let weights = learner.weights().to_vec();
                learner.await_label(time, known_at(row), probabilities.clone());
                weights
            });
            let pool = |given: &[Option<f64>]| fitted.pool(given, weights.as_deref());
            let Some(label) = scores.labels[row] else { continue };
            let Some(pooled) = pool(&probabilities)?.filter(|p| p.present == count) else {
                continue;
            };
            found.timestamps.push(time);
            found.labels.push(label);
            found.pool.push(pooled.probability);
            found.bins.push(pooled.bin);
            found.sides.push(fitted.side(&probabilities, Some(pooled), |bin| rule.side(bin))?);
            for member in 0..count {
                found.members[member].extend(probabilities[member]);
                let mut others = probabilities.clone();
                others[member] = None;
                // Where the others were never there together, nothing changes without it.
                found.without[member].push(pool(&others)?.unwrap_or(pooled).probability);
            }
        }
        Ok(found)
    }
}
