//! How good probabilities are for their labels.

use calibration::{
    BrierParts, CalibrationError, CalibrationLine, Grouping, MIN_PROBABILITY, auc, brier_parts,
    brier_score, calibration_line, expected_calibration_error, line_errors, log_loss,
    spiegelhalter,
};
use serde::Serialize;
use statistics::{Interval, normal};

use crate::note::Notes;

/// Groups of the expected calibration errors.
const ECE_GROUPS: usize = 10;

/// Measures of one column of probabilities; `None` where the rows do not define one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quality {
    /// Mean squared error.
    pub brier: Option<f64>,
    /// What it is made of; `None` where it is.
    pub brier_parts: Option<BrierParts>,
    /// Mean negative log likelihood.
    pub log_loss: Option<f64>,
    /// Area under the ROC curve.
    pub auc: Option<f64>,
    /// Expected calibration error over ten groups of equal width.
    pub ece_equal_width: Option<f64>,
    /// Expected calibration error over ten groups of equally many rows.
    pub ece_equal_mass: Option<f64>,
    /// Slope of the calibration line, 1 if calibrated.
    pub calibration_slope: Option<f64>,
    /// Interval of the slope, normal, from blocks of rows; `None` where there are fewer than two.
    pub calibration_slope_interval: Option<Interval>,
    /// Intercept of the calibration line, 0 if calibrated.
    pub calibration_intercept: Option<f64>,
    /// Interval of the intercept, as that of the slope.
    pub calibration_intercept_interval: Option<Interval>,
    /// Spiegelhalter's z, too large in absolute value where labels overlap in time.
    pub spiegelhalter_z: Option<f64>,
    /// Its two-sided p-value for independent rows.
    pub spiegelhalter_p: Option<f64>,
}

/// How the intervals of a calibration line are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineIntervals {
    /// Confidence, strictly between 0 and 1.
    pub confidence: f64,
    /// Length of a block, in rows.
    pub block_rows: usize,
}

impl LineIntervals {
    /// Those of slope and intercept.
    fn of(
        self,
        p: &[f64],
        y: &[bool],
        line: Option<CalibrationLine>,
    ) -> Option<(Interval, Interval)> {
        let line = line?;
        let errors = line_errors(p, y, &line, self.block_rows).ok()??;
        let z = normal::quantile(0.5 + self.confidence / 2.0);
        let around = |value: f64, error: f64| Interval {
            lower: value - z * error,
            upper: value + z * error,
        };
        Some((around(line.slope, errors.slope), around(line.intercept, errors.intercept)))
    }
}

/// The quality of `p` for the labels `y`; `about` and `name` say in notes whose it is.
pub(crate) fn quality(
    p: &[f64],
    y: &[bool],
    (about, name): (&str, &str),
    intervals: LineIntervals,
    notes: &mut Notes,
) -> Quality {
    let mut noted = Noted { about, name, notes };
    noted.certain_but_wrong(p, y);
    let line = noted.value("calibration line", calibration_line(p, y));
    let of_line = intervals.of(p, y, line);
    let test = noted.value("Spiegelhalter's z", spiegelhalter(p, y));
    let mut ece =
        |name, grouping| noted.value(name, expected_calibration_error(p, y, ECE_GROUPS, grouping));
    let ece_equal_width = ece("ECE (equal width)", Grouping::EqualWidth);
    let ece_equal_mass = ece("ECE (equal mass)", Grouping::EqualMass);
    Quality {
        brier: noted.value("Brier", brier_score(p, y)),
        // Where there are none there is no score, which is noted.
        brier_parts: brier_parts(p, y).ok(),
        log_loss: noted.value("log loss", log_loss(p, y)),
        auc: noted.value("AUC", auc(p, y)),
        ece_equal_width,
        ece_equal_mass,
        calibration_slope: line.map(|line| line.slope),
        calibration_slope_interval: of_line.map(|of_line| of_line.0),
        calibration_intercept: line.map(|line| line.intercept),
        calibration_intercept_interval: of_line.map(|of_line| of_line.1),
        spiegelhalter_z: test.map(|test| test.z),
        spiegelhalter_p: test.map(|test| test.p_value),
    }
}

struct Noted<'a> {
    about: &'a str,
    name: &'a str,
    notes: &'a mut Notes,
}

impl Noted<'_> {
    /// Says so if rows were called impossible or certain and came out otherwise: their loss is
    /// infinite, and only clipping keeps some statistics finite.
    fn certain_but_wrong(&mut self, p: &[f64], y: &[bool]) {
        let wrong = p.iter().zip(y).filter(|&(&p, &y)| p == f64::from(u8::from(!y))).count();
        if wrong > 0 {
            let reason = format!(
                "rows of probability 0 or 1 that came out otherwise ({wrong}) count as if it were \
                 {MIN_PROBABILITY:e} away and outweigh the others"
            );
            self.notes.add(self.about, format!("log loss of {}", self.name), reason.clone());
            self.notes.add(self.about, format!("calibration line of {}", self.name), reason);
        }
    }

    /// The value, or nothing and a note.
    fn value<T>(&mut self, statistic: &str, result: Result<T, CalibrationError>) -> Option<T> {
        result
            .map_err(|error| {
                let statistic = format!("{statistic} of {}", self.name);
                // The part after the colon says how to avoid the error, which nobody asked for here.
                let reason = error.to_string();
                let reason = reason.split_once(": ").map_or(reason.as_str(), |(what, _)| what);
                self.notes.add(self.about, statistic, reason.to_owned());
            })
            .ok()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    const BLOCKS: LineIntervals = LineIntervals { confidence: 0.95, block_rows: 1 };

    fn quality(p: &[f64], y: &[bool], notes: &mut Notes) -> Quality {
        super::quality(p, y, ("2025-11", "raw"), BLOCKS, notes)
    }

    #[test]
    fn a_line_has_intervals_around_it_and_one_block_has_none() {
        let (p, y) = ([0.1, 0.3, 0.5, 0.7, 0.2, 0.6], [false, true, false, true, false, true]);
        let found = quality(&p, &y, &mut Notes::default());
        let (slope, interval) =
            found.calibration_slope.zip(found.calibration_slope_interval).unwrap();
        assert!(interval.lower < slope && slope < interval.upper);
        assert!((f64::midpoint(interval.lower, interval.upper) - slope).abs() < 1e-9);
        let whole = LineIntervals { block_rows: p.len(), ..BLOCKS };
        let found = super::quality(&p, &y, ("2025-11", "raw"), whole, &mut Notes::default());
        assert!(found.calibration_slope.is_some() && found.calibration_slope_interval.is_none());
    }

    #[test]
    fn one_class_leaves_what_needs_two_blank() {
        let mut notes = Notes::default();
        let found = quality(&[0.1, 0.2], &[false, false], &mut notes);
        assert!(found.brier.is_some() && found.log_loss.is_some());
        assert_eq!((found.auc, found.calibration_slope), (None, None));
        let notes = notes.into_vec();
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert_eq!(notes[0].statistics, ["calibration line of raw", "AUC of raw"]);
    }

    #[test]
    fn certainty_that_was_wrong_is_told() {
        let mut notes = Notes::default();
        quality(&[0.0, 0.0, 1.0, 0.4], &[true, false, true, true], &mut notes);
        let notes = notes.into_vec();
        assert_eq!(notes[0].statistics, ["log loss of raw", "calibration line of raw"]);
        assert!(notes[0].reason.contains("otherwise (1) count"), "{notes:?}");
    }

    #[test]
    fn no_rows_leave_everything_blank() {
        let mut notes = Notes::default();
        let found = quality(&[], &[], &mut notes);
        assert_eq!((found.brier, found.brier_parts, found.spiegelhalter_p), (None, None, None));
        assert_eq!(notes.into_vec().len(), 1);
    }
}
