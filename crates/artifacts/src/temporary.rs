//! The hidden files that contents are written to before they get their name.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::file_system::FileSystem;
use crate::folder::{entries, month_of};
use crate::{ArtifactError, Result};

const ENDING: &str = ".tmp";

/// A hidden file that disappears unless it is renamed.
pub(crate) struct Temporary<'fs, F: FileSystem> {
    fs: &'fs F,
    path: PathBuf,
}

impl<'fs, F: FileSystem> Temporary<'fs, F> {
    /// A new file for what is to be called `name`.
    pub(crate) fn create(fs: &'fs F, folder: &Path, name: &str) -> io::Result<(File, Self)> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".{name}.{}-{number}{ENDING}", process::id()));
            match fs.create_file(&path) {
                Ok(file) => return Ok((file, Self { fs, path })),
                // Left behind by a process of the same number that was killed: take the next name.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl<F: FileSystem> Drop for Temporary<'_, F> {
    fn drop(&mut self) {
        let _ = self.fs.remove_file(&self.path); // gone already if it was renamed
    }
}

/// Whether this program gives such names to temporary files: `.2025-11.msgpack.4711-0.tmp`.
pub(crate) fn is_temporary_name(name: &str, extension: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    name.strip_prefix('.')
        .and_then(|name| name.strip_suffix(ENDING))
        .and_then(|name| name.rsplit_once('.'))
        .filter(|(file_name, _)| month_of(file_name, extension).is_some())
        .and_then(|(_, numbers)| numbers.split_once('-'))
        .is_some_and(|(process, count)| digits(process) && digits(count))
}

/// Removes the temporary files in `folder`, and says which. Only for who holds the folder's lock:
/// nobody else can be writing them then.
pub(crate) fn remove_leftovers(
    fs: &impl FileSystem,
    folder: &Path,
    extension: &str,
) -> Result<Vec<PathBuf>> {
    let mut removed = Vec::new();
    for path in entries(folder)? {
        let name = path.file_name().and_then(OsStr::to_str);
        let is_file = path.symlink_metadata().is_ok_and(|found| found.is_file());
        if is_file && name.is_some_and(|name| is_temporary_name(name, extension)) {
            match fs.remove_file(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => {
                    return Err(ArtifactError::File { action: "remove", path, source });
                }
                Ok(()) => removed.push(path),
            }
        }
    }
    removed.sort_unstable();
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_this_program_gives_are_its_temporary_files() {
        for ours in [".2025-11.msgpack.4711-0.tmp", ".2025-01.msgpack.1-18446744073709551615.tmp"] {
            assert!(is_temporary_name(ours, "msgpack"), "{ours}");
        }
        for other in [
            "2025-11.msgpack.4711-0.tmp",
            ".2025-13.msgpack.4711-0.tmp",
            ".2025-11.msgpack.4711-0.tmp~",
            ".2025-11.msgpack.4711-.tmp",
            ".2025-11.msgpack.-0.tmp",
            ".2025-11.msgpack.47x11-0.tmp",
            ".2025-11.msgpack.tmp",
            ".2025-11.json.4711-0.tmp",
            ".notes.tmp",
            ".tmp",
            ".lock",
            "",
        ] {
            assert!(!is_temporary_name(other, "msgpack"), "{other}");
        }
    }
}
