//! Files that others may read at any moment, and what a page's footer says of the program.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use strategy_core::BoxError;

/// Writes a file whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), BoxError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let write = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".runner.").suffix(".tmp");
        // Temporary files are private by default; this one becomes an ordinary file.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok::<_, io::Error>(())
    };
    write().map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}
