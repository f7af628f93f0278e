//! From a window's rows to the file of a month.

use std::convert::Infallible;

use binning::{BinCount, BinEdges, PayoffRow, Payoffs};
use calibration::{Calibrator, LabelledScores, PlattOptions, PlattScaling};
use ndarray::ArrayView1;
use pools::{
    BetaLinearPool, Learner, Learnt, LinearPool, LogitPool, MemberRows, PoolError, log_loss,
};
use scored_labels::MemberScores;
use strategy_core::{Side, YearMonth};

use crate::EnsembleError;
use crate::artifact::{BinOutlook, FORMAT_VERSION, Fitted, Member, MonthEnsemble, Subset, online};
use crate::config::PoolKind;

/// Fewer common rows than this are pooled equally.
pub const LEAST_ROWS: usize = 500;

/// How a month is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Months before the month that make its window.
    pub lookback_months: u16,
    /// Number of quantile bins.
    pub n_bins: BinCount,
    /// The pool.
    pub pool: PoolKind,
    /// λ of the logit pool.
    pub penalty: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lookback_months: 12,
            n_bins: BinCount::default(),
            pool: PoolKind::default(),
            penalty: 100.0,
        }
    }
}

/// A window's rows with labels that were known when the month began.
struct Window<'a> {
    all: &'a MemberScores,
    rows: Vec<usize>,
    labels: Vec<bool>,
}

/// Calibrates the members on the window before `month` and fits the pools of all their sets. The same
/// calibrators map the window's rows, which the pools are fitted on, and the month's.
///
/// # Errors
/// When fewer than two members can be calibrated, or a fit fails.
pub fn fit(
    scores: &MemberScores,
    month: YearMonth,
    settings: &Settings,
) -> Result<MonthEnsemble, EnsembleError> {
    let window_start = month.plus_months(-i32::from(settings.lookback_months)).start();
    let window = Window::of(scores, window_start.timestamp_micros(), month);
    let members: Vec<(Member, Vec<Option<f64>>)> = (0..scores.members.len())
        .map(|member| window.member(member, month, settings))
        .collect::<Result<_, _>>()?;
    let (members, probabilities): (Vec<Member>, Vec<Vec<Option<f64>>>) =
        members.into_iter().unzip();
    let calibrated: Vec<usize> =
        (0..members.len()).filter(|&k| members[k].calibrator.is_some()).collect();
    if calibrated.len() < 2 {
        return Err(EnsembleError::TooFewCalibrated {
            month,
            rows: members.iter().map(|m| format!("{}: {}", m.run_name, m.rows)).collect(),
        });
    }
    let learnt = online_weights(&window, &probabilities, settings.pool);
    let weights = learnt.as_ref().map(Learnt::weights);
    let sets = (1_usize..1 << members.len())
        .map(|set| (0..members.len()).filter(|k| set >> k & 1 == 1).collect::<Vec<usize>>())
        .filter(|set| set.iter().all(|k| calibrated.contains(k)));
    let mut subsets = Vec::new();
    for set in sets {
        let subset = window.subset(set, &probabilities, weights, month, settings)?;
        subsets.extend(subset);
    }
    Ok(MonthEnsemble {
        format_version: FORMAT_VERSION,
        dataset: scores.dataset.clone(),
        month,
        target_key: scores.target_key.clone(),
        pool: settings.pool,
        penalty: settings.penalty,
        window_start,
        members,
        subsets,
        learnt,
        fingerprint: window.fingerprint(),
        software_version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

impl<'a> Window<'a> {
    /// The rows from `start` whose label was known when `month` began.
    fn of(all: &'a MemberScores, start: i64, month: YearMonth) -> Self {
        let end = month.start().timestamp_micros();
        let (mut rows, mut labels) = (Vec::new(), Vec::new());
        let first = all.timestamps.partition_point(|&time| time < start);
        for row in first..all.timestamps.len() {
            if all.known_at(all.timestamps[row]) > end {
                break;
            }
            if let Some(label) = all.labels[row] {
                rows.push(row);
                labels.push(label);
            }
        }
        Self { all, rows, labels }
    }

    /// A member's calibrator, and its probability of each row.
    fn member(
        &self,
        member: usize,
        month: YearMonth,
        settings: &Settings,
    ) -> Result<(Member, Vec<Option<f64>>), EnsembleError> {
        let run_name = self.all.members[member].clone();
        let score = |row: &usize| self.all.scores[member][*row];
        let (scores, labels): (Vec<f64>, Vec<bool>) = self
            .rows
            .iter()
            .map(score)
            .zip(self.labels.iter().copied())
            .filter(|(score, _)| !score.is_nan())
            .unzip();
        let mut found = Member {
            run_name: run_name.clone(),
            rows: scores.len(),
            calibrator: None,
            edges: None,
            log_loss: None,
        };
        let both = labels.contains(&true) && labels.contains(&false);
        if !both || scores.len() < usize::from(settings.n_bins.get()) {
            return Ok((found, vec![None; self.rows.len()]));
        }
        let refused = |source| EnsembleError::Calibration { run: run_name.clone(), month, source };
        let labelled = LabelledScores::new(ArrayView1::from(&scores), ArrayView1::from(&labels));
        let fitted = labelled.and_then(|rows| PlattScaling::fit(&rows, &PlattOptions::default()));
        let calibrator = Calibrator::from(fitted.map_err(refused)?.model);
        let mut probabilities = vec![0.0; scores.len()];
        calibrator.predict_into(&scores, &mut probabilities).map_err(refused)?;
        let edges = BinEdges::quantiles(&probabilities, settings.n_bins)
            .map_err(|source| EnsembleError::Binning { month, source })?;
        found.edges = Some(edges.as_slice().to_vec());
        found.log_loss = Some(mean_loss(probabilities.iter().copied(), &labels));
        found.calibrator = Some(calibrator);
        let mut of_rows = probabilities.into_iter();
        let there = self.rows.iter().map(|row| !score(row).is_nan());
        let column = there.map(|there| if there { of_rows.next() } else { None }).collect();
        Ok((found, column))
    }

    /// The pool of the members `set`; none where they have too few rows together for bins.
    fn subset(
        &self,
        set: Vec<usize>,
        probabilities: &[Vec<Option<f64>>],
        weights: Option<&[f64]>,
        month: YearMonth,
        settings: &Settings,
    ) -> Result<Option<Subset>, EnsembleError> {
        let common: Vec<usize> = (0..self.rows.len())
            .filter(|&row| set.iter().all(|&k| probabilities[k][row].is_some()))
            .collect();
        if common.len() < usize::from(settings.n_bins.get()) {
            return Ok(None);
        }
        let column = |&k: &usize| {
            common.iter().filter_map(|&row| probabilities[k][row]).collect::<Vec<f64>>()
        };
        let columns: Vec<Vec<f64>> = set.iter().map(column).collect();
        let labels: Vec<bool> = common.iter().map(|&row| self.labels[row]).collect();
        let given: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let rows = MemberRows::new(&given, &labels)?;
        let fallback = if rows.rows() < LEAST_ROWS {
            Some(format!("{} common rows, fewer than {LEAST_ROWS}", rows.rows()))
        } else if !rows.has_both_classes() {
            Some("all common rows have one label".to_owned())
        } else {
            None
        };
        let fitted = match (settings.pool, weights) {
            _ if fallback.is_some() => None,
            (PoolKind::LogitPool, _) => {
                Some(LogitPool::fit(&rows, settings.penalty).map(Fitted::LogitPool))
            }
            (PoolKind::Linear, _) => Some(LinearPool::fit(&rows).map(Fitted::Linear)),
            (PoolKind::BetaLinear, _) => Some(BetaLinearPool::fit(&rows).map(Fitted::BetaLinear)),
            (PoolKind::Hedge | PoolKind::Boa, Some(weights)) => {
                Some(Ok(Fitted::Linear(online(weights, &set))))
            }
            _ => None,
        };
        let equal = || Fitted::LogitPool(LogitPool::equal(set.len()));
        let (fitted, fallback) = match fitted.transpose() {
            Ok(fitted) => (fitted.unwrap_or_else(equal), fallback),
            // Members that say nothing, or the same, leave a pool without a minimum.
            Err(error @ PoolError::NoMinimum { .. }) => (equal(), Some(error.to_string())),
            Err(error) => return Err(error.into()),
        };
        let pooled: Vec<f64> = (0..common.len())
            .map(|row| fitted.pool(&columns.iter().map(|column| column[row]).collect::<Vec<f64>>()))
            .collect();
        let edges = BinEdges::quantiles(&pooled, settings.n_bins)
            .map_err(|source| EnsembleError::Binning { month, source })?;
        let outlooks = self.outlooks(&common, &pooled, &edges, month)?;
        Ok(Some(Subset {
            outlooks,
            rows: common.len(),
            fitted,
            fallback,
            edges: edges.as_slice().to_vec(),
            log_loss: mean_loss(pooled.iter().copied(), &labels),
            members: set,
        }))
    }

    /// What the trades from the `common` rows paid, by bin of their `pooled` probabilities.
    fn outlooks(
        &self,
        common: &[usize],
        pooled: &[f64],
        edges: &BinEdges,
        month: YearMonth,
    ) -> Result<Vec<BinOutlook>, EnsembleError> {
        let binning = |source| EnsembleError::Binning { month, source };
        let all = self.all;
        let first = common.first().map_or(0, |&row| all.timestamps[self.rows[row]]);
        let mut traded = Vec::new();
        for (&row, &probability) in common.iter().zip(pooled) {
            let row = self.rows[row];
            let Some(ends) = all.ends[row] else { continue };
            let time = all.timestamps[row];
            traded.push(PayoffRow {
                position: time.abs_diff(first) / all.interval.max(1).unsigned_abs(),
                block: time.div_euclid(all.horizon.max(1)),
                q_bin: edges.assign(probability).map_err(binning)?,
                ends,
            });
        }
        if traded.is_empty() {
            return Ok(Vec::new());
        }
        let payoffs = Payoffs::over(&traded, edges.n_bins().get()).map_err(binning)?;
        let outlook = |bin| BinOutlook {
            long: payoffs.outlook(bin, Side::Long),
            short: payoffs.outlook(bin, Side::Short),
        };
        Ok(edges.bins().map(outlook).collect())
    }

    /// BLAKE3 over the rows: time, every member's score, label.
    fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"ensemble rows 1\n");
        for (&row, &label) in self.rows.iter().zip(&self.labels) {
            hasher.update(&self.all.timestamps[row].to_le_bytes());
            for column in &self.all.scores {
                hasher.update(&column[row].to_bits().to_le_bytes());
            }
            hasher.update(&[label.into()]);
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// What an online pool has learnt when the month begins.
fn online_weights(
    window: &Window<'_>,
    probabilities: &[Vec<Option<f64>>],
    pool: PoolKind,
) -> Option<Learnt> {
    let mut learner = Learner::of(match pool {
        PoolKind::Hedge => Learnt::hedge(probabilities.len()),
        PoolKind::Boa => Learnt::boa(probabilities.len()),
        _ => return None,
    });
    let all = window.all;
    let label = |time: i64| {
        let row = all.timestamps.binary_search(&time).ok();
        Ok::<_, Infallible>(row.and_then(|row| all.labels[row]))
    };
    let mut last = i64::MIN;
    for (index, &row) in window.rows.iter().enumerate() {
        let time = all.timestamps[row];
        let Ok(()) = learner.learn(time.saturating_add(all.interval), label);
        last = all.known_at(time);
        let given = probabilities.iter().map(|column| column[index]).collect();
        learner.await_label(time, last, given);
    }
    // No label of the window is later.
    let Ok(()) = learner.learn(last, label);
    Some(learner.learnt().clone())
}

/// Mean log loss, in nats.
fn mean_loss(probabilities: impl Iterator<Item = f64>, labels: &[bool]) -> f64 {
    probabilities.zip(labels).map(|(p, &label)| log_loss(p, label)).sum::<f64>()
        / labels.len() as f64
}
