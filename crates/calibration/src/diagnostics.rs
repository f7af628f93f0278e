//! Proper scores: how far probabilities are from what came true.

use crate::probability::{check_length, check_scores, clip};
use crate::sum::CompensatedSum;
use crate::{CalibrationError, Result};

/// Brier score `1/n Σ (p_i − y_i)²` of the probabilities `p` (shape `n`) for the labels `y`
/// (shape `n`): 0 is perfect, `r(1 − r)` is what always saying the base rate `r` gives.
///
/// G. Brier, "Verification of forecasts expressed in terms of probability",
/// *Monthly Weather Review* 78 (1950), 1–3.
///
/// ```
/// let score = calibration::brier_score(&[0.5, 1.0], &[false, true])?;
/// assert_eq!(score, 0.125);
/// # Ok::<(), calibration::CalibrationError>(())
/// ```
///
/// # Errors
/// If the lengths differ, there are no rows, or a probability is not in `[0, 1]`.
pub fn brier_score(p: &[f64], y: &[bool]) -> Result<f64> {
    mean_over_rows(p, y, |p, y| {
        let error = if y { 1.0 - p } else { p };
        error * error
    })
}

/// Log loss `−1/n Σ [y_i ln p_i + (1 − y_i) ln(1 − p_i)]` in nats of the probabilities `p`
/// (shape `n`) for the labels `y` (shape `n`), with `p` clipped to `[1e−12, 1 − 1e−12]`, so that
/// one sure and wrong probability costs 27.6 instead of making the loss infinite.
///
/// # Errors
/// If the lengths differ, there are no rows, or a probability is not in `[0, 1]`.
pub fn log_loss(p: &[f64], y: &[bool]) -> Result<f64> {
    mean_over_rows(p, y, |p, y| {
        let p = clip(p);
        if y { -p.ln() } else { -(-p).ln_1p() }
    })
}

/// `Ok` if `p` and `y` have the same length, not 0, and every `p` is a probability.
pub(crate) fn check_rows(p: &[f64], y: &[bool]) -> Result<()> {
    check_length("labels", y.len(), p.len())?;
    if p.is_empty() {
        return Err(CalibrationError::NoRows);
    }
    check_scores(p)
}

fn mean_over_rows(p: &[f64], y: &[bool], loss: impl Fn(f64, bool) -> f64) -> Result<f64> {
    check_rows(p, y)?;
    let sum: CompensatedSum = p.iter().zip(y).map(|(&p, &y)| loss(p, y)).collect();
    Ok(sum.total() / p.len() as f64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;

    #[test]
    fn refuses_bad_rows() {
        for score in [brier_score, log_loss] {
            assert!(matches!(score(&[], &[]), Err(CalibrationError::NoRows)));
            assert!(matches!(
                score(&[0.1], &[true, false]),
                Err(CalibrationError::LengthMismatch { name: "labels", found: 2, wanted: 1 })
            ));
            assert!(matches!(
                score(&[0.1, 1.1], &[true, false]),
                Err(CalibrationError::InvalidScore { index: 1, value: 1.1 })
            ));
        }
    }

    #[test]
    fn sure_and_wrong_has_a_finite_loss() {
        let loss = log_loss(&[0.0, 1.0], &[true, false]).unwrap();
        assert!((loss - 1e12_f64.ln()).abs() < 1e-4);
        assert_eq!(brier_score(&[0.0, 1.0], &[true, false]).unwrap(), 1.0);
    }
}
