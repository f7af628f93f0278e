//! The kernels by name.

use std::path::Path;

use clap::ValueEnum;
use indicators::{Ema, Period, RollingMax, Sma, StdDev};

use crate::columns::Columns;
use crate::error::BenchError;
use crate::fit::{IsotonicFit, PlattFit};
use crate::indicator::OverCloses;
use crate::invented;
use crate::kernel::Kernel;
use crate::label::Labels;
use crate::score::{Assign, Edges, Score};

/// A kernel and its setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// Platt fit
    Platt,
    /// Isotonic fit
    Isotonic,
    /// Isotonic fit of rows with weights
    IsotonicWeighted,
    /// Raw scores to probabilities and bins
    Score,
    /// Probabilities to bins
    Assign,
    /// Quantile edges of 20 bins
    Edges,
    /// Barrier labels of one-minute candles, +4 % before −2 %, 24 candles
    #[value(name = "labels-24")]
    Labels24,
    /// The same over 1,440 candles
    #[value(name = "labels-1440")]
    Labels1440,
    /// Barriers of 0.2 %, which most windows reach, 24 candles
    LabelsNear,
    /// Simple moving average over 20 closes
    #[value(name = "sma-20")]
    Sma20,
    /// Simple moving average over 200 closes
    #[value(name = "sma-200")]
    Sma200,
    /// Exponential moving average over 20 closes
    Ema,
    /// Standard deviation of 20 closes
    StdDev,
    /// Highest of 20 closes
    Max,
}

impl Case {
    /// The kernel on the files of a folder.
    pub(crate) fn read(self, folder: &Path) -> Result<Box<dyn Kernel>, BenchError> {
        self.on(&Columns::in_folder(folder))
    }

    /// The kernel on invented rows, the same ones each time.
    pub(crate) fn invent(self, rows: usize) -> Result<Box<dyn Kernel>, BenchError> {
        self.on(&Columns::Invented(invented::Rows::new(rows)))
    }

    fn on(self, columns: &Columns) -> Result<Box<dyn Kernel>, BenchError> {
        Ok(match self {
            Self::Platt => Box::new(PlattFit::new(columns.labelled()?)),
            Self::Isotonic => Box::new(IsotonicFit::new(columns.labelled()?)),
            Self::IsotonicWeighted => Box::new(IsotonicFit::new(columns.weighted()?)),
            Self::Score => Box::new(Score::new(columns.scores()?, &columns.model()?)),
            Self::Assign => Box::new(Assign::new(columns.scores()?, columns.model()?)),
            Self::Edges => Box::new(Edges::new(columns.scores()?)),
            Self::Labels24 => Box::new(Labels::new(columns.candles()?, 0.04, 0.02, 24)?),
            Self::Labels1440 => Box::new(Labels::new(columns.candles()?, 0.04, 0.02, 1440)?),
            Self::LabelsNear => Box::new(Labels::new(columns.candles()?, 0.002, 0.002, 24)?),
            Self::Sma20 => Box::new(OverCloses::new(Sma::new(twenty()?), columns.candles()?.close)),
            Self::Sma200 => {
                let sma = Sma::new(Period::new(200)?);
                Box::new(OverCloses::new(sma, columns.candles()?.close))
            }
            Self::Ema => Box::new(OverCloses::new(Ema::new(twenty()?), columns.candles()?.close)),
            Self::StdDev => {
                Box::new(OverCloses::new(StdDev::new(twenty()?), columns.candles()?.close))
            }
            Self::Max => {
                Box::new(OverCloses::new(RollingMax::new(twenty()?), columns.candles()?.close))
            }
        })
    }
}

fn twenty() -> Result<Period, BenchError> {
    Ok(Period::new(20)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn every_case_answers_on_invented_rows() {
        for case in Case::value_variants() {
            let mut kernel = case.invent(3000).unwrap();
            kernel.call().unwrap();
            let first = kernel.answer();
            kernel.call().unwrap();
            assert!(!first.is_empty(), "{case:?}");
            assert_eq!(first, kernel.answer(), "{case:?}");
        }
    }
}
