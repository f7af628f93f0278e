//! The files of a month that a strategy decides with, such as its bins.

use std::path::Path;

use crate::{BoxError, YearMonth};

/// Where the artifacts of months come from: files, or a journal that kept their bytes.
pub trait Artifacts {
    /// The bytes of the artifact of `month`, which the strategy keeps at `path`; `None` if there is
    /// none (yet).
    ///
    /// # Errors
    /// When it is there and cannot be read.
    fn of_month(&mut self, month: YearMonth, path: &Path) -> Result<Option<Vec<u8>>, BoxError>;
}

/// Artifacts as files.
#[derive(Debug, Clone, Copy, Default)]
pub struct ArtifactFiles;

impl Artifacts for ArtifactFiles {
    fn of_month(&mut self, _: YearMonth, path: &Path) -> Result<Option<Vec<u8>>, BoxError> {
        match std::fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("cannot read {}: {error}", path.display()).into()),
        }
    }
}
