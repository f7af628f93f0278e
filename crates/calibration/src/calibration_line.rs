//! The straight line between predicted and observed log odds.

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

use crate::platt::{Minimum, minimise};
use crate::probability::logit;
use crate::{CalibrationError, LabelledScores, Result};

/// Newton iterations after which the fit gives up; a handful is usual.
const MAX_ITERATIONS: u64 = 200;

/// Slope and intercept of [`calibration_line()`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationLine {
    /// 1 if probabilities are spread as they should be. Below 1 they are too extreme (the usual
    /// sign of overfitting), above 1 too timid, at 0 they say nothing, below 0 they are upside
    /// down.
    pub slope: f64,
    /// 0 if, the slope being 1, they are right on average; positive if they are too low. In nats
    /// of log odds, at the probability ½. With a slope other than 1 it is hard to read by itself.
    pub intercept: f64,
}

/// Cox's calibration line: the `β` (slope) and `α` (intercept) that maximise the likelihood of the
/// labels `y` (shape `n`) under
///
/// ```text
/// logit P(y_i = 1) = α + β · logit(p_i)
/// ```
///
/// given the probabilities `p` (shape `n`), clipped to `[1e−12, 1 − 1e−12]`. Both are fitted at
/// once and without penalty, unlike [`PlattScaling::fit`](crate::PlattScaling::fit), whose
/// optimum for `C → ∞` this is. Probabilities are calibrated along the line if it has slope 1 and
/// intercept 0. The optimum holds `‖∇‖∞ ≤ 1e−10 · n`, as does a Platt fit, and is polished beyond.
///
/// D. Cox, "Two further applications of a model for binary regression", *Biometrika* 45 (1958),
/// 562–565. M. Miller, S. Hui and W. Tierney, "Validation techniques for logistic regression
/// models", *Statistics in Medicine* 10 (1991), 1213–1226.
///
/// ```
/// // A model that is too sure: of 20 rows it calls 10 % and 90 %, a quarter is wrong.
/// let p: Vec<f64> = (0..40).map(|i| if i < 20 { 0.1 } else { 0.9 }).collect();
/// let y: Vec<bool> = (0..40).map(|i| (i % 4 == 0) == (i < 20)).collect();
/// let line = calibration::calibration_line(&p, &y)?;
/// assert!((line.slope - 0.5).abs() < 1e-12); // ln 3 where ln 9 was promised
/// assert!(line.intercept.abs() < 1e-12);
/// # Ok::<(), calibration::CalibrationError>(())
/// ```
///
/// # Errors
/// If the lengths differ, there are no rows, a probability is not in `[0, 1]`, all labels are
/// equal, or there is no optimum: all probabilities are equal (after clipping), or one of them
/// separates hits from misses. If the optimum is not reached, which takes probabilities so close
/// together that the rounding of a huge slope moves the gradient by more than the tolerance.
pub fn calibration_line(p: &[f64], y: &[bool]) -> Result<CalibrationLine> {
    let rows = LabelledScores::new(ArrayView1::from(p), ArrayView1::from(y))?;
    check_overlap(p, y)?;
    let found = minimise(&rows, f64::INFINITY, MAX_ITERATIONS)?;
    let Minimum { slope, intercept, iterations, gradient_norm, decrement, wanted, .. } = found;
    if found.converged && slope.is_finite() && intercept.is_finite() {
        Ok(CalibrationLine { slope, intercept })
    } else {
        Err(CalibrationError::LineNotConverged { iterations, gradient_norm, decrement, wanted })
    }
}

/// `Ok` if the likelihood has a maximum, and only one: with a single regressor, if it varies and
/// the ranges of hits and misses overlap in more than a point.
///
/// A. Albert and J. Anderson, "On the existence of maximum likelihood estimates in logistic
/// regression models", *Biometrika* 71 (1984), 1–10.
fn check_overlap(p: &[f64], y: &[bool]) -> Result<()> {
    // In log odds, since different probabilities may have the same.
    let range = |label: bool| {
        let of_label = p.iter().zip(y).filter(|row| *row.1 == label);
        of_label.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (&p, _)| {
            let x = logit(p);
            (low.min(x), high.max(x))
        })
    };
    let (hits, misses) = (range(true), range(false));
    if hits == misses && hits.0 == hits.1 {
        return Err(CalibrationError::Constant { name: "p", count: p.len() });
    }
    for (above, upper, lower) in [(true, hits, misses), (false, misses, hits)] {
        if upper.0 >= lower.1 {
            // The largest of the lower probabilities has all of the upper label at or above it.
            let border = p.iter().zip(y).filter(|row| *row.1 != above).map(|row| *row.0);
            let border = border.fold(0.0, f64::max);
            return Err(CalibrationError::Separable { border, above });
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;

    fn error(p: &[f64], y: &[bool]) -> CalibrationError {
        calibration_line(p, y).unwrap_err()
    }

    #[test]
    fn refuses_bad_rows() {
        use CalibrationError::{InvalidScore, LengthMismatch, NoRows, OneClass};
        assert!(matches!(error(&[], &[]), NoRows));
        assert!(matches!(error(&[0.1], &[]), LengthMismatch { name: "labels", .. }));
        assert!(matches!(error(&[0.1, f64::NAN], &[true, false]), InvalidScore { index: 1, .. }));
        assert!(matches!(error(&[0.1, 0.2], &[true; 2]), OneClass { label: true, rows: 2 }));
    }

    #[test]
    fn separable_completely_or_but_for_one_point() {
        use CalibrationError::Separable;
        let y = [false, false, true, true];
        for p in [[0.1, 0.2, 0.3, 0.4], [0.1, 0.3, 0.3, 0.4], [0.1, 0.3, 0.3, 0.3]] {
            let border = p[1];
            for (y, high) in [(y, true), (y.map(|y| !y), false)] {
                let error = error(&p, &y);
                let Separable { border: found, above } = error else { unreachable!("{error}") };
                assert_eq!((found, above), (border, high), "{p:?} {y:?}");
            }
        }
        assert_eq!(
            error(&[0.2, 0.8], &[false, true]).to_string(),
            "the probability 0.2 separates the labels: no row with the label true lies below it \
             and no other above it, so the slope of the calibration line has no finite value: use \
             more rows"
        );
    }

    #[test]
    fn equal_probabilities_have_no_slope() {
        use CalibrationError::Constant;
        let y = [true, false, true];
        assert!(matches!(error(&[0.3; 3], &y), Constant { name: "p", count: 3 }));
        // Different, but the same once clipped.
        assert!(matches!(error(&[0.0, 1e-13, 1e-12], &y), Constant { name: "p", count: 3 }));
    }

    #[test]
    fn an_overlap_is_enough_however_small() {
        let p = [1e-9, 0.2, 0.2 - 1e-3, 1.0 - 1e-9];
        let line = calibration_line(&p, &[false, false, true, true]).unwrap();
        assert!(line.slope > 0.0 && line.slope.is_finite());
    }

    #[test]
    fn all_but_equal_probabilities_are_fitted_or_refused() {
        let y = [false, true, false, false, true, false, true, true];
        let rising = calibration_line(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], &y).unwrap();
        assert!(rising.slope > 0.0);
        for exponent in -17..-1 {
            let distance = 10_f64.powi(exponent);
            let p: Vec<f64> = (0..8).map(|i| 0.1 + f64::from(i) * distance).collect();
            match calibration_line(&p, &y) {
                // The slope times the spread of the log odds does not depend on the distance.
                Ok(line) => {
                    let scaled = line.slope * distance / 0.09;
                    assert!((0.3..0.6).contains(&scaled), "{distance:e}: {line:?} {scaled}");
                }
                Err(CalibrationError::LineNotConverged { .. }) => assert!(exponent < -4),
                Err(CalibrationError::Constant { .. }) => assert!(exponent < -16),
                Err(error) => unreachable!("{distance:e}: {error}"),
            }
        }
    }
}
