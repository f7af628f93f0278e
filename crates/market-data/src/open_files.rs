//! The files that this process has open, and the instances of DuckDB that hold them.
//!
//! Making an instance registers thousands of functions and takes longer than reading a small file.
//! So files share one, each attached to it under its own name and released when its last user goes.
//! Two files of one name get an instance each: a view may name its tables with that of its file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use duckdb::Connection;

use crate::instance::{IN_MEMORY, Instance};

/// All files that are open, each once. An instance lives as long as a file of it.
static OPEN: Mutex<Vec<OpenFile>> = Mutex::new(Vec::new());

struct OpenFile {
    identity: Identity,
    name: String,
    instance: Arc<Instance>,
    users: usize,
}

/// A connection to a file. When the last one goes, so does the process's lock on the file.
// Fields are dropped in order: the connection lets go of the file before it is detached.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) connection: Connection,
    pub(crate) file: FileUse,
}

/// That a file is in use; letting go of it is counted.
#[derive(Debug)]
pub(crate) struct FileUse {
    identity: Identity,
    pub(crate) instance: Arc<Instance>,
}

/// Opens `path` for reading, or joins those who have it open.
pub(crate) fn open(path: &Path) -> duckdb::Result<Session> {
    let mut files = open_files();
    let identity = Identity::of(path);
    if let Some(file) = files.iter_mut().find(|file| file.identity == identity) {
        let connection = file.instance.join(&file.name)?;
        file.users += 1;
        let file = FileUse { identity, instance: Arc::clone(&file.instance) };
        return Ok(Session { connection, file });
    }
    let name = database_name(path);
    let instance = match instance_without(&name, &files) {
        Some(instance) => instance,
        None => Arc::new(Instance::new(path)?),
    };
    let connection = instance.attach(path, &name)?;
    let file = FileUse { identity: identity.clone(), instance: Arc::clone(&instance) };
    files.push(OpenFile { identity, name, instance, users: 1 });
    Ok(Session { connection, file })
}

/// Keeps all files from being attached and detached: looking through a catalogue visits all files of
/// the instance, and would hold on to one that its last user has just let go of.
#[must_use]
pub(crate) struct Still {
    _files: MutexGuard<'static, Vec<OpenFile>>,
}

/// See [`Still`].
pub(crate) fn hold_still() -> Still {
    Still { _files: open_files() }
}

fn open_files() -> MutexGuard<'static, Vec<OpenFile>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn instance_without(name: &str, files: &[OpenFile]) -> Option<Arc<Instance>> {
    // DuckDB compares names without regard to case.
    let name = name.to_lowercase();
    let has_name = |instance: &Arc<Instance>| {
        files
            .iter()
            .any(|file| Arc::ptr_eq(&file.instance, instance) && file.name.to_lowercase() == name)
    };
    files.iter().map(|file| &file.instance).find(|instance| !has_name(instance)).cloned()
}

impl Drop for FileUse {
    fn drop(&mut self) {
        let mut files = open_files();
        let Some(index) = files.iter().position(|file| file.identity == self.identity) else {
            return;
        };
        files[index].users -= 1;
        if files[index].users == 0 {
            let file = files.swap_remove(index);
            file.instance.detach(&file.name);
        }
    }
}

/// What tells a file from others: where it is, and on Unix also which one it is, since another may
/// have been put in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    path: PathBuf,
    number: Option<(u64, u64)>,
}

impl Identity {
    fn of(path: &Path) -> Self {
        Self {
            // What cannot be resolved cannot be opened either: that error says why.
            path: fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
            number: file_number(path),
        }
    }
}

#[cfg(unix)]
fn file_number(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn file_number(_path: &Path) -> Option<(u64, u64)> {
    None
}

/// The name that DuckDB would give to the database at `path`, that of the file up to its first dot,
/// unless it is taken by a database that every instance has.
fn database_name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let name = name.split(['.', '?']).next().unwrap_or_default();
    let reserved = ["", "main", "temp", "system", IN_MEMORY];
    if reserved.contains(&name.to_lowercase().as_str()) {
        return format!("{name}_db");
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_named_after_their_files() {
        for (path, name) in [
            ("data/market.duckdb", "market"),
            ("a b'c\".x.duckdb", "a b'c\""),
            ("Main.duckdb", "Main_db"),
            ("memory", "memory_db"),
            (".duckdb", "_db"),
            ("x?y=z", "x"),
        ] {
            assert_eq!(database_name(Path::new(path)), name, "{path}");
        }
    }
}
