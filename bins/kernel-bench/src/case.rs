//! The kernels by name.

use std::path::Path;

use clap::ValueEnum;

use crate::columns::Columns;
use crate::error::BenchError;
use crate::fit::{IsotonicFit, PlattFit};
use crate::kernel::Kernel;
use crate::label::Labels;
use crate::score::{Edges, Score};

/// A kernel and its setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// Platt fit
    Platt,
    /// Isotonic fit
    Isotonic,
    /// Raw scores to probabilities and bins
    Score,
    /// Quantile edges of 20 bins
    Edges,
    /// Barrier labels of one-minute candles, +4 % before −2 %, 24 candles
    #[value(name = "labels-24")]
    Labels24,
    /// The same over 1,440 candles
    #[value(name = "labels-1440")]
    Labels1440,
}

impl Case {
    /// The kernel on the files of a folder.
    pub(crate) fn read(self, folder: &Path) -> Result<Box<dyn Kernel>, BenchError> {
        let columns = Columns::in_folder(folder);
        Ok(match self {
            Self::Platt => Box::new(PlattFit::new(columns.labelled()?)),
            Self::Isotonic => Box::new(IsotonicFit::new(columns.labelled()?)),
            Self::Score => Box::new(Score::new(columns.scores()?, &columns.model()?)),
            Self::Edges => Box::new(Edges::new(columns.scores()?)),
            Self::Labels24 => Box::new(Labels::new(columns.candles()?, 24)?),
            Self::Labels1440 => Box::new(Labels::new(columns.candles()?, 1440)?),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn every_case_answers_alike_twice() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, numbers: Vec<f64>| {
            crate::answer::write(&folder.path().join(name), &numbers).unwrap();
        };
        let wave = |k: u32| 0.5 + 0.4 * (f64::from(k) * 0.7).sin();
        write("scores.f64", (0..300).map(wave).collect());
        let hits: Vec<u8> = (0..300_u32).map(|k| u8::from(k % 5 == 0)).collect();
        std::fs::write(folder.path().join("labels.u8"), hits).unwrap();
        write(
            "model.f64",
            [0.8, -0.3].into_iter().chain((1..20).map(|k| f64::from(k) / 20.0)).collect(),
        );
        for name in ["open", "high", "low", "close"] {
            write(&format!("{name}.f64"), vec![100.0; 300]);
        }
        for case in Case::value_variants() {
            let mut kernel = case.read(folder.path()).unwrap();
            kernel.call().unwrap();
            let first = kernel.answer();
            kernel.call().unwrap();
            assert!(!first.is_empty(), "{case:?}");
            assert_eq!(first, kernel.answer(), "{case:?}");
        }
    }
}
