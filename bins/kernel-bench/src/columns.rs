//! The input of a kernel: columns of a folder's files, or invented ones.
//!
//! A file holds one column of 64-bit floating point numbers, little endian, and nothing else; one of
//! labels holds a byte a row.

use std::fs;
use std::path::{Path, PathBuf};

use binning::{BinCount, BinEdges};
use calibration::PlattScaling;

use crate::error::BenchError;
use crate::invented::{self, Rows};

/// Where columns come from.
pub(crate) enum Columns {
    Folder(PathBuf),
    Invented(Rows),
}

/// Scores with labels, and weights if there are any.
pub(crate) struct Labelled {
    pub(crate) scores: Vec<f64>,
    pub(crate) labels: Vec<bool>,
    pub(crate) weights: Option<Vec<f64>>,
}

/// A calibration and its edges.
pub(crate) struct Model {
    pub(crate) scaling: PlattScaling,
    pub(crate) edges: BinEdges,
}

/// One-minute candles.
pub(crate) struct Candles {
    /// µs UTC.
    pub(crate) timestamps: Vec<i64>,
    pub(crate) open: Vec<f64>,
    pub(crate) high: Vec<f64>,
    pub(crate) low: Vec<f64>,
    pub(crate) close: Vec<f64>,
}

impl Columns {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self::Folder(folder.to_owned())
    }

    pub(crate) fn scores(&self) -> Result<Vec<f64>, BenchError> {
        match self {
            Self::Folder(folder) => numbers(&folder.join("scores.f64")),
            Self::Invented(rows) => Ok(rows.scores()),
        }
    }

    pub(crate) fn labelled(&self) -> Result<Labelled, BenchError> {
        let scores = self.scores()?;
        let (labels, weights) = match self {
            Self::Folder(folder) => {
                let weights = folder.join("weights.f64");
                let weights = if weights.exists() { Some(numbers(&weights)?) } else { None };
                (labels(&folder.join("labels.u8"))?, weights)
            }
            Self::Invented(_) => (invented::labels(&scores), None),
        };
        Ok(Labelled { scores, labels, weights })
    }

    /// As [`labelled`](Self::labelled), with weights for certain.
    pub(crate) fn weighted(&self) -> Result<Labelled, BenchError> {
        let mut rows = self.labelled()?;
        if rows.weights.is_none() {
            rows.weights = Some(match self {
                Self::Folder(folder) => numbers(&folder.join("weights.f64"))?,
                Self::Invented(rows) => rows.weights(),
            });
        }
        Ok(rows)
    }

    pub(crate) fn model(&self) -> Result<Model, BenchError> {
        match self {
            Self::Folder(folder) => {
                let path = folder.join("model.f64");
                let numbers = numbers(&path)?;
                let [slope, intercept, edges @ ..] = numbers.as_slice() else {
                    return Err(BenchError::NotAModel { path, found: numbers.len() });
                };
                let scaling = PlattScaling::new(*slope, *intercept)?;
                Ok(Model { scaling, edges: BinEdges::from_vec(edges.to_vec())? })
            }
            Self::Invented(rows) => {
                let scaling = PlattScaling::new(0.8, -0.3)?;
                // Enough rows for edges that cut the scores into parts of about the same size.
                let some = Rows::new(rows.count().min(10_000)).scores();
                let edges = BinEdges::quantiles(&some, BinCount::default())?;
                Ok(Model { scaling, edges })
            }
        }
    }

    pub(crate) fn candles(&self) -> Result<Candles, BenchError> {
        let [open, high, low, close] = match self {
            Self::Folder(folder) => {
                let column = |name: &str| numbers(&folder.join(format!("{name}.f64")));
                [column("open")?, column("high")?, column("low")?, column("close")?]
            }
            Self::Invented(rows) => rows.prices(),
        };
        let timestamps = (0..).step_by(60_000_000).take(close.len()).collect();
        Ok(Candles { timestamps, open, high, low, close })
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, BenchError> {
    fs::read(path).map_err(|source| BenchError::Read { path: path.to_owned(), source })
}

fn numbers(path: &Path) -> Result<Vec<f64>, BenchError> {
    let bytes = bytes(path)?;
    let (numbers, []) = bytes.as_chunks::<8>() else {
        return Err(BenchError::NotWhole { path: path.to_owned(), bytes: bytes.len() });
    };
    Ok(numbers.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect())
}

fn labels(path: &Path) -> Result<Vec<bool>, BenchError> {
    let label = |(row, value)| match value {
        0 => Ok(false),
        1 => Ok(true),
        value => Err(BenchError::NotALabel { path: path.to_owned(), row, value }),
    };
    bytes(path)?.into_iter().enumerate().map(label).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn columns_come_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        let scores: Vec<u8> = [0.25_f64, 0.5].iter().flat_map(|x| x.to_le_bytes()).collect();
        write("scores.f64", &scores);
        write("labels.u8", &[0, 1]);
        let found = Columns::in_folder(folder.path()).labelled().unwrap();
        assert_eq!((found.scores, found.labels), (vec![0.25, 0.5], vec![false, true]));
        assert_eq!(found.weights, None);
    }

    #[test]
    fn damaged_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("column");
        fs::write(&path, [0; 9]).unwrap();
        assert!(matches!(numbers(&path), Err(BenchError::NotWhole { bytes: 9, .. })));
        fs::write(&path, [0, 1, 2]).unwrap();
        assert!(matches!(labels(&path), Err(BenchError::NotALabel { row: 2, value: 2, .. })));
        assert!(matches!(numbers(&folder.path().join("no")), Err(BenchError::Read { .. })));
    }
}
