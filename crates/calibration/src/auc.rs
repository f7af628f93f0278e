//! How well scores rank hits above misses.

use crate::diagnostics::check_rows;
use crate::ties::tied_rows;
use crate::{CalibrationError, Result};

/// Area under the ROC curve of the scores `p` (shape `n`) for the labels `y` (shape `n`):
///
/// ```text
/// AUC = (U + ½ T) / (h m)
/// ```
///
/// where of all `h m` pairs of one of the `h` hits and one of the `m` misses, `U` are those in
/// which the hit has the higher score and `T` those of equal score: the probability that a random
/// hit outranks a random miss. 1 is a perfect ranking, ½ is what chance gives. It sees the order of
/// scores only, so no strictly increasing calibration changes it; isotonic calibration, which makes
/// ties, does.
///
/// Computed from midranks in `O(n log n)` and in whole numbers until the last division, so neither
/// the order of the rows nor rounding matters.
///
/// H. Mann and D. Whitney, "On a test of whether one of two random variables is stochastically
/// larger than the other", *Annals of Mathematical Statistics* 18 (1947), 50–60. D. Bamber, "The
/// area above the ordinal dominance graph and the area below the receiver operating characteristic
/// graph", *Journal of Mathematical Psychology* 12 (1975), 387–415.
///
/// ```
/// // Of the four pairs of a hit and a miss, three are right and one is tied.
/// let auc = calibration::auc(&[0.2, 0.3, 0.3, 0.9], &[false, true, false, true])?;
/// assert_eq!(auc, 3.5 / 4.0);
/// # Ok::<(), calibration::CalibrationError>(())
/// ```
///
/// # Errors
/// If the lengths differ, there are no rows, a score is not in `[0, 1]`, or all labels are equal.
pub fn auc(p: &[f64], y: &[bool]) -> Result<f64> {
    check_rows(p, y)?;
    let rows = p.len();
    let hits = y.iter().filter(|&&y| y).count();
    if hits == 0 || hits == rows {
        return Err(CalibrationError::OneClass { label: hits > 0, rows });
    }
    // Twice the number of pairs that are right; it may exceed 64 bits.
    let (mut twice_right, mut misses_below) = (0_u128, 0_usize);
    for ties in tied_rows(p, y) {
        twice_right += ties.hits as u128 * (2 * misses_below + ties.misses()) as u128;
        misses_below += ties.misses();
    }
    let twice_all = 2 * hits as u128 * misses_below as u128;
    Ok(twice_right as f64 / twice_all as f64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;

    #[test]
    fn the_extremes_are_exact() {
        assert_eq!(auc(&[0.1, 0.2, 0.7], &[false, false, true]).unwrap(), 1.0);
        assert_eq!(auc(&[0.1, 0.2, 0.7], &[true, true, false]).unwrap(), 0.0);
        assert_eq!(auc(&[0.4; 3], &[true, true, false]).unwrap(), 0.5);
        assert_eq!(auc(&[-0.0, 0.0], &[true, false]).unwrap(), 0.5);
    }

    #[test]
    fn refuses_one_class_and_bad_rows() {
        use CalibrationError::{InvalidScore, LengthMismatch, NoRows, OneClass};
        let error = |p: &[f64], y: &[bool]| auc(p, y).unwrap_err();
        assert!(matches!(error(&[], &[]), NoRows));
        assert!(matches!(error(&[0.1], &[]), LengthMismatch { name: "labels", .. }));
        assert!(matches!(error(&[0.1, f64::NAN], &[true, false]), InvalidScore { index: 1, .. }));
        assert!(matches!(error(&[0.1, 0.2], &[true; 2]), OneClass { label: true, rows: 2 }));
        assert!(matches!(error(&[0.1, 0.2], &[false; 2]), OneClass { label: false, rows: 2 }));
    }
}
