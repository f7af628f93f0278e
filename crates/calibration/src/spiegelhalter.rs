//! A test of calibration that needs no groups.

use serde::{Deserialize, Serialize};

use crate::diagnostics::check_rows;
use crate::sum::CompensatedSum;
use crate::{CalibrationError, Result};
use statistics::normal::two_sided_p_value;

/// The result of [`spiegelhalter()`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpiegelhalterTest {
    /// The statistic: standard normal, approximately, if the probabilities are calibrated.
    /// Positive if the Brier score is worse than calibrated probabilities would make it, as from a
    /// model that is too sure of itself; negative if it is better, as from one too timid.
    pub z: f64,
    /// `P(|Z| ≥ |z|)` for a standard normal `Z`.
    pub p_value: f64,
}

/// Spiegelhalter's test of the hypothesis that the probabilities `p` (shape `n`) are calibrated,
/// `P(y_i = 1) = p_i`, given the labels `y` (shape `n`): the Brier score's distance from what it
/// is expected to be under the hypothesis, in standard deviations,
///
/// ```text
/// z = Σ (y_i − p_i)(1 − 2p_i) / √ Σ (1 − 2p_i)² p_i (1 − p_i)
/// ```
///
/// The normal approximation wants many rows whose variances `p(1 − p)` are not all tiny. The test
/// assumes independent rows: overlapping label horizons make the true variance larger, and `z` too
/// large by about the square root of the rows in a horizon. A probability of exactly 0, ½ or 1
/// adds no variance, even if it is wrong.
///
/// D. Spiegelhalter, "Probabilistic prediction in patient management and clinical trials",
/// *Statistics in Medicine* 5 (1986), 421–433.
///
/// ```
/// // Of ten rows that should come true one time in ten, four did.
/// let y = [true, true, true, true, false, false, false, false, false, false];
/// let test = calibration::spiegelhalter(&[0.1; 10], &y)?;
/// assert!((test.z - 10.0_f64.sqrt()).abs() < 1e-12);
/// assert!((test.p_value - 0.0016).abs() < 1e-4);
/// # Ok::<(), calibration::CalibrationError>(())
/// ```
///
/// # Errors
/// If the lengths differ, there are no rows, a probability is not in `[0, 1]`, or every
/// probability is 0, ½ or 1, so that the statistic has no variance.
pub fn spiegelhalter(p: &[f64], y: &[bool]) -> Result<SpiegelhalterTest> {
    check_rows(p, y)?;
    let (mut excess, mut variance) = (CompensatedSum::default(), CompensatedSum::default());
    for (&p, &y) in p.iter().zip(y) {
        let lean = 1.0 - 2.0 * p;
        excess.add(lean * if y { 1.0 - p } else { -p });
        variance.add(lean * lean * p * (1.0 - p));
    }
    let variance = variance.total();
    if variance <= 0.0 {
        return Err(CalibrationError::NoVariance { rows: p.len() });
    }
    let z = excess.total() / variance.sqrt();
    Ok(SpiegelhalterTest { z, p_value: two_sided_p_value(z) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;

    #[test]
    fn without_variance_there_is_no_test() {
        for p in [[0.0, 1.0], [0.5, 0.5], [1.0, 0.5]] {
            let error = spiegelhalter(&p, &[true, false]).unwrap_err();
            assert!(matches!(error, CalibrationError::NoVariance { rows: 2 }), "{p:?}");
        }
        assert!(spiegelhalter(&[0.5, 1e-300], &[true, false]).is_ok());
        assert!(spiegelhalter(&[5e-324], &[true]).unwrap().z.is_finite());
    }

    #[test]
    fn refuses_bad_rows() {
        use CalibrationError::{InvalidScore, LengthMismatch, NoRows};
        let error = |p: &[f64], y: &[bool]| spiegelhalter(p, y).unwrap_err();
        assert!(matches!(error(&[], &[]), NoRows));
        assert!(matches!(error(&[0.1], &[]), LengthMismatch { name: "labels", .. }));
        assert!(matches!(error(&[0.1, 2.0], &[true, false]), InvalidScore { index: 1, .. }));
    }

    #[test]
    fn the_sign_tells_too_sure_from_too_timid() {
        let y: Vec<bool> = (0..100).map(|i| i % 4 == 0).collect();
        assert!(spiegelhalter(&[0.05; 100], &y).unwrap().z > 5.0);
        assert!(spiegelhalter(&[0.45; 100], &y).unwrap().z < -3.0);
        let calibrated = spiegelhalter(&[0.25; 100], &y).unwrap();
        assert!(calibrated.z.abs() < 1e-13 && calibrated.p_value > 1.0 - 1e-12);
    }
}
