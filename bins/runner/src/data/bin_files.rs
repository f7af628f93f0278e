//! Which months have bins, by the names of files alone.
//!
//! What is inside a file is the business of the strategy that wrote it; the runner only knows where
//! files lie: `{root}/{dataset}/{run name}/{YYYY-MM}.msgpack`. A file that a strategy could not read
//! is listed all the same.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use strategy_core::YearMonth;
use thiserror::Error;

/// The months that have a file, of one run.
pub(super) struct RunBins {
    pub(super) dataset: String,
    pub(super) run_name: String,
    /// Ascending.
    pub(super) months: Vec<YearMonth>,
}

/// A folder that cannot be listed.
#[derive(Debug, Error)]
#[error("cannot list the folder {}: check --bins-root and the folder's permissions", path.display())]
pub(super) struct ListError {
    path: PathBuf,
    source: io::Error,
}

/// The runs under `root` that have bins, by dataset and name; none when there is no such folder.
pub(super) fn find(root: &Path) -> Result<Vec<RunBins>, ListError> {
    let mut found = Vec::new();
    for (dataset, folder) in entries(root)? {
        for (run_name, folder) in entries(&folder)? {
            let files = entries(&folder)?;
            let months = files.iter().filter_map(|(name, _)| name.strip_suffix(".msgpack"));
            let mut months: Vec<YearMonth> =
                months.filter_map(|month| month.parse().ok()).collect();
            months.sort_unstable();
            if !months.is_empty() {
                found.push(RunBins { dataset: dataset.clone(), run_name, months });
            }
        }
    }
    Ok(found)
}

/// Names and paths of what is in a folder, sorted; nothing if it is no folder.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, ListError> {
    let read = || -> io::Result<Vec<_>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // A name that is not Unicode is not one that a strategy writes.
            if let Ok(name) = entry.file_name().into_string() {
                entries.push((name, entry.path()));
            }
        }
        entries.sort_unstable();
        Ok(entries)
    };
    match read() {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        read => read.map_err(|source| ListError { path: folder.to_owned(), source }),
    }
}
