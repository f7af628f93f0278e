//! The Brier score taken apart.

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

use crate::{CalibrationError, Calibrator, IsotonicCalibrator, LabelledScores, brier_score};

/// The parts of a Brier score: `Brier = miscalibration − discrimination + uncertainty`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BrierParts {
    /// What the score would gain if the probabilities were calibrated, ≥ 0; 0 is calibrated.
    pub miscalibration: f64,
    /// What calibrated probabilities gain over the base rate, ≥ 0: how well they tell rows apart.
    pub discrimination: f64,
    /// The score of always saying the base rate `r`: `r(1 − r)`.
    pub uncertainty: f64,
}

/// Takes the Brier score of the probabilities `p` (shape `n`) for the labels `y` (shape `n`) apart
/// by CORP: with `c` the isotonic regression of `y` on `p` and `r` the base rate,
///
/// ```text
/// miscalibration = Brier(p) − Brier(c),  discrimination = Brier(r) − Brier(c)
/// ```
///
/// No groups have to be chosen. In sample `c` fits some noise, so miscalibration is overstated a
/// little where rows are few.
///
/// T. Dimitriadis, T. Gneiting and A. Jordan, "Stable reliability diagrams for probabilistic
/// classifiers", *PNAS* 118 (2021), e2016191118.
///
/// ```
/// let parts = calibration::brier_parts(&[0.2, 0.2, 0.6, 0.6], &[false, false, true, false])?;
/// assert_eq!(parts.uncertainty, 0.1875);
/// assert!((parts.discrimination - 0.0625).abs() < 1e-12);
/// assert!((parts.miscalibration - 0.025).abs() < 1e-12);
/// # Ok::<(), calibration::CalibrationError>(())
/// ```
///
/// # Errors
/// If the lengths differ, there are no rows, or a probability is not in `[0, 1]`.
pub fn brier_parts(p: &[f64], y: &[bool]) -> Result<BrierParts, CalibrationError> {
    let brier = brier_score(p, y)?;
    let rows = LabelledScores::new(ArrayView1::from(p), ArrayView1::from(y))?;
    let calibrated = Calibrator::from(IsotonicCalibrator::fit(&rows)?);
    let best = brier_score(&calibrated.predict(ArrayView1::from(p))?.to_vec(), y)?;
    let base_rate = y.iter().filter(|&&y| y).count() as f64 / y.len() as f64;
    let uncertainty = base_rate * (1.0 - base_rate);
    // Both are ≥ 0 but for rounding.
    let (miscalibration, discrimination) = ((brier - best).max(0.0), (uncertainty - best).max(0.0));
    Ok(BrierParts { miscalibration, discrimination, uncertainty })
}

/// The steps of CORP: the isotonic regression of `y` (shape `n`) on `p` (shape `n`, in `[0, 1]`), as the points
/// (probability, share of label 1) between which it is linear.
///
/// ```
/// let steps = calibration::corp_steps(&[0.2, 0.2, 0.6, 0.6], &[false, false, true, false])?;
/// assert_eq!(steps.len(), 2);
/// assert_eq!((steps[0].0, steps[1].0), (0.2, 0.6));
/// # Ok::<(), calibration::CalibrationError>(())
/// ```
///
/// # Errors
/// As [`brier_parts`].
pub fn corp_steps(p: &[f64], y: &[bool]) -> Result<Vec<(f64, f64)>, CalibrationError> {
    let rows = LabelledScores::new(ArrayView1::from(p), ArrayView1::from(y))?;
    let steps = IsotonicCalibrator::fit(&rows)?;
    Ok(steps.x().iter().copied().zip(steps.y().iter().copied()).collect())
}
