//! Writing a file so that it is there whole or not at all, even if the power fails.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::BinningError;

/// What became of a file that was to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Published {
    /// It stands under its name, on the disk.
    Yes,
    /// There is one of that name already, and it was not to be replaced.
    NameTaken,
}

/// Creates the file `folder/name` with these `bytes`, and the folder if need be.
///
/// The bytes go into a hidden file of the same folder and reach the disk before they get their name;
/// then the folder is flushed too. With `replace` the name moves by rename: readers see the old file
/// or the new one. Without, it is a hard link, which fails if the name exists, so of several writers
/// at once exactly one wins.
pub(crate) fn publish(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    replace: bool,
) -> Result<Published, BinningError> {
    create_folder(folder)?;
    let path = folder.join(name);
    let into_folder =
        |source| BinningError::Folder { action: "write to", path: folder.to_owned(), source };
    let into_file = |source| BinningError::File { action: "write", path: path.clone(), source };

    let (mut file, staged) = Staged::create(folder, name).map_err(into_folder)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(into_file)?;
    drop(file); // Windows renames no open file

    let named = if replace { staged.replace(&path) } else { staged.link(&path) };
    match named {
        Ok(()) => {}
        Err(error) if !replace && error.kind() == io::ErrorKind::AlreadyExists => {
            return Ok(Published::NameTaken);
        }
        Err(source) => return Err(into_file(source)),
    }
    drop(staged); // its name goes before the folder is flushed
    sync_folder(folder)?;
    Ok(Published::Yes)
}

/// A hidden file that disappears unless it gets a name.
struct Staged {
    path: PathBuf,
}

impl Staged {
    fn create(folder: &Path, name: &str) -> io::Result<(File, Self)> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".{name}.{}-{number}.tmp", process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((file, Self { path })),
                // Left behind by a process of the same number that was killed: take the next name.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn replace(&self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)
    }

    fn link(&self, path: &Path) -> io::Result<()> {
        match fs::hard_link(&self.path, path) {
            Err(error) if no_hard_links(&error) => self.claim(path),
            linked => linked,
        }
    }

    /// Where there are no hard links (FAT, some network drives): an empty file takes the name, which
    /// only one writer can do, and is then replaced. A reader in between finds it truncated.
    fn claim(&self, path: &Path) -> io::Result<()> {
        OpenOptions::new().write(true).create_new(true).open(path)?;
        self.replace(path).inspect_err(|_| {
            let _ = fs::remove_file(path); // the claim; the error of `replace` says more
        })
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path); // gone already if it was renamed
    }
}

fn no_hard_links(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied)
}

/// Creates `folder` and those above it, each flushed into the folder that holds it.
fn create_folder(folder: &Path) -> Result<(), BinningError> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if parent != folder {
        create_folder(parent)?;
    }
    match fs::create_dir(folder) {
        Ok(()) => sync_folder(parent),
        // Somebody else was faster.
        Err(_) if folder.is_dir() => Ok(()),
        Err(source) => {
            Err(BinningError::Folder { action: "create", path: folder.to_owned(), source })
        }
    }
}

/// Makes new names in `folder` survive a power failure, where that can be asked for: only Unix opens
/// folders, and some network file systems refuse to flush one.
fn sync_folder(folder: &Path) -> Result<(), BinningError> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if cannot_be_flushed(&error) => Ok(()),
        flushed => flushed.map_err(|source| BinningError::Folder {
            action: "flush",
            path: folder.to_owned(),
            source,
        }),
    }
}

fn cannot_be_flushed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn staged(folder: &Path, text: &str) -> Staged {
        let (mut file, staged) = Staged::create(folder, "name").unwrap();
        file.write_all(text.as_bytes()).unwrap();
        staged
    }

    /// With hard links and without them.
    const WAYS: [fn(&Staged, &Path) -> io::Result<()>; 2] = [Staged::link, Staged::claim];

    #[test]
    fn the_first_to_take_a_name_keeps_it() {
        for take in WAYS {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("name");
            take(&staged(folder.path(), "first"), &path).unwrap();
            let error = take(&staged(folder.path(), "second"), &path).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read_to_string(&path).unwrap(), "first");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
        }
    }

    #[test]
    fn what_a_killed_process_left_behind_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let (_file, left) = Staged::create(folder.path(), "name").unwrap();
        // The names that come next may be taken too, by a process that had our number.
        let number = left.path.file_stem().unwrap().to_str().unwrap();
        let (before, count) = number.rsplit_once('-').unwrap();
        let count: u64 = count.parse().unwrap();
        for next in count + 1..count + 20 {
            fs::write(folder.path().join(format!("{before}-{next}.tmp")), "left").unwrap();
        }
        publish(folder.path(), "name", b"whole", false).unwrap();
        assert_eq!(fs::read(folder.path().join("name")).unwrap(), b"whole");
    }
}
