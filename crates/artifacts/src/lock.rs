//! The lock of one folder: a locked file `.lock` in it.
//!
//! The system drops the lock when its holder ends, however it ends. The file is removed by who holds
//! it, so a process may have opened a file that is the lock no more; therefore whoever gets a lock
//! looks whether the file still has the name. Only the holder of the file of that name holds the
//! folder, and only the holder takes the name away, so there is never more than one.

use std::fs::{File, Metadata, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::file_system::FileSystem;
use crate::folder::create_folder;
use crate::holder::Holder;
use crate::temporary::remove_leftovers;
use crate::write::{Published, publish};
use crate::{ArtifactError, Result};

pub(crate) const LOCK_FILE: &str = ".lock";

const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// How often in a row the file may vanish between opening and locking it before that counts as held.
const VANISHED_IN_A_ROW: u32 = 100;

/// A folder that this value alone may write to.
#[derive(Debug)]
pub(crate) struct LockedFolder<F: FileSystem> {
    fs: F,
    folder: PathBuf,
    file: File,
    removed: Vec<PathBuf>,
}

/// What became of one attempt to lock.
enum Attempt {
    Taken(File),
    Held(Option<Holder>),
    /// The file was removed before it was locked: somebody has just released it.
    Vanished,
}

impl<F: FileSystem> LockedFolder<F> {
    /// Creates the folder if need be, locks it, and removes what killed writers left in it of files that
    /// end in `extension`.
    pub(crate) fn take(fs: F, folder: &Path, extension: &str, wait: Duration) -> Result<Self> {
        create_folder(&fs, folder)?;
        let path = folder.join(LOCK_FILE);
        let file = wait_for(&fs, &path, wait).map_err(|failure| failure.of(folder, &path))?;
        // From here on an error releases the lock.
        let mut locked = Self { fs, folder: folder.to_owned(), file, removed: Vec::new() };
        locked.sign();
        locked.removed = remove_leftovers(&locked.fs, folder, extension)?;
        Ok(locked)
    }

    /// Temporary files that were removed when the lock was taken.
    pub(crate) fn removed(&self) -> &[PathBuf] {
        &self.removed
    }

    /// See [`publish`].
    pub(crate) fn publish(&self, name: &str, bytes: &[u8], replace: bool) -> Result<Published> {
        publish(&self.fs, &self.folder, name, bytes, replace)
    }

    /// Says in the file who holds it. That is for people: the lock is as good without, so a full
    /// disk does not stop the removal of leftovers that may have filled it.
    fn sign(&self) {
        let _ = self
            .file
            .set_len(0)
            .and_then(|()| self.fs.write(&self.file, Holder::this_process().to_text().as_bytes()));
    }
}

impl<F: FileSystem> Drop for LockedFolder<F> {
    /// Takes the name away while the file is still locked; closing the file releases it. What does
    /// not work out leaves an unlocked file behind, which hinders nobody.
    fn drop(&mut self) {
        let path = self.folder.join(LOCK_FILE);
        if cfg!(unix) && has_name(&self.file, &path).unwrap_or(false) {
            let _ = self.fs.remove_file(&path);
        } else if cfg!(not(unix)) {
            let _ = self.file.set_len(0); // nobody holds it, and the file says so
        }
    }
}

/// Why there is no lock.
enum Failure {
    Held(Option<Holder>),
    System(io::Error),
}

impl Failure {
    fn of(self, folder: &Path, path: &Path) -> ArtifactError {
        match self {
            Self::Held(holder) => ArtifactError::Locked { folder: folder.to_owned(), holder },
            Self::System(source) if source.kind() == io::ErrorKind::Unsupported => {
                ArtifactError::NoLocks { folder: folder.to_owned(), source }
            }
            Self::System(source) => {
                ArtifactError::File { action: "lock", path: path.to_owned(), source }
            }
        }
    }
}

/// Tries again until `wait` is over, with pauses that double.
fn wait_for(fs: &impl FileSystem, path: &Path, wait: Duration) -> Result<File, Failure> {
    let begin = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut vanished = 0;
    loop {
        let holder = match attempt(fs, path).map_err(Failure::System)? {
            Attempt::Taken(file) => return Ok(file),
            Attempt::Vanished if vanished < VANISHED_IN_A_ROW => {
                vanished += 1;
                continue;
            }
            Attempt::Vanished => None,
            Attempt::Held(holder) => holder,
        };
        vanished = 0;
        let left = wait.saturating_sub(begin.elapsed());
        if left.is_zero() {
            return Err(Failure::Held(holder));
        }
        sleep(pause.min(left));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn attempt(fs: &impl FileSystem, path: &Path) -> io::Result<Attempt> {
    if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::other("it is not a regular file; remove it"));
    }
    let file = fs.open_lock(path)?;
    match fs.try_lock(&file) {
        Err(TryLockError::WouldBlock) => Ok(Attempt::Held(Holder::read(&file))),
        Err(TryLockError::Error(error)) => Err(error),
        Ok(()) if has_name(&file, path)? => Ok(Attempt::Taken(file)),
        Ok(()) => Ok(Attempt::Vanished),
    }
}

/// Whether `path` names this very file.
fn has_name(file: &File, path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        named => Ok(is_same(&file.metadata()?, &named?)),
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere the file is never removed, so there is only one.
#[cfg(not(unix))]
fn is_same(_one: &Metadata, _other: &Metadata) -> bool {
    true
}
