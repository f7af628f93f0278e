//! Platt scaling: a logistic regression of the label on the log odds of the score.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

mod class;
mod minimum;
mod objective;
mod pass;
mod solver;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::minimum::GRADIENT_TOLERANCE;
pub(crate) use self::minimum::{Minimum, minimise};
use crate::probability::{clip, logistic, logit};
use crate::{CalibrationError, LabelledScores, Result};

/// Settings of a Platt fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlattOptions {
    /// Inverse strength of the penalty on the slope, `C` of scikit-learn. Default 1.
    pub c: f64,
    /// Newton iterations after which the fit gives up. Default 100; a handful is usual, some
    /// thirty if the scores separate the labels completely.
    pub max_iterations: u64,
}

impl Default for PlattOptions {
    fn default() -> Self {
        Self { c: 1.0, max_iterations: 100 }
    }
}

/// `p_cal = 1 / (1 + e^{−z})` with `z = slope · logit(score) + intercept`.
///
/// The score is clipped to `[1e−12, 1 − 1e−12]` before its log odds are taken, and so is the
/// result. Slope 1 and intercept 0 leave a score as it is.
///
/// J. Platt, "Probabilistic outputs for support vector machines and comparisons to regularized
/// likelihood methods", *Advances in Large Margin Classifiers* (1999), 61–74; here on log odds
/// instead of margins, and with plain 0/1 targets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Coefficients")]
pub struct PlattScaling {
    slope: f64,
    intercept: f64,
}

/// What [`PlattScaling`] looks like before it is checked.
#[derive(Deserialize)]
struct Coefficients {
    slope: f64,
    intercept: f64,
}

impl TryFrom<Coefficients> for PlattScaling {
    type Error = CalibrationError;

    fn try_from(unchecked: Coefficients) -> Result<Self> {
        Self::new(unchecked.slope, unchecked.intercept)
    }
}

/// A fitted Platt scaling and how the fit went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlattFit {
    /// The fitted model.
    pub model: PlattScaling,
    /// Newton iterations made over all rows. From 65,536 rows on they begin at the optimum of every
    /// 64th row, whose iterations are not counted.
    pub iterations: u64,
    /// `‖∇f‖∞` at the result: the largest absolute derivative of the objective with respect to
    /// slope and intercept; at most [`GRADIENT_TOLERANCE`] times the total weight.
    pub gradient_norm: f64,
    /// The minimum found, in nats.
    pub objective: f64,
}

impl PlattScaling {
    /// A scaling with these coefficients.
    ///
    /// # Errors
    /// If one of them is not finite.
    pub fn new(slope: f64, intercept: f64) -> Result<Self> {
        for (name, value) in [("slope", slope), ("intercept", intercept)] {
            if !value.is_finite() {
                return Err(CalibrationError::InvalidCoefficient { name, value });
            }
        }
        Ok(Self { slope, intercept })
    }

    /// Fits slope `w` and intercept `b`: the minimum of
    ///
    /// ```text
    /// f(w, b) = Σ s_i [log(1 + e^{z_i}) − y_i z_i] + w² / (2C),   z_i = w · logit(p_i) + b
    /// ```
    ///
    /// over the rows with score `p_i`, label `y_i ∈ {0, 1}` and weight `s_i`. The intercept is not
    /// penalised. This is the objective of scikit-learn's `LogisticRegression(C=C)`, taken to its
    /// optimum: `‖∇f‖∞ ≤ 1e−10 · Σ s_i`, the Newton decrement squared `∇ᵀH⁻¹∇` likewise, and on
    /// from there, as far as `max_iterations` go, until rounding allows no better point.
    /// Both labels occur, so the optimum exists and is unique, also if the scores are all equal
    /// (slope 0) or separate the labels completely.
    ///
    /// Deterministic, whatever the machine and its number of threads; see `docs/numerics.md`. The
    /// order of the rows matters to about 1e-13 only. From some ten thousands of rows on it uses all
    /// threads of the current [rayon] pool.
    ///
    /// # Errors
    /// If `C` is not a positive finite number with a finite inverse, or if the tolerance is not
    /// reached: in `max_iterations`, or at all. The latter takes scores so close together, and a
    /// `C` so large, that the optimum has a slope beyond some 1e4; there the rounding of the two
    /// coefficients alone moves the gradient by more than the tolerance.
    pub fn fit(scores: &LabelledScores<'_>, options: &PlattOptions) -> Result<PlattFit> {
        let c = options.c;
        if !(c.is_finite() && c > 0.0 && (1.0 / c).is_finite()) {
            return Err(CalibrationError::InvalidPenalty { c });
        }
        let found = minimise(scores, c, options.max_iterations)?;
        let Minimum { iterations, gradient_norm, decrement, wanted, .. } = found;
        if !found.converged {
            return Err(CalibrationError::NotConverged {
                iterations,
                gradient_norm,
                decrement,
                wanted,
            });
        }
        let model = Self::new(found.slope, found.intercept)?;
        Ok(PlattFit { model, iterations, gradient_norm, objective: found.objective })
    }

    /// `w`, the change of the calibrated log odds with the score's log odds.
    #[must_use]
    pub fn slope(&self) -> f64 {
        self.slope
    }

    /// `b`, the calibrated log odds of the score ½.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// The calibrated value of a score in `[0, 1]`.
    #[inline(always)]
    pub(crate) fn value(&self, score: f64) -> f64 {
        clip(logistic(self.log_odds(score)))
    }

    /// The log odds of the calibrated value of a score in `[0, 1]`, not yet clipped.
    #[inline(always)]
    pub(crate) fn log_odds(&self, score: f64) -> f64 {
        self.slope * logit(score) + self.intercept
    }
}
