//! What lies in the tree of bins and is none.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::key::check_name;
use crate::listing::{entries, month_of};
use crate::lock::LOCK_FILE;
use crate::store::EXTENSION;
use crate::temporary::is_temporary_name;
use crate::{BinStore, BinningError};

/// Something in the tree of bins that is no bins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stray {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub kind: StrayKind,
}

/// What a [`Stray`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StrayKind {
    /// A hidden temporary file of this program: of a writer that was killed, or is writing right
    /// now. The next [lock](BinStore::lock) of its run removes it if nobody writes it any more.
    Temporary,
    /// A file of another name.
    File,
    /// A folder where there should be none, or of a name that no dataset and no run can have. What
    /// is in it has not been looked at.
    Folder,
    /// A file that ends like bins in a place where no bins are looked for: above the runs' folders,
    /// or not named after a month. [`BinStore::verify`] says what it holds.
    Misplaced,
}

impl BinStore {
    /// What lies in the tree and is no bins, sorted by path; no file is opened.
    ///
    /// Hidden files and folders of other programs (`.git`, `.gitignore`) and the locks of this one
    /// are passed over.
    ///
    /// # Errors
    /// [`BinningError::Folder`] for a folder that cannot be listed.
    pub fn strays(&self) -> Result<Vec<Stray>, BinningError> {
        let mut strays = Vec::new();
        for path in sort_out(entries(self.root())?, &mut strays) {
            for path in sort_out(entries(&path)?, &mut strays) {
                strays.extend(entries(&path)?.into_iter().filter_map(stray_of_run));
            }
        }
        strays.sort_unstable();
        Ok(strays)
    }
}

/// Gives the folders that may hold bins or runs, and adds the rest to `strays`.
fn sort_out(paths: Vec<PathBuf>, strays: &mut Vec<Stray>) -> Vec<PathBuf> {
    let (folders, rest): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| {
        name(path).is_some_and(|name| check_name("folder", name).is_ok()) && path.is_dir()
    });
    strays.extend(rest.into_iter().filter_map(other));
    folders
}

/// What an entry of a run's folder is, unless it is bins, a lock or hidden.
fn stray_of_run(path: PathBuf) -> Option<Stray> {
    match name(&path) {
        Some(LOCK_FILE) => None,
        Some(name) if is_temporary_name(name) && !path.is_dir() => {
            Some(Stray { path, kind: StrayKind::Temporary })
        }
        Some(name) if month_of(name).is_some() && !path.is_dir() => None,
        _ => other(path),
    }
}

fn other(path: PathBuf) -> Option<Stray> {
    if name(&path).is_some_and(|name| name.starts_with('.')) {
        return None;
    }
    let kind = if path.is_dir() {
        StrayKind::Folder
    } else if path.extension() == Some(OsStr::new(EXTENSION)) {
        StrayKind::Misplaced
    } else {
        StrayKind::File
    };
    Some(Stray { path, kind })
}

fn name(path: &Path) -> Option<&str> {
    path.file_name().and_then(OsStr::to_str)
}
