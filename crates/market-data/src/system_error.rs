//! What the system says of a path, as our errors.

use std::fs;
use std::io;
use std::path::Path;

use crate::MarketDataError;

impl MarketDataError {
    /// The error that `path` cannot be read.
    pub(crate) fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NoSuchFile { path },
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { path, source },
            io::ErrorKind::IsADirectory => Self::IsFolder { path },
            _ => Self::Io { path, source },
        }
    }
}

/// Refuses what DuckDB must not even be asked to open: opening a pipe waits for its writer, for
/// ever if there is none, and a path that is not UTF-8 is an internal error of DuckDB.
pub(crate) fn require_file(path: &Path) -> Result<(), MarketDataError> {
    let found = fs::metadata(path).map_err(|error| MarketDataError::from_io(path, error))?;
    let path = path.to_owned();
    if found.is_dir() {
        return Err(MarketDataError::IsFolder { path });
    }
    if !found.is_file() {
        return Err(MarketDataError::NotRegularFile { path });
    }
    if path.to_str().is_none() {
        return Err(MarketDataError::PathNotUtf8 { path });
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
            MarketDataError::PermissionDenied { .. }
        ));
        assert!(matches!(error(io::ErrorKind::NotFound), MarketDataError::NoSuchFile { .. }));
        assert!(matches!(error(io::ErrorKind::IsADirectory), MarketDataError::IsFolder { .. }));
        assert!(matches!(error(io::ErrorKind::TimedOut), MarketDataError::Io { .. }));
    }
}
