//! Two series of the same rows.

use serde::Serialize;

use super::Resampling;
use crate::check::{check_finite, check_length};
use crate::moments::mean;
use crate::{Interval, StatisticsError};

/// Result of [`paired_block_bootstrap`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairedDifference {
    /// Mean of `a − b` over the rows.
    pub mean: f64,
    /// Its interval.
    pub interval: Interval,
}

/// Mean difference of two series of the same rows (shape `n`, in order of time), such as the losses of
/// two forecasts, with the interval of a [circular block bootstrap](crate::circular_bootstrap).
///
/// Pairs are drawn: both series give the same rows to a resample, so what they share cancels.
///
/// # Errors
/// If the lengths differ, there are no rows, a value is not finite, `block` is 0 or more than half the
/// rows, or the settings of resampling are impossible.
pub fn paired_block_bootstrap(
    a: &[f64],
    b: &[f64],
    block: usize,
    resampling: &Resampling,
) -> Result<PairedDifference, StatisticsError> {
    check_length("b", b.len(), a.len())?;
    check_finite("a", a)?;
    check_finite("b", b)?;
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let rows = differences.len();
    let of = |order: &[usize]| order.iter().map(|&row| differences[row]).sum::<f64>() / rows as f64;
    let interval = resampling.circular(rows, block, of)?;
    Ok(PairedDifference { mean: mean(&differences), interval })
}
