//! Expected calibration error over groups of similar probability.

use crate::Result;
use crate::groups::{Grouping, grouped};
use crate::sum::CompensatedSum;

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
) -> Result<f64> {
    let groups = grouped(p, y, n_groups, grouping)?;
    let gaps: CompensatedSum = groups.iter().map(|group| group.gap().abs()).collect();
    Ok(gaps.total() / p.len() as f64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;
    use crate::CalibrationError;

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
