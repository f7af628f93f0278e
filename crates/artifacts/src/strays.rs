//! What lies in the tree of files and is none of them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::folder::{entries, month_of};
use crate::key::check_name;
use crate::lock::LOCK_FILE;
use crate::temporary::is_temporary_name;
use crate::{Artifact, ArtifactError, MonthStore};

/// Something in the tree that is no file of a month.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stray {
    /// Where it is.
    pub path: PathBuf,
    /// The kind of the stray.
    pub kind: StrayKind,
}

/// What a [`Stray`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StrayKind {
    /// A hidden temporary file of this program: of a writer that was killed, or is writing right
    /// now. The next [lock](MonthStore::lock) of its run removes it if nobody writes it any more.
    Temporary,
    /// A file of another name.
    File,
    /// A folder where there should be none, or of a name that no dataset and no run can have. What
    /// is in it has not been looked at.
    Folder,
    /// A file that ends like a month's in a place where none is looked for: above the runs' folders,
    /// or not named after a month. [`MonthStore::verify`] says what it holds.
    Misplaced,
}

impl<A: Artifact> MonthStore<A> {
    /// What lies in the tree and is no file of a month, sorted by path; no file is opened.
    ///
    /// Hidden files and folders of other programs (`.git`, `.gitignore`) and the locks of this one
    /// are passed over.
    ///
    /// # Errors
    /// [`ArtifactError::Folder`] for a folder that cannot be listed.
    pub fn strays(&self) -> Result<Vec<Stray>, ArtifactError> {
        let mut strays = Vec::new();
        for path in sort_out(entries(self.root())?, A::EXTENSION, &mut strays) {
            for path in sort_out(entries(&path)?, A::EXTENSION, &mut strays) {
                let found = entries(&path)?.into_iter();
                strays.extend(found.filter_map(|path| stray_of_run(path, A::EXTENSION)));
            }
        }
        strays.sort_unstable();
        Ok(strays)
    }
}

/// Gives the folders that may hold files or runs, and adds the rest to `strays`.
fn sort_out(paths: Vec<PathBuf>, extension: &str, strays: &mut Vec<Stray>) -> Vec<PathBuf> {
    let (folders, rest): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| {
        name(path).is_some_and(|name| check_name("folder", name).is_ok()) && path.is_dir()
    });
    strays.extend(rest.into_iter().filter_map(|path| other(path, extension)));
    folders
}

/// What an entry of a run's folder is, unless it is a month's, a lock or hidden.
fn stray_of_run(path: PathBuf, extension: &str) -> Option<Stray> {
    match name(&path) {
        Some(LOCK_FILE) => None,
        Some(name) if is_temporary_name(name, extension) && !path.is_dir() => {
            Some(Stray { path, kind: StrayKind::Temporary })
        }
        Some(name) if month_of(name, extension).is_some() && !path.is_dir() => None,
        _ => other(path, extension),
    }
}

fn other(path: PathBuf, extension: &str) -> Option<Stray> {
    if name(&path).is_some_and(|name| name.starts_with('.')) {
        return None;
    }
    let kind = if path.is_dir() {
        StrayKind::Folder
    } else if path.extension() == Some(OsStr::new(extension)) {
        StrayKind::Misplaced
    } else {
        StrayKind::File
    };
    Some(Stray { path, kind })
}

fn name(path: &Path) -> Option<&str> {
    path.file_name().and_then(OsStr::to_str)
}
