//! What the system says of a path, as our errors.

use std::fs;
use std::io;
use std::path::Path;

use crate::{FileError, MarketDataError};

impl MarketDataError {
    /// The error that `path` cannot be read.
    pub(crate) fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::File(match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                FileError::NoSuchFile { path }
            }
            io::ErrorKind::PermissionDenied => FileError::PermissionDenied { path, source },
            io::ErrorKind::IsADirectory => FileError::IsFolder { path },
            _ => FileError::Io { path, source },
        })
    }
}

/// Refuses what DuckDB must not even be asked to open: opening a pipe waits for its writer, for
/// ever if there is none, and a path that is not UTF-8 is an internal error of DuckDB.
pub(crate) fn require_file(path: &Path) -> Result<(), MarketDataError> {
    let found = fs::metadata(path).map_err(|error| MarketDataError::from_io(path, error))?;
    let path = path.to_owned();
    if found.is_dir() {
        return Err(FileError::IsFolder { path }.into());
    }
    if !found.is_file() {
        return Err(FileError::NotRegularFile { path }.into());
    }
    if path.to_str().is_none() {
        return Err(FileError::PathNotUtf8 { path }.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_errors_become_their_own_variants() {
        let path = Path::new("x.duckdb");
        let error = |kind| MarketDataError::from_io(path, io::Error::from(kind));
        assert!(matches!(
            error(io::ErrorKind::PermissionDenied),
            MarketDataError::File(FileError::PermissionDenied { .. })
        ));
        assert!(matches!(
            error(io::ErrorKind::NotFound),
            MarketDataError::File(FileError::NoSuchFile { .. })
        ));
        assert!(matches!(
            error(io::ErrorKind::IsADirectory),
            MarketDataError::File(FileError::IsFolder { .. })
        ));
        assert!(matches!(
            error(io::ErrorKind::TimedOut),
            MarketDataError::File(FileError::Io { .. })
        ));
    }
}
