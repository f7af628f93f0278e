//! Probabilities: their range, log odds and back.

use crate::CalibrationError;

/// Calibrated values are clipped to `[MIN_PROBABILITY, 1 − MIN_PROBABILITY]`, and so are scores
/// before their log odds are taken, so that no score has infinite log odds and no calibrated value
/// an infinite log loss.
pub const MIN_PROBABILITY: f64 = 1e-12;

/// `p` moved into `[MIN_PROBABILITY, 1 − MIN_PROBABILITY]`.
#[inline]
pub(crate) fn clip(p: f64) -> f64 {
    p.clamp(MIN_PROBABILITY, 1.0 - MIN_PROBABILITY)
}

/// Log odds `ln(p / (1 − p))` of the clipped `p`; within ±27.64.
#[inline]
pub(crate) fn logit(p: f64) -> f64 {
    let p = clip(p);
    (p / (1.0 - p)).ln()
}

/// The inverse of [`logit`]: `1 / (1 + e^{−z})`. `e^{−z}` may overflow to infinity, which gives the
/// right limit, 0.
#[inline]
pub(crate) fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// `Ok` if `value` is a finite number in `[0, 1]`.
#[inline]
pub(crate) fn check_score(index: usize, value: f64) -> Result<(), CalibrationError> {
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(CalibrationError::InvalidScore { index, value })
    }
}

/// `Ok` if the array called `name` has `wanted` values.
pub(crate) fn check_length(
    name: &'static str,
    found: usize,
    wanted: usize,
) -> Result<(), CalibrationError> {
    if found == wanted {
        Ok(())
    } else {
        Err(CalibrationError::LengthMismatch { name, found, wanted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_odds_and_back() {
        for p in [1e-12, 1e-6, 0.1, 0.5, 0.9, 1.0 - 1e-9] {
            assert!((logistic(logit(p)) - p).abs() <= 4.0 * f64::EPSILON, "{p}");
        }
    }

    #[test]
    fn extremes_are_finite() {
        assert_eq!(logit(0.0), logit(MIN_PROBABILITY));
        assert!(logit(1.0).is_finite());
        assert_eq!(logistic(-1e4), 0.0);
        assert_eq!(logistic(1e4), 1.0);
    }

    #[test]
    fn only_the_unit_interval_passes() {
        assert!(check_score(0, -0.0).is_ok());
        assert!(check_score(0, 1.0).is_ok());
        for value in [f64::NAN, f64::INFINITY, -1e-300, 1.0 + f64::EPSILON] {
            assert!(matches!(
                check_score(7, value),
                Err(CalibrationError::InvalidScore { index: 7, .. })
            ));
        }
    }
}
