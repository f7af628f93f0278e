//! Writing a file so that it is there whole or not at all, even if the power fails.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::file_system::FileSystem;
use crate::folder::{flush_folder, is_taken};
use crate::temporary::Temporary;
use crate::{ArtifactError, Result};

/// What became of a file that was to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Published {
    /// It stands under its name, on the disk.
    Yes,
    /// There is one of that name already, and it was not to be replaced.
    NameTaken,
}

/// Creates the file `folder/name` with these `bytes` in a folder whose lock the process holds.
///
/// The bytes go into a hidden file of the same folder and reach the disk before they get their name;
/// then the folder is flushed too. With `replace` the name moves by rename: readers see the old file
/// or the new one. Without, it is a hard link, which fails if the name exists, so of several writers
/// at once exactly one wins, locks or not.
pub(crate) fn publish(
    fs: &impl FileSystem,
    folder: &Path,
    name: &str,
    bytes: &[u8],
    replace: bool,
) -> Result<Published> {
    let path = folder.join(name);
    let into_folder =
        |source| ArtifactError::Folder { action: "write to", path: folder.to_owned(), source };
    let into_file = |source| ArtifactError::File { action: "write", path: path.clone(), source };

    let (file, temporary) = Temporary::create(fs, folder, name).map_err(into_folder)?;
    fs.write(&file, bytes).and_then(|()| fs.flush_file(&file)).map_err(into_file)?;
    drop(file); // Windows renames no open file

    let named = if replace {
        fs.rename(temporary.path(), &path)
    } else {
        take_free_name(fs, temporary.path(), &path)
    };
    match named {
        Ok(()) => {}
        Err(error) if !replace && error.kind() == io::ErrorKind::AlreadyExists => {
            return Ok(Published::NameTaken);
        }
        Err(source) => return Err(into_file(source)),
    }
    drop(temporary); // its name goes before the folder is flushed
    flush_folder(fs, folder)?;
    Ok(Published::Yes)
}

fn take_free_name(fs: &impl FileSystem, from: &Path, to: &Path) -> io::Result<()> {
    match fs.hard_link(from, to) {
        Err(error) if no_hard_links(&error) => rename_if_free(fs, from, to),
        linked => linked,
    }
}

/// Where there are no hard links (FAT, some network drives). The folder's lock keeps other processes
/// out, the mutex the other threads of this one.
fn rename_if_free(fs: &impl FileSystem, from: &Path, to: &Path) -> io::Result<()> {
    static NAMING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = NAMING.lock().unwrap_or_else(PoisonError::into_inner);
    if is_taken(to) {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs.rename(from, to)
}

fn no_hard_links(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::fs;

    use super::*;
    use crate::file_system::Disk;

    type Take = fn(&Disk, &Path, &Path) -> io::Result<()>;

    #[test]
    fn the_first_to_take_a_name_keeps_it() {
        let ways: [Take; 2] = [take_free_name, rename_if_free]; // with hard links and without
        for take in ways {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("name");
            for text in ["first", "second"] {
                let (file, temporary) = Temporary::create(&Disk, folder.path(), "name").unwrap();
                Disk.write(&file, text.as_bytes()).unwrap();
                let taken = take(&Disk, temporary.path(), &path).map_err(|error| error.kind());
                let wanted =
                    if text == "first" { Ok(()) } else { Err(io::ErrorKind::AlreadyExists) };
                assert_eq!(taken, wanted);
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), "first");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
        }
    }

    #[test]
    fn what_a_killed_process_left_behind_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let (_file, left) = Temporary::create(&Disk, folder.path(), "name").unwrap();
        // The names that come next may be taken too, by a process that had our number.
        let number = left.path().file_stem().unwrap().to_str().unwrap();
        let (before, count) = number.rsplit_once('-').unwrap();
        let count: u64 = count.parse().unwrap();
        for next in count + 1..count + 20 {
            fs::write(folder.path().join(format!("{before}-{next}.tmp")), "left").unwrap();
        }
        publish(&Disk, folder.path(), "name", b"whole", false).unwrap();
        assert_eq!(fs::read(folder.path().join("name")).unwrap(), b"whole");
    }
}
