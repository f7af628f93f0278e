//! Confidence intervals of the means of groups whose values overlap in time.

use super::MIN_OCCURRENCE;
use crate::StatisticsError;
use crate::check::check_length;
use crate::interval::Interval;
use crate::percentile::percentile_interval;
use crate::resample::{Resampling, circular_bootstrap};

/// Circular block bootstrap intervals of the means of groups whose rows are scattered over a series: row `i`
/// of `n`, in time order, is in the group `groups[i]` (1 to `n_groups`; rows of others are in none) and has
/// `values[i]`.
///
/// Blocks of consecutive rows of the *whole* series are drawn, as in
/// [`block_bootstrap_bins`](crate::block_bootstrap_bins), so that the interval has in it that values of
/// neighbouring rows overlap, and that a group's number of rows is random. The result has `n_groups`
/// elements; `None` where the resamples say nothing: a group's values are all equal, or more than one
/// resample in twenty has none of its rows.
///
/// ```
/// use statistics::{Resampling, block_bootstrap_means};
///
/// let groups: Vec<u16> = (0..700).map(|row| 1 + row % 2).collect();
/// let values: Vec<f64> = (0..700).map(|row| f64::from(row % 2) + 0.1 * f64::from(row % 7)).collect();
/// let resampling = Resampling { resamples: 500, confidence: 0.9, seed: 1 };
/// let found = block_bootstrap_means(&groups, &values, 3, 24, &resampling)?;
/// let [Some(low), Some(high), None] = found[..] else { unreachable!() };
/// assert!(low.lower < 0.3 && 0.3 < low.upper && low.upper < high.lower);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If the lengths differ, there are no rows, `block` is 0 or more than `n/2`, `confidence` is not strictly
/// between 0 and 1, or there are fewer than `2/(1 − confidence)` resamples.
pub fn block_bootstrap_means(
    groups: &[u16],
    values: &[f64],
    n_groups: u16,
    block: usize,
    resampling: &Resampling,
) -> Result<Vec<Option<Interval>>, StatisticsError> {
    check_length("values", values.len(), groups.len())?;
    resampling.check()?;
    let n = usize::from(n_groups);
    let sums = |order: &[usize]| {
        let mut sums = vec![(0.0, 0.0); n];
        for &row in order {
            if let Some((sum, count)) = sums.get_mut(usize::from(groups[row]).wrapping_sub(1)) {
                (*sum, *count) = (*sum + values[row], *count + 1.0);
            }
        }
        sums.into_iter().map(|(sum, count): (f64, f64)| sum / count).collect::<Vec<_>>()
    };
    let &Resampling { resamples, confidence, seed } = resampling;
    let drawn = circular_bootstrap(groups.len(), block, resamples, seed, sums)?;
    let interval = |group: usize| {
        let means: Vec<f64> =
            drawn.iter().map(|means| means[group]).filter(|mean| !mean.is_nan()).collect();
        let of_group = groups.iter().zip(values).filter(|(of, _)| usize::from(**of) == group + 1);
        let mut of_group = of_group.map(|(_, value)| *value);
        let first = of_group.next()?;
        let varies = of_group.any(|value| value != first);
        let enough = means.len() as f64 >= f64::from(resamples) * MIN_OCCURRENCE;
        (varies && enough).then(|| percentile_interval(means, confidence))
    };
    Ok((0..n).map(interval).collect())
}
