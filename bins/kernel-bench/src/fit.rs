//! The fits. Each call checks its rows, as every caller's must.

use calibration::{
    CalibrationError, IsotonicCalibrator, LabelledScores, PlattOptions, PlattScaling,
};
use ndarray::ArrayView1;

use crate::columns::Labelled;
use crate::error::BenchError;
use crate::kernel::Kernel;

fn checked(rows: &Labelled) -> Result<LabelledScores<'_>, CalibrationError> {
    let checked =
        LabelledScores::new(ArrayView1::from(&rows.scores), ArrayView1::from(&rows.labels))?;
    match &rows.weights {
        Some(weights) => checked.with_weights(ArrayView1::from(weights)),
        None => Ok(checked),
    }
}

/// The answer is slope and intercept.
pub(crate) struct PlattFit {
    rows: Labelled,
    found: Option<PlattScaling>,
}

impl PlattFit {
    pub(crate) fn new(rows: Labelled) -> Self {
        Self { rows, found: None }
    }
}

impl Kernel for PlattFit {
    fn call(&mut self) -> Result<(), BenchError> {
        let fit = PlattScaling::fit(&checked(&self.rows)?, &PlattOptions::default())?;
        self.found = Some(fit.model);
        Ok(())
    }

    fn answer(&self) -> Vec<f64> {
        self.found.iter().flat_map(|model| [model.slope(), model.intercept()]).collect()
    }
}

/// The answer is the thresholds: all scores, then all probabilities.
pub(crate) struct IsotonicFit {
    rows: Labelled,
    found: Option<IsotonicCalibrator>,
}

impl IsotonicFit {
    pub(crate) fn new(rows: Labelled) -> Self {
        Self { rows, found: None }
    }
}

impl Kernel for IsotonicFit {
    fn call(&mut self) -> Result<(), BenchError> {
        self.found = Some(IsotonicCalibrator::fit(&checked(&self.rows)?)?);
        Ok(())
    }

    fn answer(&self) -> Vec<f64> {
        self.found.iter().flat_map(|model| [model.x(), model.y()].concat()).collect()
    }
}
