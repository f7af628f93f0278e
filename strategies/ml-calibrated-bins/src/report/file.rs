//! The report of a rebuild in a file.

use std::fs;
use std::path::{Path, PathBuf};

use files::{Output, OutputError};
use serde::Serialize;

use crate::BinsError;

/// Refuses a place that would destroy something: one of the files of `data`, what is no report, a
/// device. Before hours of work, not after.
pub(crate) fn check(path: &Path, data: &[PathBuf]) -> Result<(), BinsError> {
    output(path, data).check().map(drop).map_err(|source| refused(path, source))
}

/// The same for a page.
pub(crate) fn check_page(path: &Path, data: &[PathBuf]) -> Result<(), BinsError> {
    page(path, data).check().map(drop).map_err(|source| refused(path, source))
}

/// Writes the report whole or not at all: a monitor may read it at any moment.
pub(super) fn write(
    document: &impl Serialize,
    path: &Path,
    data: &[PathBuf],
) -> Result<(), BinsError> {
    let mut bytes = serde_json::to_vec_pretty(document)?;
    bytes.push(b'\n');
    write_whole(&bytes, path, &output(path, data))
}

/// Writes a page, which is none of `data`.
pub(crate) fn write_page(
    html: &::report::Page,
    path: &Path,
    data: &[PathBuf],
) -> Result<(), BinsError> {
    write_whole(html.to_html().as_bytes(), path, &page(path, data))
}

/// What a page's footer says of the program: the command as it was called, and the version.
pub(crate) fn origin() -> Vec<(String, String)> {
    ::report::origin(std::env::args_os(), env!("CARGO_PKG_VERSION"))
}

fn write_whole(bytes: &[u8], path: &Path, output: &Output<'_>) -> Result<(), BinsError> {
    let failed = |source| BinsError::Report { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    files::write_whole(output, bytes).map_err(|source| refused(path, source))
}

fn output<'a>(path: &'a Path, data: &[PathBuf]) -> Output<'a> {
    Output::new(path, "a JSON report of a rebuild", &is_report).overwrite(true).reads(data)
}

fn page<'a>(path: &'a Path, data: &[PathBuf]) -> Output<'a> {
    Output::new(path, "a page of this program", &is_page).overwrite(true).reads(data)
}

fn is_report(head: &[u8]) -> bool {
    head.starts_with(b"{") && head.windows(8).any(|key| key == b"\"months\"")
}

fn is_page(head: &[u8]) -> bool {
    head.starts_with(b"<!DOCTYPE html>")
}

fn refused(path: &Path, source: OutputError) -> BinsError {
    match source {
        OutputError::File { source, .. } => BinsError::Report { path: path.to_owned(), source },
        source => BinsError::ReportPlace { source },
    }
}
