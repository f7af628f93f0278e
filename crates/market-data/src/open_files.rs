//! The files that this process has open, and the instances of DuckDB that hold them.
//!
//! Making an instance registers thousands of functions and takes longer than reading a small file.
//! So files share one, each attached to it under its own name and released when its last user goes;
//! the instance stays for the next file. Two files of one name get an instance each: a view may name
//! its tables with that of its file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use duckdb::Connection;

use crate::flat::FlatError;
use crate::instance::{IN_MEMORY, Instance};
use crate::known::Known;

static FILES: RwLock<Files> = RwLock::new(Files { open: Vec::new(), idle: None });

struct Files {
    /// All files that are open, each once.
    open: Vec<OpenFile>,
    /// An instance that has let go of its last file. It holds none, so it is never taken down: at
    /// the end of the process that would be time spent for nothing.
    idle: Option<Arc<Instance>>,
}

struct OpenFile {
    identity: Identity,
    name: String,
    instance: Arc<Instance>,
    users: usize,
    /// By the paths under which it was opened: messages name the one that their reader knows.
    known: Vec<(PathBuf, Arc<Known>)>,
}

/// A connection to a file. When the last one goes, so does the process's lock on the file.
// Fields are dropped in order: the connection lets go of the file before it is detached.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) connection: Connection,
    pub(crate) file: FileUse,
    pub(crate) known: Arc<Known>,
}

/// That a file is in use; letting go of it is counted.
#[derive(Debug)]
pub(crate) struct FileUse {
    identity: Identity,
    /// The name of its database.
    pub(crate) name: String,
    pub(crate) instance: Arc<Instance>,
}

/// Opens `path` for reading, or joins those who have it open.
pub(crate) fn open(path: &Path) -> duckdb::Result<Session> {
    open_with(path, |instance, name| instance.attach(path, name))
}

/// The same with the tables of `files`, which hold rows and are no database, in memory.
pub(crate) fn open_flat(path: &Path, files: &[PathBuf]) -> Result<Session, FlatError> {
    open_with(path, |instance, name| instance.attach_flat(name, files))
}

fn open_with<E: From<duckdb::Error>>(
    path: &Path,
    attach: impl FnOnce(&Instance, &str) -> Result<Connection, E>,
) -> Result<Session, E> {
    let mut files = change();
    let identity = Identity::of(path);
    if let Some(file) = files.open.iter_mut().find(|file| file.identity == identity) {
        let connection = file.instance.join(&file.name)?;
        file.users += 1;
        return Ok(file.session(connection, path));
    }
    let name = database_name(path);
    let instance = match files.instance_without(&name, path) {
        Some(instance) => instance,
        None => Arc::new(Instance::new(path)?),
    };
    let connection = attach(&instance, &name)?;
    let mut file = OpenFile { identity, name, instance, users: 1, known: Vec::new() };
    let session = file.session(connection, path);
    files.open.push(file);
    Ok(session)
}

/// Keeps all files from being attached and detached: looking through a catalogue visits all files of
/// the instance, and would hold on to one that its last user has just let go of.
#[must_use]
pub(crate) struct Still {
    _files: RwLockReadGuard<'static, Files>,
}

/// See [`Still`].
pub(crate) fn hold_still() -> Still {
    Still { _files: FILES.read().unwrap_or_else(PoisonError::into_inner) }
}

fn change() -> RwLockWriteGuard<'static, Files> {
    FILES.write().unwrap_or_else(PoisonError::into_inner)
}

impl Files {
    /// An instance that has no file `name`: one that is in use, otherwise the idle one.
    fn instance_without(&mut self, name: &str, path: &Path) -> Option<Arc<Instance>> {
        // DuckDB compares names without regard to case.
        let name = name.to_lowercase();
        let has_name = |instance: &Arc<Instance>| {
            self.open.iter().any(|file| {
                Arc::ptr_eq(&file.instance, instance) && file.name.to_lowercase() == name
            })
        };
        let used = self.open.iter().map(|file| &file.instance);
        let found = used.into_iter().find(|instance| !has_name(instance)).cloned();
        // Whoever fails to attach its file drops the idle one: it may be what is wrong.
        found.or_else(|| self.idle.take().filter(|idle| idle.reuse(path).is_some()))
    }
}

impl OpenFile {
    fn session(&mut self, connection: Connection, path: &Path) -> Session {
        let known_as = self.known.iter().find(|(known_as, _)| known_as == path);
        let known = if let Some((_, known)) = known_as {
            Arc::clone(known)
        } else {
            let known = Arc::<Known>::default();
            self.known.push((path.to_owned(), Arc::clone(&known)));
            known
        };
        let (identity, name) = (self.identity.clone(), self.name.clone());
        let file = FileUse { identity, name, instance: Arc::clone(&self.instance) };
        Session { connection, file, known }
    }
}

impl Drop for FileUse {
    fn drop(&mut self) {
        let mut files = change();
        let Some(index) = files.open.iter().position(|file| file.identity == self.identity) else {
            return;
        };
        files.open[index].users -= 1;
        if files.open[index].users > 0 {
            return;
        }
        let file = files.open.swap_remove(index);
        let is_idle = !files.open.iter().any(|other| Arc::ptr_eq(&other.instance, &file.instance));
        // What would not let go of its file, does so when it is taken down.
        if file.instance.detach(&file.name) && is_idle && files.idle.is_none() {
            files.idle = Some(file.instance);
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
