//! A report that a command writes to a file, beside what it prints.

use std::fs;
use std::path::{Path, PathBuf};

use files::{Output, OutputError};

use crate::{ArtifactError, Result};

/// The kind of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What a rebuild did, as JSON.
    Rebuild,
    /// Charts, as HTML.
    Page,
}

/// The file of a report: none of the files that the command reads, and it replaces nothing but an older
/// report of its kind.
#[derive(Debug, Clone, Copy)]
pub struct ReportFile<'a> {
    kind: Kind,
    path: &'a Path,
    data: &'a [PathBuf],
}

impl<'a> ReportFile<'a> {
    /// A page of charts at `path`, which is none of the files of `data`.
    #[must_use]
    pub fn page(path: &'a Path, data: &'a [PathBuf]) -> Self {
        Self { kind: Kind::Page, path, data }
    }

    /// The report of a rebuild.
    pub(crate) fn of_rebuild(path: &'a Path, data: &'a [PathBuf]) -> Self {
        Self { kind: Kind::Rebuild, path, data }
    }

    /// Refuses a place that would destroy something: a file of the data, what is no such report, a device.
    /// Before hours of work, not after.
    ///
    /// # Errors
    /// [`ArtifactError::ReportPlace`]; [`ArtifactError::Report`].
    pub fn check(&self) -> Result<()> {
        self.output().check().map(drop).map_err(|source| self.refused(source))
    }

    /// Writes the report whole or not at all: others may read it at any moment.
    ///
    /// # Errors
    /// As [`check`](Self::check); when it cannot be written.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let failed = |source| ArtifactError::Report { path: self.path.to_owned(), source };
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        files::write_whole(&self.output(), bytes).map_err(|source| self.refused(source))
    }

    fn output(&self) -> Output<'a> {
        let output = match self.kind {
            Kind::Rebuild => Output::new(self.path, "a JSON report of a rebuild", &is_rebuild),
            Kind::Page => Output::new(self.path, "a page of this program", &is_page),
        };
        output.overwrite(true).reads(self.data)
    }

    fn refused(&self, source: OutputError) -> ArtifactError {
        match source {
            OutputError::File { source, .. } => {
                ArtifactError::Report { path: self.path.to_owned(), source }
            }
            source => ArtifactError::ReportPlace { source },
        }
    }
}

fn is_rebuild(head: &[u8]) -> bool {
    head.starts_with(b"{") && head.windows(8).any(|key| key == b"\"months\"")
}

fn is_page(head: &[u8]) -> bool {
    head.starts_with(b"<!DOCTYPE html>")
}
