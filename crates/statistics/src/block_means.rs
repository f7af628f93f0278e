//! Means of groups whose values overlap in time.

use crate::StatisticsError;
use crate::check::check_length;

/// The mean of a group of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockMean {
    /// The mean.
    pub mean: f64,
    /// Its standard error; none where all values lie within one block.
    pub error: Option<f64>,
}

/// The mean of the `values` (shape `n`, in order of time) of each of `n_groups` groups (`groups`, shape
/// `n`, from 1; rows of other groups are left out), with a standard error from calendar blocks of
/// `block` rows, which needs no random numbers: `√(Σ_b (S_b − μ·N_b)² · B/(B − 1)) / N`, with `S_b` the
/// sum and `N_b` the number of the group's values in block `b`, and `B` the blocks that have some. A
/// group without values has `None`.
///
/// ```
/// let found = statistics::block_means(&[1, 1, 1, 2], &[1.0, 2.0, 3.0, 5.0], 3, 1)?;
/// assert_eq!(found[0].map(|group| group.mean), Some(2.0));
/// assert_eq!(found[0].and_then(|group| group.error), Some((1.0_f64 / 3.0).sqrt()));
/// assert_eq!(found[1].map(|group| (group.mean, group.error)), Some((5.0, None)));
/// assert_eq!(found[2], None);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// [`StatisticsError::LengthMismatch`]; [`StatisticsError::InvalidBlock`] for a block of 0 rows.
pub fn block_means(
    groups: &[u16],
    values: &[f64],
    n_groups: u16,
    block: usize,
) -> Result<Vec<Option<BlockMean>>, StatisticsError> {
    check_length("values", values.len(), groups.len())?;
    if block == 0 {
        return Err(StatisticsError::InvalidBlock { block, rows: groups.len() });
    }
    let sums = |groups: &[u16], values: &[f64]| {
        let mut sums = vec![(0.0, 0.0); n_groups.into()];
        for (&group, &value) in groups.iter().zip(values) {
            if let Some((sum, count)) = sums.get_mut(usize::from(group).wrapping_sub(1)) {
                (*sum, *count) = (*sum + value, *count + 1.0);
            }
        }
        sums
    };
    let all = sums(groups, values);
    let mut squares = vec![(0.0, 0.0); all.len()];
    for (groups, values) in groups.chunks(block).zip(values.chunks(block)) {
        for ((square, of_block), of_all) in squares.iter_mut().zip(sums(groups, values)).zip(&all) {
            if of_block.1 > 0.0 {
                let error: f64 = of_block.0 - of_all.0 / of_all.1 * of_block.1;
                *square = (square.0 + error * error, square.1 + 1.0);
            }
        }
    }
    let group = |((sum, count), (square, blocks)): ((f64, f64), (f64, f64))| {
        let error = (square * blocks / (blocks - 1.0)).sqrt() / count;
        let error = (blocks > 1.0).then_some(error);
        (count > 0.0).then_some(BlockMean { mean: sum / count, error })
    };
    Ok(all.into_iter().zip(squares).map(group).collect())
}
