//! Folders and the names in them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use strategy_core::YearMonth;

use crate::file_system::FileSystem;
use crate::{ArtifactError, Result};

/// The name of a month's file.
pub(crate) fn file_name(month: YearMonth, extension: &str) -> String {
    format!("{month}.{extension}")
}

/// The month that a file of this name belongs to.
pub(crate) fn month_of(file_name: &str, extension: &str) -> Option<YearMonth> {
    file_name.strip_suffix(extension)?.strip_suffix('.')?.parse().ok()
}

/// Whether something has this name: a file, a folder, a symbolic link even to nothing.
pub(crate) fn is_taken(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Paths in `folder`, in no order; none if it does not exist.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |source| ArtifactError::Folder { action: "list", path: folder.to_owned(), source };
    let listing = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing.map_err(failed)?,
    };
    listing.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect()
}

/// Creates `folder` and those above it, each flushed into the folder that holds it.
pub(crate) fn create_folder(fs: &impl FileSystem, folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if parent != folder {
        create_folder(fs, parent)?;
    }
    match fs.create_folder(folder) {
        Ok(()) => flush_folder(fs, parent),
        // Somebody else was faster.
        Err(_) if folder.is_dir() => Ok(()),
        Err(source) => {
            Err(ArtifactError::Folder { action: "create", path: folder.to_owned(), source })
        }
    }
}

/// Makes new names in `folder` survive a power failure, where that can be asked for: only Unix opens
/// folders, and some network file systems refuse to flush one.
pub(crate) fn flush_folder(fs: &impl FileSystem, folder: &Path) -> Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match fs.flush_folder(folder) {
        Err(error) if cannot_be_flushed(&error) => Ok(()),
        flushed => flushed.map_err(|source| ArtifactError::Folder {
            action: "flush",
            path: folder.to_owned(),
            source,
        }),
    }
}

fn cannot_be_flushed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}
