//! The input of a kernel: columns of a folder's files.
//!
//! A file holds one column of 64-bit floating point numbers, little endian, and nothing else; one of
//! labels holds a byte a row.

use std::fs;
use std::path::{Path, PathBuf};

use binning::BinEdges;
use calibration::PlattScaling;

use crate::error::BenchError;

/// The folder of the files.
pub(crate) struct Columns(PathBuf);

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

impl Columns {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    pub(crate) fn scores(&self) -> Result<Vec<f64>, BenchError> {
        numbers(&self.0.join("scores.f64"))
    }

    pub(crate) fn labelled(&self) -> Result<Labelled, BenchError> {
        let weights = self.0.join("weights.f64");
        let weights = if weights.exists() { Some(numbers(&weights)?) } else { None };
        Ok(Labelled { scores: self.scores()?, labels: labels(&self.0.join("labels.u8"))?, weights })
    }

    pub(crate) fn model(&self) -> Result<Model, BenchError> {
        let path = self.0.join("model.f64");
        let numbers = numbers(&path)?;
        let [slope, intercept, edges @ ..] = numbers.as_slice() else {
            return Err(BenchError::NotAModel { path, found: numbers.len() });
        };
        let scaling = PlattScaling::new(*slope, *intercept)?;
        Ok(Model { scaling, edges: BinEdges::from_vec(edges.to_vec())? })
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
