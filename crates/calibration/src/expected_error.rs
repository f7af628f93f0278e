//! Expected calibration error over groups of similar probability.

use crate::CalibrationError;
use crate::diagnostics::check_rows;
use crate::sum::CompensatedSum;

/// How [`expected_calibration_error`] forms its groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// `k` intervals of equal width: `p` falls into group `min(⌊k p⌋, k − 1)`, counted from 0.
    /// Naeini et al. (2015).
    EqualWidth,
    /// `k` groups of equally many rows in the order of `p`, the first `n mod k` groups one row
    /// larger. Nixon et al. (2019).
    ///
    /// Rows of equal `p` have no order among themselves. Where a border cuts through such rows,
    /// each of them counts with their common hit rate, so the result does not depend on the order
    /// in which rows are passed.
    EqualMass,
}

/// Expected calibration error
///
/// ```text
/// ECE = Σ_g (n_g / n) · |hit rate of g − mean p of g|
/// ```
///
/// of the probabilities `p` (shape `n`) for the labels `y` (shape `n`) over `n_groups` groups `g`
/// of `n_g` rows; empty groups count nothing. In `[0, 1]`, 0 is perfect. It falls with fewer groups
/// and is biased upwards with few rows a group, so compare like with like.
///
/// M. Naeini, G. Cooper and M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
/// binning", AAAI 2015, 2901–2907. J. Nixon et al., "Measuring calibration in deep learning",
/// CVPR Workshops 2019.
///
/// ```
/// use calibration::{Grouping, expected_calibration_error};
///
/// let p = [0.1, 0.2, 0.8, 0.9];
/// let y = [false, false, true, false];
/// let ece = expected_calibration_error(&p, &y, 2, Grouping::EqualWidth)?;
/// // Half the rows are 0.15 too high, the other half 0.35.
/// assert!((ece - 0.25).abs() < 1e-15);
/// # Ok::<(), calibration::CalibrationError>(())
/// ```
///
/// # Errors
/// If the lengths differ, there are no rows, a probability is not in `[0, 1]`, or `n_groups` is 0.
pub fn expected_calibration_error(
    p: &[f64],
    y: &[bool],
    n_groups: usize,
    grouping: Grouping,
) -> Result<f64, CalibrationError> {
    check_rows(p, y)?;
    if n_groups == 0 {
        return Err(CalibrationError::NoGroups);
    }
    let ties = tied_rows(p, y);
    let gaps = match grouping {
        Grouping::EqualWidth => equal_width_gaps(&ties, n_groups),
        Grouping::EqualMass => equal_mass_gaps(&ties, p.len(), n_groups),
    };
    Ok(gaps / p.len() as f64)
}

/// The rows that have the probability `p`.
#[derive(Debug, Clone, Copy)]
struct Ties {
    p: f64,
    rows: usize,
    hit_rate: f64,
}

/// The distinct probabilities, ascending.
fn tied_rows(p: &[f64], y: &[bool]) -> Vec<Ties> {
    let mut rows: Vec<(f64, bool)> = p.iter().copied().zip(y.iter().copied()).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    rows.chunk_by(|a, b| a.0 == b.0)
        .map(|tied| {
            let hits = tied.iter().filter(|row| row.1).count();
            Ties { p: tied[0].0, rows: tied.len(), hit_rate: hits as f64 / tied.len() as f64 }
        })
        .collect()
}

/// `Σ (hit rate − p)` over the rows of one group; its size is the group's share of the error.
#[derive(Default)]
struct Group {
    gap: CompensatedSum,
}

impl Group {
    fn add(&mut self, ties: Ties, rows: usize) {
        // Exact where the rate is 0 or 1; elsewhere good to an ulp.
        self.gap.add(rows as f64 * ties.hit_rate);
        self.gap.add(-(rows as f64 * ties.p));
    }

    fn abs(&self) -> f64 {
        self.gap.total().abs()
    }
}

fn equal_width_gaps(ties: &[Ties], n_groups: usize) -> f64 {
    // The position of a group is only compared, so it may stay a float.
    let position = |ties: &Ties| (ties.p * n_groups as f64).floor().min(n_groups as f64 - 1.0);
    ties.chunk_by(|a, b| position(a) == position(b))
        .map(|members| {
            let mut group = Group::default();
            for &ties in members {
                group.add(ties, ties.rows);
            }
            group.abs()
        })
        .collect::<CompensatedSum>()
        .total()
}

fn equal_mass_gaps(ties: &[Ties], n_rows: usize, n_groups: usize) -> f64 {
    let (size, larger) = (n_rows / n_groups, n_rows % n_groups);
    let capacity = |group: usize| size + usize::from(group < larger);
    let mut total = CompensatedSum::default();
    let (mut index, mut group) = (0, Group::default());
    let mut room = capacity(index);
    for &ties in ties {
        let mut left = ties.rows;
        while left > 0 {
            let taken = left.min(room);
            group.add(ties, taken);
            left -= taken;
            room -= taken;
            if room == 0 {
                total.add(group.abs());
                group = Group::default();
                index += 1;
                room = capacity(index);
            }
        }
    }
    total.total()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;

    const BOTH: [Grouping; 2] = [Grouping::EqualWidth, Grouping::EqualMass];

    #[test]
    fn a_border_through_ties_does_not_see_the_order() {
        // One row of the three with p = 0.5 belongs to the first group.
        let p = [0.2, 0.5, 0.5, 0.5];
        let orders = [[false, true, false, false], [false, false, false, true]];
        let errors = orders.map(|y| expected_calibration_error(&p, &y, 2, Grouping::EqualMass));
        let expected = ((0.7 - 1.0 / 3.0) + (1.0 - 2.0 / 3.0)) / 4.0;
        for error in errors {
            assert!((error.unwrap() - expected).abs() < 1e-15);
        }
    }

    #[test]
    fn one_group_is_the_bias() {
        for grouping in BOTH {
            let ece = expected_calibration_error(&[0.1, 0.4], &[true, false], 1, grouping);
            assert!((ece.unwrap() - 0.25).abs() < 1e-15);
        }
    }

    #[test]
    fn more_groups_than_rows_and_absurdly_many() {
        for n_groups in [3, 1 << 40, usize::MAX] {
            for grouping in BOTH {
                let y = [true, false];
                let ece = expected_calibration_error(&[0.0, 1.0], &y, n_groups, grouping);
                assert_eq!(ece.unwrap(), 1.0);
            }
        }
    }

    #[test]
    fn refuses_no_groups() {
        for grouping in BOTH {
            let error = expected_calibration_error(&[0.5], &[true], 0, grouping);
            assert!(matches!(error, Err(CalibrationError::NoGroups)));
        }
    }
}
