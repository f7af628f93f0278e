//! Indicators in batch.

use indicators::{Indicator, fill};

use crate::error::BenchError;
use crate::kernel::Kernel;

/// An indicator over all closes. The answer is its column; −1 where there is no value.
pub(crate) struct OverCloses<I> {
    fresh: I,
    closes: Vec<f64>,
    column: Vec<f64>,
}

impl<I> OverCloses<I> {
    pub(crate) fn new(fresh: I, closes: Vec<f64>) -> Self {
        let column = vec![0.0; closes.len()];
        Self { fresh, closes, column }
    }
}

impl<I: Indicator<Input = f64, Output = f64> + Clone> Kernel for OverCloses<I> {
    fn call(&mut self) -> Result<(), BenchError> {
        let mut indicator = self.fresh.clone();
        Ok(fill(&mut indicator, &self.closes, [&mut self.column])?)
    }

    fn answer(&self) -> Vec<f64> {
        self.column.iter().map(|&value| if value.is_nan() { -1.0 } else { value }).collect()
    }
}
