//! The kernels by name.

use std::path::Path;

use binning::{BinCount, BinEdges, score_into};
use calibration::{
    CalibrationError, Calibrator, IsotonicCalibrator, LabelledScores, PlattOptions, PlattScaling,
};
use clap::ValueEnum;
use ndarray::ArrayView1;

use crate::columns::{Columns, Labelled, Model};
use crate::error::BenchError;
use crate::kernel::{Kernel, timed};

/// A kernel and its setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// Platt fit: slope and intercept
    Platt,
    /// Isotonic fit: all scores of the thresholds, then all probabilities
    Isotonic,
    /// Raw scores to probabilities, then to bins
    Score,
    /// Quantile edges of 20 bins
    Edges,
}

impl Case {
    /// The kernel on the files of a folder.
    pub(crate) fn read(self, folder: &Path) -> Result<Box<dyn Kernel>, BenchError> {
        let columns = Columns::in_folder(folder);
        Ok(match self {
            Self::Platt => timed(
                columns.labelled()?,
                |rows| Ok(PlattScaling::fit(&checked(rows)?, &PlattOptions::default())?.model),
                |_, model| vec![model.slope(), model.intercept()],
            ),
            Self::Isotonic => timed(
                columns.labelled()?,
                |rows| Ok(IsotonicCalibrator::fit(&checked(rows)?)?),
                |_, model| [model.x(), model.y()].concat(),
            ),
            Self::Score => {
                let scores = columns.scores()?;
                let (p_cal, q_bin) = (vec![0.0; scores.len()], vec![0_u16; scores.len()]);
                let Model { scaling, edges } = columns.model()?;
                timed(
                    (scores, Calibrator::from(scaling), edges, p_cal, q_bin),
                    |(scores, calibrator, edges, p_cal, q_bin)| {
                        Ok(score_into(calibrator, edges, scores, p_cal, q_bin)?)
                    },
                    |(_, _, _, p_cal, q_bin), ()| {
                        p_cal.iter().copied().chain(q_bin.iter().copied().map(f64::from)).collect()
                    },
                )
            }
            Self::Edges => timed(
                columns.scores()?,
                |values| Ok(BinEdges::quantiles(values, BinCount::default())?),
                |_, edges| edges.as_slice().to_vec(),
            ),
        })
    }
}

/// The rows of a fit, checked in each call, as every caller's must be.
fn checked(rows: &Labelled) -> Result<LabelledScores<'_>, CalibrationError> {
    let checked =
        LabelledScores::new(ArrayView1::from(&rows.scores), ArrayView1::from(&rows.labels))?;
    match &rows.weights {
        Some(weights) => checked.with_weights(ArrayView1::from(weights)),
        None => Ok(checked),
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
