//! Pages in files.

use std::fs;
use std::path::{Path, PathBuf};

use files::{Output, OutputError};

use crate::BinsError;

/// Refuses a place that would destroy something: one of the files of `data`, what is no page, a
/// device. Before hours of work, not after.
pub(crate) fn check_page(path: &Path, data: &[PathBuf]) -> Result<(), BinsError> {
    page(path, data).check().map(drop).map_err(|source| refused(path, source))
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

fn page<'a>(path: &'a Path, data: &[PathBuf]) -> Output<'a> {
    Output::new(path, "a page of this program", &is_page).overwrite(true).reads(data)
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
