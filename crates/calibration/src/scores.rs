//! The checked input of every fit.

use ndarray::ArrayView1;

use crate::probability::{check_length, check_scores};
use crate::weights::check_weights;
use crate::{CalibrationError, Result};

/// Raw scores with their labels and, if wanted, sample weights: what a calibrator is fitted to.
///
/// A value of this type has at least one row of each label with positive weight, scores that are
/// finite and in `[0, 1]`, and weights that are finite and not negative, so the fits need not look
/// again. It borrows its arrays.
///
/// ```
/// use calibration::LabelledScores;
/// use ndarray::array;
///
/// let scores = array![0.2, 0.7, 0.4];
/// let labels = array![false, true, true];
/// let weights = array![1.0, 0.5, 2.0];
/// let rows = LabelledScores::new(scores.view(), labels.view())?.with_weights(weights.view())?;
/// assert_eq!(rows.len(), 3);
/// # Ok::<(), calibration::CalibrationError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct LabelledScores<'a> {
    scores: ArrayView1<'a, f64>,
    labels: ArrayView1<'a, bool>,
    weights: Option<ArrayView1<'a, f64>>,
}

/// One row as the fits see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) score: f64,
    pub(crate) label: bool,
    pub(crate) weight: f64,
}

impl<'a> LabelledScores<'a> {
    /// Checks `scores` (shape `n`) and `labels` (shape `n`); every row has weight 1.
    ///
    /// # Errors
    /// If the lengths differ, there are no rows, a score is not a finite number in `[0, 1]`, or
    /// all labels are equal.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "a view is a pointer and two numbers; by value is how ndarray passes them"
    )]
    pub fn new(scores: ArrayView1<'a, f64>, labels: ArrayView1<'a, bool>) -> Result<Self> {
        check_length("labels", labels.len(), scores.len())?;
        match scores.to_slice() {
            Some(scores) => check_scores(scores)?,
            None => check_scores(&scores.to_vec())?,
        }
        let checked = Self { scores, labels, weights: None };
        checked.check_classes()?;
        Ok(checked)
    }

    /// Gives row `i` the weight `weights[i]` (shape `n`, no unit). Weight 2 counts as the row
    /// twice, weight 0 as no row.
    ///
    /// # Errors
    /// If the length differs from the scores', a weight is negative or not finite, all are zero,
    /// their sum overflows, or the rows with positive weight all have the same label.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "a view is a pointer and two numbers; by value is how ndarray passes them"
    )]
    pub fn with_weights(mut self, weights: ArrayView1<'a, f64>) -> Result<Self> {
        check_length("weights", weights.len(), self.scores.len())?;
        match weights.to_slice() {
            Some(weights) => check_weights(weights)?,
            None => check_weights(&weights.to_vec())?,
        }
        self.weights = Some(weights);
        self.check_classes()?;
        Ok(self)
    }

    /// Number of rows, those of weight zero included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// Always `false`: there is at least one row of each label.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// The raw scores, in `[0, 1]`.
    #[must_use]
    pub fn scores(&self) -> ArrayView1<'a, f64> {
        self.scores
    }

    /// The labels; `true` is a hit.
    #[must_use]
    pub fn labels(&self) -> ArrayView1<'a, bool> {
        self.labels
    }

    /// The weights, or `None` if every row has weight 1.
    #[must_use]
    pub fn weights(&self) -> Option<ArrayView1<'a, f64>> {
        self.weights
    }

    /// The rows with positive weight, in the order given.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row> {
        let weights = self.weights;
        self.scores
            .iter()
            .zip(self.labels)
            .enumerate()
            .map(move |(index, (&score, &label))| {
                let weight = weights.map_or(1.0, |weights| weights[index]);
                Row { score, label, weight }
            })
            .filter(|row| row.weight > 0.0)
    }

    fn check_classes(&self) -> Result<()> {
        let (rows, hits) = if self.weights.is_none() {
            (self.len(), self.labels.iter().map(|&label| usize::from(label)).sum())
        } else {
            let mut rows = self.rows();
            // One row of either label is soon found, and enough.
            if let Some(first) = rows.next()
                && rows.any(|row| row.label != first.label)
            {
                return Ok(());
            }
            self.rows().fold((0, 0), |(rows, hits), row| (rows + 1, hits + usize::from(row.label)))
        };
        match hits {
            _ if rows == 0 => Err(CalibrationError::NoRows),
            0 => Err(CalibrationError::OneClass { label: false, rows }),
            all if all == rows => Err(CalibrationError::OneClass { label: true, rows }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use ndarray::array;

    use super::*;

    fn fit_error(scores: &[f64], labels: &[bool], weights: Option<&[f64]>) -> CalibrationError {
        let rows = LabelledScores::new(ArrayView1::from(scores), ArrayView1::from(labels));
        match weights {
            None => rows.unwrap_err(),
            Some(weights) => rows.unwrap().with_weights(ArrayView1::from(weights)).unwrap_err(),
        }
    }

    #[test]
    fn refuses_bad_rows() {
        use CalibrationError::{InvalidScore, LengthMismatch, NoRows, OneClass};
        let cases = [
            fit_error(&[0.5, 0.5], &[true], None),
            fit_error(&[], &[], None),
            fit_error(&[0.5, f64::NAN], &[true, false], None),
            fit_error(&[0.5, 0.1, 1.5], &[true, false, true], None),
            fit_error(&[0.5, 0.1], &[true, true], None),
            fit_error(&[0.5, 0.1, 0.3], &[false; 3], None),
        ];
        assert!(matches!(cases[0], LengthMismatch { name: "labels", found: 1, wanted: 2 }));
        assert!(matches!(cases[1], NoRows));
        assert!(matches!(cases[2], InvalidScore { index: 1, value } if value.is_nan()));
        assert!(matches!(cases[3], InvalidScore { index: 2, value: 1.5 }));
        assert!(matches!(cases[4], OneClass { label: true, rows: 2 }));
        assert!(matches!(cases[5], OneClass { label: false, rows: 3 }));
        assert_eq!(
            cases[3].to_string(),
            "the score at index 2 is 1.5, wanted a finite number in [0, 1]"
        );
    }

    #[test]
    fn refuses_bad_weights() {
        use CalibrationError::{InvalidTotalWeight, InvalidWeight, LengthMismatch, OneClass};
        let error =
            |weights: &[f64]| fit_error(&[0.5, 0.1, 0.3], &[true, false, false], Some(weights));
        assert!(matches!(error(&[1.0]), LengthMismatch { name: "weights", found: 1, wanted: 3 }));
        assert!(matches!(error(&[1.0, -0.5, 1.0]), InvalidWeight { index: 1, value: -0.5 }));
        assert!(matches!(error(&[1.0, 1.0, f64::INFINITY]), InvalidWeight { index: 2, .. }));
        assert!(matches!(error(&[f64::NAN, 1.0, 1.0]), InvalidWeight { index: 0, .. }));
        assert!(matches!(error(&[0.0; 3]), InvalidTotalWeight { rows: 3, total: 0.0 }));
        assert!(matches!(error(&[f64::MAX; 3]), InvalidTotalWeight { .. }));
        assert!(matches!(error(&[0.0, 1.0, 1.0]), OneClass { label: false, rows: 2 }));
        assert!(matches!(error(&[1.0, 0.0, 0.0]), OneClass { label: true, rows: 1 }));
    }

    #[test]
    fn a_strided_view_is_read_by_position() {
        let table = array![[0.1, 9.0], [0.2, 9.0], [0.3, 9.0]];
        let labels = array![true, false, true];
        let rows = LabelledScores::new(table.column(0), labels.view()).unwrap();
        let scores: Vec<f64> = rows.rows().map(|row| row.score).collect();
        assert_eq!(scores, [0.1, 0.2, 0.3]);
    }
}
