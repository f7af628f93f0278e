//! What can go wrong.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a kernel could not be run.
#[derive(Debug, Error)]
pub(crate) enum BenchError {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} holds {bytes} bytes, which are not whole 64-bit numbers", path.display())]
    NotWhole { path: PathBuf, bytes: usize },
    #[error("{} holds {value} in row {row}, where a label is 0 or 1", path.display())]
    NotALabel { path: PathBuf, row: usize, value: u8 },
    #[error("{} holds {found} numbers, where slope, intercept and edges are wanted", path.display())]
    NotAModel { path: PathBuf, found: usize },
    #[error("`{line}` is no question; ask `run`, `peak` or `answer FILE`")]
    Question { line: String },
    #[error("the kernel refuses its input")]
    Calibration(#[from] calibration::CalibrationError),
    #[error("the kernel refuses its input")]
    Binning(#[from] binning::BinningError),
    #[error("cannot speak to whoever asked")]
    Dialogue(#[from] io::Error),
}

/// The error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
