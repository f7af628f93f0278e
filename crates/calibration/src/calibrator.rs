//! A fitted calibrator of either method, as data.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use ndarray::{Array1, ArrayView1};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kernel::{Loop, PARALLEL_ROWS, TASK_ROWS, vectorised};
use crate::probability::{
    AllScoresValid, all_scores_valid, check_length, check_score, check_scores, clip, logistic,
};
use crate::{CalibrationError, IsotonicCalibrator, PlattScaling, Result};

/// How scores are turned into probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CalibrationMethod {
    /// [`PlattScaling`]: two coefficients; for windows of any size.
    Platt,
    /// [`IsotonicCalibrator`]: any non-decreasing shape; wants a thousand rows or more, and gives
    /// many rows the same value.
    Isotonic,
}

impl CalibrationMethod {
    /// `platt` or `isotonic`: the name in files and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Platt => "platt",
            Self::Isotonic => "isotonic",
        }
    }
}

impl fmt::Display for CalibrationMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for CalibrationMethod {
    type Err = CalibrationError;

    fn from_str(name: &str) -> Result<Self> {
        [Self::Platt, Self::Isotonic]
            .into_iter()
            .find(|method| method.as_str() == name)
            .ok_or_else(|| CalibrationError::UnknownMethod { name: name.to_owned() })
    }
}

/// A fitted calibrator.
///
/// Serialised it is `{"method":"platt","slope":…,"intercept":…}` or
/// `{"method":"isotonic","x":[…],"y":[…]}`. Deserialising checks what the constructors check.
/// MessagePack keeps every bit; `serde_json` does so with its feature `float_roundtrip`, and
/// without it may read a number back one unit in the last place off.
///
/// ```
/// use calibration::{Calibrator, PlattScaling};
///
/// let calibrator = Calibrator::from(PlattScaling::new(1.0, 0.0)?);
/// let mut probabilities = [0.0; 2];
/// calibrator.predict_into(&[0.0, 0.25], &mut probabilities)?;
/// assert_eq!(probabilities, [1e-12, 0.25]);
/// # Ok::<(), calibration::CalibrationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "lowercase")]
pub enum Calibrator {
    /// Logistic in the score's log odds.
    Platt(PlattScaling),
    /// Piecewise linear in the score.
    Isotonic(IsotonicCalibrator),
}

impl From<PlattScaling> for Calibrator {
    fn from(model: PlattScaling) -> Self {
        Self::Platt(model)
    }
}

impl From<IsotonicCalibrator> for Calibrator {
    fn from(model: IsotonicCalibrator) -> Self {
        Self::Isotonic(model)
    }
}

impl Calibrator {
    /// Which method this is.
    #[must_use]
    pub fn method(&self) -> CalibrationMethod {
        match self {
            Self::Platt(_) => CalibrationMethod::Platt,
            Self::Isotonic(_) => CalibrationMethod::Isotonic,
        }
    }

    /// The calibrated value of one raw score, in `[1e−12, 1 − 1e−12]`.
    ///
    /// # Errors
    /// If the score is not a finite number in `[0, 1]`; the error gives it the index 0.
    pub fn predict_one(&self, score: f64) -> Result<f64> {
        check_score(0, score)?;
        Ok(self.value(score))
    }

    /// The calibrated values of `scores`, written to `probabilities`: the same bits as
    /// [`predict_one`](Self::predict_one) gives for each. Allocates nothing; from some ten thousands
    /// of rows on it uses all threads of the current [rayon] pool.
    ///
    /// # Errors
    /// If the lengths differ, or a score is not a finite number in `[0, 1]`. The error names the
    /// first such score; what the output then holds means nothing.
    pub fn predict_into(&self, scores: &[f64], probabilities: &mut [f64]) -> Result<()> {
        check_length("probabilities", probabilities.len(), scores.len())?;
        let all_valid = if scores.len() < PARALLEL_ROWS {
            self.fill(scores, probabilities)
        } else {
            let tasks = probabilities.par_chunks_mut(TASK_ROWS).zip(scores.par_chunks(TASK_ROWS));
            tasks.map(|(probabilities, scores)| self.fill(scores, probabilities)).all(|valid| valid)
        };
        if all_valid { Ok(()) } else { check_scores(scores) }
    }

    /// The calibrated values of `scores`, in a new array of the same shape.
    ///
    /// # Errors
    /// If a score is not a finite number in `[0, 1]`; the error names the first.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "a view is a pointer and two numbers; by value is how ndarray passes them"
    )]
    pub fn predict(&self, scores: ArrayView1<'_, f64>) -> Result<Array1<f64>> {
        let mut probabilities = vec![0.0; scores.len()];
        match scores.to_slice() {
            Some(scores) => self.predict_into(scores, &mut probabilities)?,
            None => self.predict_into(&scores.to_vec(), &mut probabilities)?,
        }
        Ok(Array1::from_vec(probabilities))
    }

    /// From the smallest to the largest value that any score can be given.
    #[must_use]
    pub fn range(&self) -> RangeInclusive<f64> {
        // Both methods are monotone, and Platt scaling may have a negative slope.
        let (at_zero, at_one) = (self.value(0.0), self.value(1.0));
        at_zero.min(at_one)..=at_zero.max(at_one)
    }

    fn value(&self, score: f64) -> f64 {
        match self {
            Self::Platt(model) => model.value(score),
            Self::Isotonic(model) => model.value(score),
        }
    }

    /// Writes the values of the scores; whether all of these were finite and in `[0, 1]`.
    fn fill(&self, scores: &[f64], probabilities: &mut [f64]) -> bool {
        match self {
            Self::Platt(model) => vectorised(PlattFill { model: *model, scores, probabilities }),
            Self::Isotonic(model) => {
                for (probability, &score) in probabilities.iter_mut().zip(scores) {
                    *probability = model.value(score);
                }
                vectorised(AllScoresValid(scores))
            }
        }
    }
}

/// Rows that are calibrated together: they stay in a core's innermost cache between the two steps.
const BLOCK: usize = 256;

/// Platt scaling of many scores; whether all were finite and in `[0, 1]`.
struct PlattFill<'a> {
    model: PlattScaling,
    scores: &'a [f64],
    probabilities: &'a mut [f64],
}

impl Loop for PlattFill<'_> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let mut valid = true;
        let blocks = self.probabilities.chunks_mut(BLOCK);
        for (block, scores) in blocks.zip(self.scores.chunks(BLOCK)) {
            // A logarithm and an exponential are long chains, each operation waiting for the one
            // before. A processor works on as many rows at once as it can look ahead, which are
            // twice as many in a loop of half the length.
            for (z, &score) in block.iter_mut().zip(scores) {
                *z = self.model.log_odds(score);
            }
            for probability in &mut *block {
                *probability = clip(logistic(*probability));
            }
            valid &= all_scores_valid(scores);
        }
        valid
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use ndarray::{Axis, array};

    use super::*;

    fn both() -> [Calibrator; 2] {
        let (x, y) = (vec![0.1, 0.5], vec![0.25, 0.75]);
        [
            PlattScaling::new(-0.5, 1.25).unwrap().into(),
            IsotonicCalibrator::new(x, y).unwrap().into(),
        ]
    }

    #[test]
    fn json_is_the_public_form() {
        let json = [
            r#"{"method":"platt","slope":-0.5,"intercept":1.25}"#,
            r#"{"method":"isotonic","x":[0.1,0.5],"y":[0.25,0.75]}"#,
        ];
        for (calibrator, json) in both().into_iter().zip(json) {
            assert_eq!(serde_json::to_string(&calibrator).unwrap(), json);
            assert_eq!(serde_json::from_str::<Calibrator>(json).unwrap(), calibrator);
        }
    }

    #[test]
    fn deserialising_checks() {
        for (json, complaint) in [
            (r#"{"method":"isotonic","x":[0.5,0.1],"y":[0.2,0.3]}"#, "isotonic threshold 1"),
            (r#"{"method":"isotonic","x":[0.5],"y":[]}"#, "y has 0 values, wanted 1"),
            (r#"{"method":"isotonic","x":[],"y":[]}"#, "no thresholds"),
            (r#"{"method":"platt","slope":1.0}"#, "missing field `intercept`"),
            (r#"{"method":"beta","slope":1.0}"#, "unknown variant `beta`"),
        ] {
            let error = serde_json::from_str::<Calibrator>(json).unwrap_err().to_string();
            assert!(error.contains(complaint), "{json}: {error}");
        }
        assert!(matches!(
            PlattScaling::new(1.0, f64::NAN),
            Err(CalibrationError::InvalidCoefficient { name: "intercept", .. })
        ));
    }

    #[test]
    fn the_three_ways_to_predict_agree() {
        let scores = array![0.0, 0.1, 0.3, 0.5, 0.9, 1.0];
        for calibrator in both() {
            let mut into = [0.0; 6];
            calibrator.predict_into(scores.as_slice().unwrap(), &mut into).unwrap();
            assert_eq!(calibrator.predict(scores.view()).unwrap().to_vec(), into);
            assert_eq!(scores.mapv(|score| calibrator.predict_one(score).unwrap()).to_vec(), into);
            let mut reversed = scores.view();
            reversed.invert_axis(Axis(0));
            into.reverse();
            assert_eq!(calibrator.predict(reversed).unwrap().to_vec(), into);
        }
    }

    #[test]
    fn a_bad_score_is_named_by_its_index() {
        for calibrator in both() {
            let mut out = [0.0; 3];
            assert!(matches!(
                calibrator.predict_into(&[0.1, 0.2, f64::NAN], &mut out),
                Err(CalibrationError::InvalidScore { index: 2, .. })
            ));
            assert!(matches!(
                calibrator.predict(array![0.1, -0.2].view()),
                Err(CalibrationError::InvalidScore { index: 1, value: -0.2 })
            ));
            assert!(matches!(
                calibrator.predict_into(&[0.1], &mut out),
                Err(CalibrationError::LengthMismatch {
                    name: "probabilities",
                    found: 3,
                    wanted: 1
                })
            ));
            assert!(calibrator.predict_one(2.0).is_err());
        }
    }

    #[test]
    fn the_range_holds_the_extremes() {
        let [platt, isotonic] = both();
        assert_eq!(isotonic.range(), 0.25..=0.75);
        let (low, high) = platt.range().into_inner();
        assert_eq!(low, platt.predict_one(1.0).unwrap());
        assert_eq!(high, platt.predict_one(0.0).unwrap());
        assert!(low < high, "a negative slope turns the ends around");
    }

    #[test]
    fn method_names() {
        for method in both().map(|calibrator| calibrator.method()) {
            assert_eq!(method.to_string().parse::<CalibrationMethod>().unwrap(), method);
            let json = serde_json::to_string(&method).unwrap();
            assert_eq!(json, format!("\"{method}\""));
        }
        let error = "Platt".parse::<CalibrationMethod>().unwrap_err();
        assert!(matches!(error, CalibrationError::UnknownMethod { name } if name == "Platt"));
    }
}
