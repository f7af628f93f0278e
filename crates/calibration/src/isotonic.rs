//! Isotonic regression: the non-decreasing function of the score closest to the labels.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kernel::PARALLEL_ROWS;
use crate::probability::{check_length, clip};
use crate::scores::Row;
use crate::ties::{SortedRows, Ties};
use crate::{CalibrationError, LabelledScores};

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

    fn try_from(unchecked: Thresholds) -> Result<Self, CalibrationError> {
        Self::new(unchecked.x, unchecked.y)
    }
}

impl IsotonicCalibrator {
    /// The function through the points `(x[i], y[i])`.
    ///
    /// # Errors
    /// If the lengths differ, there is no point, a number is not in `[0, 1]`, `x` does not ascend
    /// strictly or `y` descends.
    pub fn new(x: Vec<f64>, y: Vec<f64>) -> Result<Self, CalibrationError> {
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
    /// `p_i`, label `y_i ∈ {0, 1}` and weight `s_i`, in `O(n log n)`: a sort, then pool adjacent
    /// violators in linear time.
    ///
    /// The thresholds are those of scikit-learn's
    /// `IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")`: rows of equal score are pooled
    /// to their weighted mean, rows of weight zero do not count, and of a run of equal values the
    /// first and last point are kept. One difference: scikit-learn also pools *different* scores
    /// that lie less than 1e−15 apart.
    ///
    /// The order of the rows does not matter at all: the result is the same bit for bit.
    ///
    /// F. Busing, "Monotone regression: a simple and fast O(n) PAVA implementation",
    /// *Journal of Statistical Software* 102 (2022), code snippet 1.
    ///
    /// # Errors
    /// None: checked rows always have a fit. The `Result` is that of [`IsotonicCalibrator::new`],
    /// whose rules the thresholds satisfy.
    pub fn fit(scores: &LabelledScores<'_>) -> Result<Self, CalibrationError> {
        let plain = (scores.weights(), scores.scores().to_slice(), scores.labels().to_slice());
        let blocks = match plain {
            (None, Some(values), Some(labels)) => {
                let ordered = SortedRows::new(values, labels);
                pool_adjacent_violators(ordered.ties().map(Block::from))
            }
            _ => pool_adjacent_violators(pool_equal_scores(scores).into_iter()),
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

/// Rows next to each other in score that share one value.
#[derive(Debug, Clone, Copy)]
struct Block {
    first: f64,
    last: f64,
    mean: f64,
    weight: f64,
}

impl From<Ties> for Block {
    fn from(ties: Ties) -> Self {
        let (first, last) = (ties.p, ties.p);
        // Counts are exact, so the order of rows is of no account here.
        Self { first, last, mean: ties.hit_rate(), weight: ties.rows as f64 }
    }
}

/// `Σ s y` and `Σ s` of blocks being joined.
///
/// The two sums are formed in the same order and no mean exceeds 1, so by the monotonicity of
/// rounding no quotient does: there is nothing to clip to `[0, 1]`.
struct Pool {
    moment: f64,
    block: Block,
}

impl Pool {
    fn new(block: Block) -> Self {
        Self { moment: block.mean * block.weight, block }
    }

    fn join(&mut self, other: &Block) {
        self.moment += other.mean * other.weight;
        self.block.weight += other.weight;
        self.block.mean = self.moment / self.block.weight;
        self.block.first = self.block.first.min(other.first);
        self.block.last = self.block.last.max(other.last);
    }
}

/// One block for each score that occurs, ascending.
fn pool_equal_scores(scores: &LabelledScores<'_>) -> Vec<Block> {
    let mut rows: Vec<Row> = scores.rows().collect();
    // The label comes second as in scikit-learn; the weight comes third so that the order of
    // additions, and with it the rounding, depends on nothing but the rows themselves.
    let order = |a: &Row, b: &Row| {
        a.score.total_cmp(&b.score).then(a.label.cmp(&b.label)).then(a.weight.total_cmp(&b.weight))
    };
    if rows.is_sorted_by(|a, b| a.score <= b.score) {
        // Only rows of one score are still to be put in order.
        rows.chunk_by_mut(|a, b| a.score == b.score).for_each(|tied| tied.sort_unstable_by(order));
    } else if rows.len() < PARALLEL_ROWS {
        rows.sort_unstable_by(order);
    } else {
        rows.par_sort_unstable_by(order);
    }
    rows.chunk_by(|a, b| a.score == b.score)
        .map(|tied| {
            let (mut moment, mut weight) = (0.0, 0.0);
            for row in tied {
                moment += if row.label { row.weight } else { 0.0 };
                weight += row.weight;
            }
            // Adding zero turns a score of −0 into 0.
            let score = tied[0].score + 0.0;
            Block { first: score, last: score, mean: moment / weight, weight }
        })
        .collect()
}

/// Joins neighbours until the means ascend strictly.
///
/// Every block is pushed once and joined at most once, so the time is linear. The order in which
/// sums are formed is that of SciPy (which scikit-learn calls): where two means are equal but for
/// rounding, the same blocks are joined.
fn pool_adjacent_violators(blocks: impl Iterator<Item = Block>) -> Vec<Block> {
    let mut done: Vec<Block> = Vec::new();
    let mut ahead = blocks.peekable();
    while let Some(block) = ahead.next() {
        let Some(violated) = done.pop_if(|last| last.mean >= block.mean) else {
            done.push(block);
            continue;
        };
        let mut pool = Pool::new(violated);
        pool.join(&block);
        while let Some(next) = ahead.next_if(|next| pool.block.mean >= next.mean) {
            pool.join(&next);
        }
        while let Some(last) = done.pop_if(|last| last.mean >= pool.block.mean) {
            pool.join(&last);
        }
        done.push(pool.block);
    }
    done
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_non_decreasing_function() {
        use CalibrationError::{InvalidThreshold, LengthMismatch, NoThresholds};
        let error =
            |x: &[f64], y: &[f64]| IsotonicCalibrator::new(x.to_vec(), y.to_vec()).unwrap_err();
        assert!(matches!(error(&[], &[]), NoThresholds));
        assert!(matches!(error(&[0.1], &[]), LengthMismatch { name: "y", found: 0, wanted: 1 }));
        for (x, y) in [
            ([0.1, 0.1], [0.2, 0.3]),
            ([0.2, 0.1], [0.2, 0.3]),
            ([0.1, 0.2], [0.3, 0.2]),
            ([0.1, 1.2], [0.2, 0.3]),
            ([0.1, 0.2], [0.2, f64::NAN]),
            ([0.1, f64::NAN], [0.2, 0.3]),
        ] {
            assert!(matches!(error(&x, &y), InvalidThreshold { index: 1, .. }), "{x:?} {y:?}");
        }
    }

    #[test]
    fn interpolation_stays_between_the_thresholds() {
        let (x0, x1) = (0.013_274_917_861_190_116_f64, 0.642_143_748_914_471_2_f64);
        let (y0, y1) = (0.29, 0.84);
        let score = x1.next_down();
        assert!(y0 + (score - x0) / (x1 - x0) * (y1 - y0) > y1, "the test would prove nothing");
        let map = IsotonicCalibrator::new(vec![x0, x1], vec![y0, y1]).unwrap();
        assert_eq!(map.value(score), y1);
        assert_eq!(map.value(x1), y1);
        assert_eq!(map.value(x0), y0);
        assert_eq!(map.value(0.0), y0);
    }

    #[test]
    fn one_threshold_is_a_constant() {
        let map = IsotonicCalibrator::new(vec![0.4], vec![0.25]).unwrap();
        assert_eq!([0.0, 0.4, 1.0].map(|score| map.value(score)), [0.25; 3]);
    }

    #[test]
    fn weighted_rows_fit_alike_in_any_order_few_or_many() {
        use ndarray::Array1;

        for n in [1_000_u32, 100_000] {
            let row = |i: u32| {
                let score = f64::from(i / 2) / f64::from(n);
                (score, i.is_multiple_of(3) || i % 2 == 1, 0.1 + f64::from(i % 7))
            };
            // 7,919 is prime to both, so this visits every row once.
            let shuffled = (0..n).map(|i| row(i * 7_919 % n));
            let [ascending, shuffled] = [(0..n).map(row).collect(), shuffled.collect()].map(
                |rows: Vec<(f64, bool, f64)>| {
                    let scores: Array1<f64> = rows.iter().map(|row| row.0).collect();
                    let labels: Array1<bool> = rows.iter().map(|row| row.1).collect();
                    let weights: Array1<f64> = rows.iter().map(|row| row.2).collect();
                    let rows = LabelledScores::new(scores.view(), labels.view()).unwrap();
                    let rows = rows.with_weights(weights.view()).unwrap();
                    IsotonicCalibrator::fit(&rows).unwrap()
                },
            );
            assert!(ascending.x().len() > 2);
            assert_eq!(ascending, shuffled, "{n} rows");
        }
    }
}
