//! How often bins and signals came true, and how sure that is.

use serde::Serialize;
use statistics::{
    Interval, StatisticsError, block_bootstrap_bins, kendall_tau_b, ordered_share, wilson_interval,
};
use strategy_core::Side;

use crate::EvaluationError;
use crate::judging::Judging;
use crate::note::Notes;
use crate::rows::MonthRows;

const ALL: &str = "all months";

/// How often some rows came true.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HitRate {
    /// Rows.
    pub rows: u64,
    /// Those with the label 1.
    pub hits: u64,
    /// Their share.
    pub hit_rate: Option<f64>,
    /// Wilson interval, as if the rows were independent: too narrow where labels overlap.
    pub wilson: Option<Interval>,
    /// Block bootstrap interval, for labels that overlap; none where resamples say nothing.
    pub bootstrap: Option<Interval>,
}

/// One bin over all months, each row in the bins of its own month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BinHits {
    /// Its number, from 1.
    pub bin: u16,
    /// Mean calibrated probability.
    pub mean_p_cal: Option<f64>,
    /// How often it came true.
    #[serde(flatten)]
    pub hit_rate: HitRate,
}

/// Whether higher bins came true more often, over the bins that have rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ordering {
    /// Kendall's tau-b of bin number and hit rate.
    pub kendall_tau: Option<f64>,
    /// Share of the pairs of bins whose order is right.
    pub ordered_share: Option<f64>,
}

/// The rows that were long, and those that were short. A hit is a label of 1 for both, which is the
/// long's take profit: it says nothing of what a short earns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SignalHits {
    /// Rows that were long.
    pub long: HitRate,
    /// Rows that were short.
    pub short: HitRate,
}

/// How intervals are drawn.
#[derive(Debug)]
pub(crate) struct Bootstrap {
    block: usize,
    resamples: u32,
    confidence: f64,
    seed: u64,
}

impl Bootstrap {
    /// Checks what can be wrong whatever the rows are.
    pub(crate) fn new(settings: &Judging, block: usize) -> Result<Self, EvaluationError> {
        let &Judging { resamples, confidence, seed, .. } = settings;
        let bootstrap = Self { block, resamples, confidence, seed };
        block_bootstrap_bins(&[1, 1], &[false, true], 1, 1, resamples, confidence, seed)
            .map_err(evaluation)?;
        Ok(bootstrap)
    }

    /// The hit rates of `groups` (1 to `n_groups`, one for each row in order of time).
    fn hit_rates(
        &self,
        groups: &[u16],
        labels: &[bool],
        n_groups: u16,
        what: &str,
        notes: &mut Notes,
    ) -> Result<Vec<HitRate>, EvaluationError> {
        let &Self { block, resamples, confidence, seed } = self;
        let drawn =
            block_bootstrap_bins(groups, labels, n_groups, block, resamples, confidence, seed);
        let drawn = match drawn {
            Ok(drawn) => drawn,
            Err(error @ (StatisticsError::NoRows | StatisticsError::InvalidBlock { .. })) => {
                notes.add(ALL, format!("bootstrap intervals of {what}"), error.to_string());
                vec![None; n_groups.into()]
            }
            Err(error) => return Err(evaluation(error)),
        };
        let mut tallies = vec![(0_u64, 0_u64); n_groups.into()];
        for (&group, &label) in groups.iter().zip(labels) {
            let (rows, hits) = &mut tallies[usize::from(group) - 1];
            *rows += 1;
            *hits += u64::from(label);
        }
        let rates = tallies.into_iter().zip(drawn).map(|((rows, hits), bootstrap)| {
            let some = rows > 0;
            let wilson = some.then(|| wilson_interval(hits, rows, confidence)).transpose();
            Ok(HitRate {
                rows,
                hits,
                hit_rate: some.then(|| hits as f64 / rows as f64),
                wilson: wilson.map_err(evaluation)?,
                bootstrap,
            })
        });
        rates.collect()
    }
}

fn evaluation(source: StatisticsError) -> EvaluationError {
    EvaluationError::Statistics { source }
}

/// Bins 1 to `n_bins`.
pub(crate) fn bins(
    rows: &MonthRows,
    n_bins: u16,
    bootstrap: &Bootstrap,
    notes: &mut Notes,
) -> Result<Vec<BinHits>, EvaluationError> {
    let mut sums = vec![0.0; n_bins.into()];
    for (&bin, p_cal) in rows.bins.iter().zip(&rows.judged) {
        sums[usize::from(bin) - 1] += p_cal;
    }
    let rates = bootstrap.hit_rates(&rows.bins, &rows.labels, n_bins, "bins", notes)?;
    let numbered = (1..=n_bins).zip(rates).zip(sums);
    Ok(numbered
        .map(|((bin, hit_rate), sum)| BinHits {
            bin,
            mean_p_cal: (hit_rate.rows > 0).then(|| sum / hit_rate.rows as f64),
            hit_rate,
        })
        .collect())
}

/// Whether the hit rates of `bins` rise.
pub(crate) fn ordering(bins: &[BinHits], notes: &mut Notes) -> Ordering {
    let (numbers, rates): (Vec<f64>, Vec<f64>) =
        bins.iter().filter_map(|bin| Some((f64::from(bin.bin), bin.hit_rate.hit_rate?))).unzip();
    let tau = kendall_tau_b(&numbers, &rates);
    if let Err(error) = &tau {
        notes.add(ALL, "order of the bins".to_owned(), error.to_string());
    }
    let share = ordered_share(&numbers, &rates);
    Ordering { kendall_tau: tau.ok(), ordered_share: share.ok() }
}

/// The rows of either side.
pub(crate) fn signals(
    rows: &MonthRows,
    bootstrap: &Bootstrap,
    notes: &mut Notes,
) -> Result<SignalHits, EvaluationError> {
    let group = |side: &Side| match side {
        Side::Long => 1,
        Side::Short => 2,
        Side::NoSignal => 3,
    };
    let groups: Vec<u16> = rows.sides.iter().map(group).collect();
    let rates = bootstrap.hit_rates(&groups, &rows.labels, 3, "signals", notes)?;
    Ok(SignalHits { long: rates[0], short: rates[1] })
}
