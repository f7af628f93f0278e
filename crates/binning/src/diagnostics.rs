//! How well the calibration did on its own window, as a whole and bin by bin.

use std::ops::RangeInclusive;

use calibration::{Grouping, brier_score, expected_calibration_error, log_loss};
use serde::{Deserialize, Serialize};
use statistics::wilson_interval;

use crate::error::same_length;
use crate::list::list;
use crate::{BinEdges, BinningError};

/// Confidence of the intervals of [`Diagnostics::over`].
pub const CONFIDENCE: f64 = 0.95;

/// Groups of equal width that the expected calibration error of [`Diagnostics::over`] is taken over.
const ECE_GROUPS: usize = 10;

/// Calibration quality over the window that the calibrator and the edges were made of: in sample.
///
/// `before` is the raw score taken for a probability, `after` the calibrated value. Lower is better
/// for all three measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnostics {
    /// Share of rows with label 1.
    pub base_rate: f64,
    /// Mean squared error of the raw scores.
    pub brier_before: f64,
    /// Mean squared error of the calibrated values.
    pub brier_after: f64,
    /// Mean negative log likelihood (nats) of the raw scores.
    pub log_loss_before: f64,
    /// Mean negative log likelihood (nats) of the calibrated values.
    pub log_loss_after: f64,
    /// Expected calibration error of the raw scores, ten groups of equal width.
    pub ece_before: f64,
    /// Expected calibration error of the calibrated values, ten groups of equal width.
    pub ece_after: f64,
    /// One record a bin, from bin 1 on.
    #[serde(deserialize_with = "list")]
    pub bins: Vec<BinRecord>,
}

/// What fell into one bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BinRecord {
    /// Its number, from 1.
    pub bin: u16,
    /// Lower edge, inclusive; none for bin 1.
    pub lower: Option<f64>,
    /// Upper edge, exclusive; none for the last bin.
    pub upper: Option<f64>,
    /// Rows of the window in it.
    pub rows: u64,
    /// Mean calibrated value; none without rows.
    pub mean_p_cal: Option<f64>,
    /// Share of rows with label 1; none without rows.
    pub hit_rate: Option<f64>,
    /// Lower end of the hit rate's Wilson interval; none without rows.
    pub hit_rate_lower: Option<f64>,
    /// Upper end of the hit rate's Wilson interval; none without rows.
    pub hit_rate_upper: Option<f64>,
    /// Whether any score could lead here.
    pub reachable: bool,
}

impl Diagnostics {
    /// Diagnostics of a window: raw `scores`, their calibrated values `p_cal` and `labels` row by
    /// row, with the `range` of values the calibrator can give and [`CONFIDENCE`] for the intervals.
    ///
    /// # Errors
    /// [`BinningError::NoValues`]; [`BinningError::LengthMismatch`]; [`BinningError::Calibration`]
    /// for scores that are no probabilities.
    pub fn over(
        scores: &[f64],
        p_cal: &[f64],
        labels: &[bool],
        edges: &BinEdges,
        range: &RangeInclusive<f64>,
    ) -> Result<Self, BinningError> {
        let rows = scores.len();
        if rows == 0 {
            return Err(BinningError::NoValues);
        }
        same_length("calibrated values", p_cal.len(), rows)?;
        same_length("labels", labels.len(), rows)?;
        let ece = |p| expected_calibration_error(p, labels, ECE_GROUPS, Grouping::EqualWidth);
        let hits = labels.iter().filter(|&&label| label).count();
        Ok(Self {
            base_rate: hits as f64 / rows as f64,
            brier_before: brier_score(scores, labels)?,
            brier_after: brier_score(p_cal, labels)?,
            log_loss_before: log_loss(scores, labels)?,
            log_loss_after: log_loss(p_cal, labels)?,
            ece_before: ece(scores)?,
            ece_after: ece(p_cal)?,
            bins: summarise_bins(p_cal, labels, edges, range)?,
        })
    }
}

/// One record for each bin of `edges`: how many of the calibrated values `p_cal` fell into it, their
/// mean, and how many of their `labels` are 1, with a Wilson interval of [`CONFIDENCE`].
///
/// A bin is reachable if some value in `range` (those the calibrator can give) falls into it.
fn summarise_bins(
    p_cal: &[f64],
    labels: &[bool],
    edges: &BinEdges,
    range: &RangeInclusive<f64>,
) -> Result<Vec<BinRecord>, BinningError> {
    let mut assigned = vec![0; p_cal.len()];
    edges.assign_into(p_cal, &mut assigned)?;

    let mut tallies = vec![Tally::default(); edges.n_bins().get().into()];
    for ((&bin, &value), &label) in assigned.iter().zip(p_cal).zip(labels) {
        let tally = &mut tallies[usize::from(bin) - 1];
        tally.rows += 1;
        tally.hits += u64::from(label);
        tally.total += value;
    }

    let unreachable = edges.unreachable(range);
    edges
        .bins()
        .zip(tallies)
        .map(|(bin, tally)| {
            let reachable = unreachable.binary_search(&bin).is_err();
            tally.record(bin, edges.bounds(bin), reachable)
        })
        .collect()
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    rows: u64,
    hits: u64,
    total: f64,
}

impl Tally {
    fn record(
        self,
        bin: u16,
        (lower, upper): (Option<f64>, Option<f64>),
        reachable: bool,
    ) -> Result<BinRecord, BinningError> {
        let mut record = BinRecord {
            bin,
            lower,
            upper,
            rows: self.rows,
            mean_p_cal: None,
            hit_rate: None,
            hit_rate_lower: None,
            hit_rate_upper: None,
            reachable,
        };
        if self.rows > 0 {
            let rows = self.rows as f64;
            let hit_rate = self.hits as f64 / rows;
            let interval = wilson_interval(self.hits, self.rows, CONFIDENCE)?;
            record.mean_p_cal = Some(self.total / rows);
            record.hit_rate = Some(hit_rate);
            // The interval holds the hit rate; at rates 0 and 1 rounding may leave it just outside.
            record.hit_rate_lower = Some(interval.lower.clamp(0.0, hit_rate));
            record.hit_rate_upper = Some(interval.upper.clamp(hit_rate, 1.0));
        }
        Ok(record)
    }
}
