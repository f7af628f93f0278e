//! The report of a rebuild in a file.

use std::fs;
use std::path::{Path, PathBuf};

use files::{Output, OutputError};
use serde::Serialize;

use crate::ArtifactError;

/// Refuses a place that would destroy something: one of the files of `data`, what is no report, a
/// device. Before hours of work, not after.
pub(super) fn check(path: &Path, data: &[PathBuf]) -> Result<(), ArtifactError> {
    output(path, data).check().map(drop).map_err(|source| refused(path, source))
}

/// Writes the report whole or not at all: a monitor may read it at any moment.
pub(super) fn write(
    document: &impl Serialize,
    path: &Path,
    data: &[PathBuf],
) -> Result<(), ArtifactError> {
    let mut bytes = serde_json::to_vec_pretty(document)?;
    bytes.push(b'\n');
    let failed = |source| ArtifactError::Report { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    files::write_whole(&output(path, data), &bytes).map_err(|source| refused(path, source))
}

fn output<'a>(path: &'a Path, data: &[PathBuf]) -> Output<'a> {
    Output::new(path, "a JSON report of a rebuild", &is_report).overwrite(true).reads(data)
}

fn is_report(head: &[u8]) -> bool {
    head.starts_with(b"{") && head.windows(8).any(|key| key == b"\"months\"")
}

fn refused(path: &Path, source: OutputError) -> ArtifactError {
    match source {
        OutputError::File { source, .. } => ArtifactError::Report { path: path.to_owned(), source },
        source => ArtifactError::ReportPlace { source },
    }
}
