//! Isotonic regression: the non-decreasing function of the score closest to the labels.

mod pooling;
#[cfg(test)]
mod tests;
mod weighted;

use std::borrow::Cow;

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

use crate::probability::{check_length, clip};
use crate::ties::{SortedRows, ascending_ties};
use crate::{CalibrationError, LabelledScores, Result};
use pooling::{Block, pool_adjacent_violators};
use weighted::pool_weighted;

/// A non-decreasing, piecewise linear map from score to probability.
///
/// Between two thresholds it interpolates linearly, outside it is constant, and its values are
/// clipped to `[1e−12, 1 − 1e−12]`. It never decreases, not even by rounding.
///
/// Bianca Zadrozny and Charles Elkan, "Transforming classifier scores into accurate multiclass
/// probability estimates", KDD 2002, 694–699.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Thresholds")]
pub struct IsotonicCalibrator {
    x: Vec<f64>,
    y: Vec<f64>,
}

/// What [`IsotonicCalibrator`] looks like before it is checked.
#[derive(Deserialize)]
struct Thresholds {
    x: Vec<f64>,
    y: Vec<f64>,
}

impl TryFrom<Thresholds> for IsotonicCalibrator {
    type Error = CalibrationError;

    fn try_from(unchecked: Thresholds) -> Result<Self> {
        Self::new(unchecked.x, unchecked.y)
    }
}

impl IsotonicCalibrator {
    /// The function through the points `(x[i], y[i])`.
    ///
    /// # Errors
    /// If the lengths differ, there is no point, a number is not in `[0, 1]`, `x` does not ascend
    /// strictly or `y` descends.
    pub fn new(x: Vec<f64>, y: Vec<f64>) -> Result<Self> {
        check_length("y", y.len(), x.len())?;
        if x.is_empty() {
            return Err(CalibrationError::NoThresholds);
        }
        let unit = 0.0..=1.0;
        for index in 0..x.len() {
            let broken = if !unit.contains(&x[index]) || !unit.contains(&y[index]) {
                "both in [0, 1]"
            } else if index > 0 && x[index] <= x[index - 1] {
                "x greater than that of the threshold before"
            } else if index > 0 && y[index] < y[index - 1] {
                "y not less than that of the threshold before"
            } else {
                continue;
            };
            let (x, y) = (x[index], y[index]);
            return Err(CalibrationError::InvalidThreshold { index, x, y, wanted: broken });
        }
        Ok(Self { x, y })
    }

    /// Fits the non-decreasing `g` that minimises `Σ s_i (y_i − g(p_i))²` over the rows with score
    /// `p_i`, label `y_i ∈ {0, 1}` and weight `s_i`, in `O(n log n)`: a sort, unless the scores ascend
    /// already, then pool adjacent violators in linear time.
    ///
    /// The thresholds are those of scikit-learn's
    /// `IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")`: rows of equal score are pooled
    /// to their weighted mean, rows of weight zero do not count, and of a run of equal values the
    /// first and last point are kept. Scores that lie less than 1e−15 above another are taken for it,
    /// as there.
    ///
    /// The order of the rows does not matter at all: the result is the same bit for bit.
    ///
    /// F. Busing, "Monotone regression: a simple and fast O(n) PAVA implementation",
    /// *Journal of Statistical Software* 102 (2022), code snippet 1.
    ///
    /// # Errors
    /// None: checked rows always have a fit. The `Result` is that of [`IsotonicCalibrator::new`],
    /// whose rules the thresholds satisfy.
    pub fn fit(scores: &LabelledScores<'_>) -> Result<Self> {
        let (values, labels) = (contiguous(scores.scores()), contiguous(scores.labels()));
        let blocks = match scores.weights().map(contiguous) {
            None if values.is_sorted() => {
                pool_adjacent_violators(ascending_ties(&values, &labels).map(Block::from))
            }
            None => {
                let ordered = SortedRows::new(&values, &labels);
                pool_adjacent_violators(ordered.ties().map(Block::from))
            }
            Some(weights) => pool_weighted(&values, &labels, &weights),
        };
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for block in blocks {
            x.push(block.first);
            y.push(block.mean);
            if block.last > block.first {
                x.push(block.last);
                y.push(block.mean);
            }
        }
        Self::new(x, y)
    }

    /// Scores of the thresholds, strictly ascending.
    #[must_use]
    pub fn x(&self) -> &[f64] {
        &self.x
    }

    /// Probabilities at the thresholds, non-decreasing in `[0, 1]`, not yet clipped.
    #[must_use]
    pub fn y(&self) -> &[f64] {
        &self.y
    }

    /// The calibrated value of a score in `[0, 1]`.
    #[inline]
    pub(crate) fn value(&self, score: f64) -> f64 {
        let above = self.x.partition_point(|&x| x <= score);
        clip(if above == 0 {
            self.y[0]
        } else if above == self.x.len() {
            self.y[above - 1]
        } else {
            let (x0, x1) = (self.x[above - 1], self.x[above]);
            let (y0, y1) = (self.y[above - 1], self.y[above]);
            // Each operation rounds monotonically, so the value cannot decrease with the score;
            // the last could exceed y1 by an ulp.
            (y0 + (score - x0) / (x1 - x0) * (y1 - y0)).min(y1)
        })
    }
}

/// The values next to each other in memory, copied only if they are not.
#[allow(
    clippy::needless_pass_by_value,
    reason = "a view is a pointer and two numbers; by value is how ndarray passes them"
)]
fn contiguous<T: Copy>(values: ArrayView1<'_, T>) -> Cow<'_, [T]> {
    match values.to_slice() {
        Some(values) => Cow::Borrowed(values),
        None => Cow::Owned(values.to_vec()),
    }
}
