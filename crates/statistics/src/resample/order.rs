//! Orders of rows, drawn block by block.

use rayon::prelude::*;

use crate::{SplitMix64, StatisticsError};

/// Steps of the seeds of resamples: that of one says nothing about the next, since the generator
/// mixes its counter.
const STEP: u64 = 0xd1b5_4a32_d192_ed03;

/// Stationary bootstrap: `statistic` of each of `resamples` resamples of `rows` rows in time order.
///
/// A resample is an order of rows (positions from 0, `rows` of them). It starts at any row; after each
/// row it goes on with the next one (the first after the last), or, with probability `1/mean_block`,
/// jumps to any row. So blocks have a random length with that mean, and the resample is stationary as
/// the series is. A `mean_block` below 1 counts as 1: rows independent of each other.
///
/// Resample `i` is drawn from `seed` and `i` alone, so the result has the same bits whatever the number
/// of threads. Rayon's threads are used; each keeps one order, 8 bytes a row.
///
/// D. Politis and J. Romano, "The stationary bootstrap", *Journal of the American Statistical
/// Association* 89 (1994), 1303–1313.
///
/// ```
/// let x = [1.0, 4.0, 2.0, 8.0, 5.0, 7.0];
/// let means = statistics::stationary_bootstrap(6, 2.0, 100, 1, |order| {
///     order.iter().map(|&row| x[row]).sum::<f64>() / 6.0
/// })?;
/// assert_eq!(means.len(), 100);
/// assert!(means.iter().all(|mean| (1.0..=8.0).contains(mean)));
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If there are no rows or `mean_block` is not a finite number.
pub fn stationary_bootstrap<T: Send>(
    rows: usize,
    mean_block: f64,
    resamples: u32,
    seed: u64,
    statistic: impl Fn(&[usize]) -> T + Sync,
) -> Result<Vec<T>, StatisticsError> {
    if rows == 0 {
        return Err(StatisticsError::NoRows);
    }
    if !mean_block.is_finite() {
        let (name, wanted) = ("the mean block length", "a finite number of rows, 1 or more");
        return Err(StatisticsError::InvalidArgument { name, value: mean_block, wanted });
    }
    let jumps = threshold(1.0 / mean_block.max(1.0));
    let draw = |generator: &mut SplitMix64, order: &mut [usize]| {
        let mut row = generator.below(rows);
        order[0] = row;
        for place in &mut order[1..] {
            row = if jumps.is_none_or(|jumps| generator.next_bits() < jumps) {
                generator.below(rows)
            } else if row + 1 == rows {
                0
            } else {
                row + 1
            };
            *place = row;
        }
    };
    Ok(resampled(rows, resamples, seed, draw, statistic))
}

/// Circular block bootstrap: `statistic` of each of `resamples` resamples of `rows` rows in time order,
/// each of blocks of `block` consecutive rows (the first follows the last) that begin anywhere, the
/// last cut. Orders, seeds and threads as in [`stationary_bootstrap`].
///
/// D. Politis and J. Romano, "A circular block-resampling procedure for stationary data", in
/// *Exploring the Limits of Bootstrap* (1992), 263–270.
///
/// # Errors
/// If there are no rows, or `block` is 0 or more than half the rows.
pub fn circular_bootstrap<T: Send>(
    rows: usize,
    block: usize,
    resamples: u32,
    seed: u64,
    statistic: impl Fn(&[usize]) -> T + Sync,
) -> Result<Vec<T>, StatisticsError> {
    if rows == 0 {
        return Err(StatisticsError::NoRows);
    }
    if block == 0 || block > rows / 2 {
        return Err(StatisticsError::InvalidBlock { block, rows });
    }
    let draw = |generator: &mut SplitMix64, order: &mut [usize]| {
        for places in order.chunks_mut(block) {
            let start = generator.below(rows);
            for (step, place) in places.iter_mut().enumerate() {
                *place = (start + step) % rows;
            }
        }
    };
    Ok(resampled(rows, resamples, seed, draw, statistic))
}

/// In order of the resamples, whatever thread made them.
fn resampled<T: Send>(
    rows: usize,
    resamples: u32,
    seed: u64,
    draw: impl Fn(&mut SplitMix64, &mut [usize]) + Sync,
    statistic: impl Fn(&[usize]) -> T + Sync,
) -> Vec<T> {
    let one = |order: &mut Vec<usize>, resample: u32| {
        let own = seed ^ u64::from(resample).wrapping_add(1).wrapping_mul(STEP);
        let mut generator = SplitMix64::new(SplitMix64::new(own).next_bits());
        draw(&mut generator, order);
        statistic(order)
    };
    (0..resamples).into_par_iter().map_init(|| vec![0; rows], one).collect()
}

/// The number below which a share `p` of all 64-bit words lies; none if all of them do.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share below 1 of 2⁶⁴, which the cast rounds down"
)]
fn threshold(p: f64) -> Option<u64> {
    (p < 1.0).then(|| (p * 2.0_f64.powi(64)) as u64)
}
