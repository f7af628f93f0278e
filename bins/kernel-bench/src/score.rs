//! Scores and edges.

use binning::{BinCount, BinEdges, score_into};
use calibration::Calibrator;

use crate::columns::Model;
use crate::error::BenchError;
use crate::kernel::Kernel;

/// Log odds, sigmoid and bin of every score. The answer is the probabilities, then the bins.
pub(crate) struct Score {
    scores: Vec<f64>,
    calibrator: Calibrator,
    edges: BinEdges,
    p_cal: Vec<f64>,
    q_bin: Vec<u16>,
}

impl Score {
    pub(crate) fn new(scores: Vec<f64>, model: &Model) -> Self {
        let (p_cal, q_bin) = (vec![0.0; scores.len()], vec![0; scores.len()]);
        let calibrator = Calibrator::from(model.scaling);
        Self { scores, calibrator, edges: model.edges.clone(), p_cal, q_bin }
    }
}

impl Kernel for Score {
    fn call(&mut self) -> Result<(), BenchError> {
        let Self { scores, calibrator, edges, p_cal, q_bin } = self;
        Ok(score_into(calibrator, edges, scores, p_cal, q_bin)?)
    }

    fn answer(&self) -> Vec<f64> {
        self.p_cal.iter().copied().chain(self.q_bin.iter().copied().map(f64::from)).collect()
    }
}

/// The edges of 20 bins, which are the answer.
pub(crate) struct Edges {
    values: Vec<f64>,
    found: Vec<f64>,
}

impl Edges {
    pub(crate) fn new(values: Vec<f64>) -> Self {
        Self { values, found: Vec::new() }
    }
}

impl Kernel for Edges {
    fn call(&mut self) -> Result<(), BenchError> {
        self.found = BinEdges::quantiles(&self.values, BinCount::default())?.as_slice().to_vec();
        Ok(())
    }

    fn answer(&self) -> Vec<f64> {
        self.found.clone()
    }
}
