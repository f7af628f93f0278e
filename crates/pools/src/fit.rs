//! From a window's rows to the pools of a month.

use binning::{BinCount, BinEdges, BinOutlook, Payoffs};
use calibration::{Calibrator, LabelledScores, PlattOptions, PlattScaling};
use ndarray::ArrayView1;
use strategy_core::YearMonth;

use crate::fitted::Fitted;
use crate::month::{Member, MonthPools, Subset};
use crate::month_file::FORMAT_VERSION;
use crate::{
    BetaLinearPool, Learner, Learnt, LinearPool, LogitPool, MemberRows, MemberScores, PoolError,
    PoolKind, log_loss,
};

/// Fewer common rows than this are pooled equally.
const LEAST_ROWS: usize = 500;

/// How a month is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoolSettings {
    /// Months before the month that make its window.
    pub lookback_months: u16,
    /// Number of quantile bins.
    pub n_bins: BinCount,
    /// The pool.
    pub pool: PoolKind,
    /// λ of the logit pool.
    pub penalty: f64,
}

impl Default for PoolSettings {
    fn default() -> Self {
        let (n_bins, pool) = (BinCount::default(), PoolKind::default());
        Self { lookback_months: 12, n_bins, pool, penalty: 100.0 }
    }
}

/// A window's rows with labels that were known when the month began.
struct Window<'a> {
    all: &'a MemberScores,
    month: YearMonth,
    settings: &'a PoolSettings,
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
    settings: &PoolSettings,
) -> Result<MonthPools, PoolError> {
    let window_start = month.plus_months(-i32::from(settings.lookback_months)).start();
    let window = Window::of(scores, window_start.timestamp_micros(), month, settings);
    let members = (0..scores.members.len()).map(|member| window.member(member));
    let members: Vec<(Member, Vec<Option<f64>>)> = members.collect::<Result<_, _>>()?;
    let (members, probabilities): (Vec<Member>, Vec<Vec<Option<f64>>>) =
        members.into_iter().unzip();
    let calibrated = |k: &usize| members[*k].calibrator.is_some();
    if (0..members.len()).filter(calibrated).count() < 2 {
        let rows = members.iter().map(|m| format!("{}: {}", m.run_name, m.rows)).collect();
        return Err(PoolError::TooFewCalibrated { month, rows });
    }
    let learnt = window.learnt(&probabilities);
    let weights = learnt.as_ref().map(Learnt::weights);
    let sets = (1_usize..1 << members.len())
        .map(|set| (0..members.len()).filter(|k| set >> k & 1 == 1).collect::<Vec<usize>>())
        .filter(|set| set.iter().all(calibrated));
    let subsets = sets.filter_map(|set| window.subset(set, &probabilities, weights).transpose());
    Ok(MonthPools {
        format_version: FORMAT_VERSION,
        dataset: scores.dataset.clone(),
        month,
        target_key: scores.target_key.clone(),
        pool: settings.pool,
        penalty: settings.penalty,
        window_start,
        subsets: subsets.collect::<Result<_, _>>()?,
        members,
        learnt,
        fingerprint: window.fingerprint(),
        software_version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

impl<'a> Window<'a> {
    /// The rows from `start` whose label was known when `month` began.
    fn of(all: &'a MemberScores, start: i64, month: YearMonth, settings: &'a PoolSettings) -> Self {
        let end = month.start().timestamp_micros();
        let known = (all.first_from(start)..all.timestamps.len())
            .take_while(|&row| all.known_at(all.timestamps[row]) <= end);
        let (rows, labels) = known.filter_map(|row| Some((row, all.labels[row]?))).unzip();
        Self { all, month, settings, rows, labels }
    }

    /// A member's calibrator, and its probability of each row.
    fn member(&self, member: usize) -> Result<(Member, Vec<Option<f64>>), PoolError> {
        let column = &self.all.scores[member];
        let there = |&place: &usize| !column[self.rows[place]].is_nan();
        let places: Vec<usize> = (0..self.rows.len()).filter(there).collect();
        let scores: Vec<f64> = places.iter().map(|&place| column[self.rows[place]]).collect();
        let labels: Vec<bool> = places.iter().map(|&place| self.labels[place]).collect();
        let mut of_rows = vec![None; self.rows.len()];
        let mut found = Member {
            run_name: self.all.members[member].clone(),
            rows: scores.len(),
            calibrator: None,
            edges: None,
            log_loss: None,
        };
        let both = labels.contains(&true) && labels.contains(&false);
        if !both || scores.len() < usize::from(self.settings.n_bins.get()) {
            return Ok((found, of_rows));
        }
        let (run, month) = (&found.run_name, self.month);
        let refused = |source| PoolError::Calibration { run: run.clone(), month, source };
        let labelled = LabelledScores::new(ArrayView1::from(&scores), ArrayView1::from(&labels));
        let fitted = labelled.and_then(|rows| PlattScaling::fit(&rows, &PlattOptions::default()));
        let calibrator = Calibrator::from(fitted.map_err(refused)?.model);
        let mut probabilities = vec![0.0; scores.len()];
        calibrator.predict_into(&scores, &mut probabilities).map_err(refused)?;
        found.edges = Some(self.edges(&probabilities)?);
        found.log_loss = Some(mean_loss(&probabilities, &labels));
        found.calibrator = Some(calibrator);
        for (place, probability) in places.into_iter().zip(probabilities) {
            of_rows[place] = Some(probability);
        }
        Ok((found, of_rows))
    }

    /// The pool of the members `set`; none where they have too few rows together for bins.
    fn subset(
        &self,
        set: Vec<usize>,
        probabilities: &[Vec<Option<f64>>],
        weights: Option<&[f64]>,
    ) -> Result<Option<Subset>, PoolError> {
        let has_all = |row: &usize| set.iter().all(|&k| probabilities[k][*row].is_some());
        let common: Vec<usize> = (0..self.rows.len()).filter(has_all).collect();
        if common.len() < usize::from(self.settings.n_bins.get()) {
            return Ok(None);
        }
        let column = |&k: &usize| common.iter().filter_map(|&row| probabilities[k][row]).collect();
        let columns: Vec<Vec<f64>> = set.iter().map(column).collect();
        let labels: Vec<bool> = common.iter().map(|&row| self.labels[row]).collect();
        let given: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let rows = MemberRows::new(&given, &labels)?;
        let fallback = match rows.rows() {
            few if few < LEAST_ROWS => Some(format!("{few} common rows, fewer than {LEAST_ROWS}")),
            _ if !rows.has_both_classes() => Some("all common rows have one label".to_owned()),
            _ => None,
        };
        let equal = || Fitted::LogitPool(LogitPool::equal(set.len()));
        let (fitted, fallback) = match self.fitted(&rows, &set, weights) {
            _ if fallback.is_some() => (equal(), fallback),
            Ok(fitted) => (fitted.unwrap_or_else(equal), None),
            // Members that say nothing, or the same, leave a pool without a minimum.
            Err(error @ PoolError::NoMinimum { .. }) => (equal(), Some(error.to_string())),
            Err(error) => return Err(error),
        };
        let pooled: Vec<f64> = (0..common.len())
            .map(|row| fitted.pool(&columns.iter().map(|column| column[row]).collect::<Vec<f64>>()))
            .collect();
        let edges = self.edges(&pooled)?;
        Ok(Some(Subset {
            outlooks: self.outlooks(&common, &pooled, &edges)?,
            rows: common.len(),
            fitted,
            fallback,
            edges,
            log_loss: mean_loss(&pooled, &labels),
            members: set,
        }))
    }

    /// The pool that is asked for; none where it is the equal one. `weights` are an online pool's, over all
    /// members.
    fn fitted(
        &self,
        rows: &MemberRows<'_>,
        set: &[usize],
        weights: Option<&[f64]>,
    ) -> Result<Option<Fitted>, PoolError> {
        Ok(Some(match (self.settings.pool, weights) {
            (PoolKind::LogitPool, _) => {
                Fitted::LogitPool(LogitPool::fit(rows, self.settings.penalty)?)
            }
            (PoolKind::Linear, _) => Fitted::Linear(LinearPool::fit(rows)?),
            (PoolKind::BetaLinear, _) => Fitted::BetaLinear(BetaLinearPool::fit(rows)?),
            (PoolKind::Hedge | PoolKind::Boa, Some(weights)) => {
                Fitted::Linear(LinearPool::of_set(weights, set))
            }
            _ => return Ok(None),
        }))
    }

    fn edges(&self, probabilities: &[f64]) -> Result<BinEdges, PoolError> {
        let (n_bins, month) = (self.settings.n_bins, self.month);
        let edges = BinEdges::quantiles(probabilities, n_bins);
        edges.map_err(|source| PoolError::Binning { month, source })
    }

    /// What the trades from the `common` rows paid, by bin of their `pooled` probabilities.
    fn outlooks(
        &self,
        common: &[usize],
        pooled: &[f64],
        edges: &BinEdges,
    ) -> Result<Vec<BinOutlook>, PoolError> {
        let all = self.all;
        let rows = common.iter().map(|&row| self.rows[row]).zip(pooled);
        let trades = rows.map(|(row, &p)| (all.timestamps[row], p, all.ends[row]));
        let payoffs = Payoffs::of_trades(trades, edges, all.interval, all.horizon);
        let month = self.month;
        let payoffs = payoffs.map_err(|source| PoolError::Binning { month, source })?;
        Ok(if payoffs.rows == 0 { Vec::new() } else { payoffs.outlooks() })
    }

    /// What an online pool has learnt when the month begins.
    fn learnt(&self, probabilities: &[Vec<Option<f64>>]) -> Option<Learnt> {
        let mut learner = Learner::of(match self.settings.pool {
            PoolKind::Hedge => Learnt::hedge(probabilities.len()),
            PoolKind::Boa => Learnt::boa(probabilities.len()),
            _ => return None,
        });
        let mut last = i64::MIN;
        for (index, &row) in self.rows.iter().enumerate() {
            let time = self.all.timestamps[row];
            self.all.teach(&mut learner, time.saturating_add(self.all.interval));
            last = self.all.known_at(time);
            let given = probabilities.iter().map(|column| column[index]).collect();
            learner.await_label(time, last, given);
        }
        // No label of the window is later.
        self.all.teach(&mut learner, last);
        Some(learner.learnt().clone())
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

/// Mean log loss, in nats.
fn mean_loss(probabilities: &[f64], labels: &[bool]) -> f64 {
    let losses = probabilities.iter().zip(labels).map(|(&p, &label)| log_loss(p, label));
    losses.sum::<f64>() / labels.len() as f64
}
