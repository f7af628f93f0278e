//! Probabilities: their range, log odds and back.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use crate::kernel::{Loop, exp_of_non_positive, log_odds, vectorised};
use crate::{CalibrationError, Result};

/// Calibrated values are clipped to `[MIN_PROBABILITY, 1 − MIN_PROBABILITY]`, and so are scores
/// before their log odds are taken, so that no score has infinite log odds and no calibrated value
/// an infinite log loss.
pub const MIN_PROBABILITY: f64 = 1e-12;

/// `p` moved into `[MIN_PROBABILITY, 1 − MIN_PROBABILITY]`.
#[inline(always)]
pub(crate) fn clip(p: f64) -> f64 {
    p.clamp(MIN_PROBABILITY, 1.0 - MIN_PROBABILITY)
}

/// Log odds `ln(p / (1 − p))` of the clipped `p`; within ±27.64.
#[inline(always)]
pub(crate) fn logit(p: f64) -> f64 {
    log_odds(clip(p))
}

/// The inverse of [`logit`]: `1 / (1 + e^{−z})`. Only `e^{−|z|}` is taken, so nothing overflows and
/// small probabilities are as precise as large ones: within 2.5 ulp.
#[inline(always)]
pub(crate) fn logistic(z: f64) -> f64 {
    let e = exp_of_non_positive(-z.abs());
    let share = if z < 0.0 { e } else { 1.0 };
    share / (1.0 + e)
}

/// `Ok` if all `values` are finite numbers in `[0, 1]`; the error names the first that is not.
pub(crate) fn check_scores(values: &[f64]) -> Result<()> {
    if vectorised(AllScoresValid(values)) {
        return Ok(());
    }
    values.iter().enumerate().try_for_each(|(index, &value)| check_score(index, value))
}

/// Whether all values are finite and in `[0, 1]`.
pub(crate) struct AllScoresValid<'a>(pub(crate) &'a [f64]);

impl Loop for AllScoresValid<'_> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        all_scores_valid(self.0)
    }
}

/// What [`AllScoresValid`] says, for loops that are vectorised already.
#[inline(always)]
pub(crate) fn all_scores_valid(values: &[f64]) -> bool {
    // Counting instead of stopping at the first makes it vector instructions.
    let invalid: u64 = values.iter().map(|value| u64::from(!(0.0..=1.0).contains(value))).sum();
    invalid == 0
}

/// `Ok` if `value` is a finite number in `[0, 1]`.
#[inline]
pub(crate) fn check_score(index: usize, value: f64) -> Result<()> {
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(CalibrationError::InvalidScore { index, value })
    }
}

/// `Ok` if the array called `name` has `wanted` values.
pub(crate) fn check_length(name: &'static str, found: usize, wanted: usize) -> Result<()> {
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
