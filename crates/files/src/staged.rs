//! A file that is there whole or not at all.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::output::folder_of;
use crate::{Output, OutputError};

const ENDING: &str = ".tmp";
/// How many letters and digits stand between the file's name and the ending.
const RANDOM: usize = 6;

/// Writes `bytes` as the file `output`, whole or not at all.
///
/// # Errors
/// Those of [`StagedFile`].
pub fn write_whole(output: &Output<'_>, bytes: &[u8]) -> Result<(), OutputError> {
    let mut file = StagedFile::create(output)?;
    file.write(bytes)?;
    file.publish()
}

/// A hidden file beside the one to be written, which disappears unless it is published under its name.
///
/// What a call that was killed has left behind, the next one for the same file removes: as long as its
/// owner lives, a hidden file is locked.
#[derive(Debug)]
pub struct StagedFile {
    staged: NamedTempFile,
    path: PathBuf,
    overwrite: bool,
}

impl StagedFile {
    /// Begins the file, once it may be written.
    ///
    /// # Errors
    /// Those of [`Output::check`], and a hidden file that cannot be created.
    pub fn create(output: &Output<'_>) -> Result<Self, OutputError> {
        let path = output.check()?;
        let fail = |source| OutputError::File { action: "create", path: path.clone(), source };
        let Some(name) = path.file_name() else {
            return Err(fail(io::Error::new(io::ErrorKind::InvalidInput, "the path has no name")));
        };
        let folder = folder_of(&path);
        if !folder.exists() {
            let folder = folder.to_owned();
            return Err(OutputError::NoFolder { path, folder });
        }
        let mut prefix = OsString::from(".");
        prefix.push(name);
        prefix.push(".");
        remove_left(folder, &prefix);
        let staged = locked(folder, &prefix).map_err(fail)?;
        Ok(Self { staged, path, overwrite: output.replaces() })
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// When they cannot be written, because the disk is full, say.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        let fail = |source| OutputError::File { action: "write", path: self.path.clone(), source };
        self.staged.write_all(bytes).map_err(fail)
    }

    /// Gives the file its name, once it is on the disk.
    ///
    /// # Errors
    /// When it cannot be flushed or renamed, and [`Exists`](OutputError::Exists) when somebody else has
    /// made a file of that name meanwhile, and it was not to be replaced.
    pub fn publish(self) -> Result<(), OutputError> {
        let Self { staged, path, overwrite } = self;
        let fail = |source| OutputError::File { action: "write", path: path.clone(), source };
        staged.as_file().sync_all().map_err(fail)?;
        let named = if overwrite { staged.persist(&path) } else { staged.persist_noclobber(&path) };
        match named {
            Ok(_) => sync_folder(folder_of(&path)).map_err(fail),
            // Somebody else was faster.
            Err(error) if !overwrite && error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(OutputError::Exists { path })
            }
            Err(error) => Err(fail(error.error)),
        }
    }
}

/// A hidden file that this process has locked.
fn locked(folder: &Path, prefix: &OsStr) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).suffix(ENDING).rand_bytes(RANDOM);
    // Temporary files are private by default; this one becomes an ordinary file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    loop {
        let staged = builder.tempfile_in(folder)?;
        // Where there are no locks, nothing is ever taken for left behind either.
        let _unlocked = staged.as_file().try_lock();
        // Between the two, somebody may have taken it for left behind.
        if staged.path().exists() {
            return Ok(staged);
        }
    }
}

/// Removes the hidden files of calls that are gone. Whatever fails here is no obstacle.
fn remove_left(folder: &Path, prefix: &OsStr) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if !is_staged(&entry.file_name(), prefix) {
            continue;
        }
        let left = File::options().read(true).write(true).open(entry.path());
        if left.is_ok_and(|file| file.try_lock().is_ok()) {
            let _still_there = fs::remove_file(entry.path());
        }
    }
}

fn is_staged(name: &OsStr, prefix: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let random = name.strip_prefix(prefix.as_encoded_bytes());
    let random = random.and_then(|rest| rest.strip_suffix(ENDING.as_bytes()));
    random.is_some_and(|random| {
        random.len() == RANDOM && random.iter().all(u8::is_ascii_alphanumeric)
    })
}

/// Makes the new name survive a power failure, where that can be asked for: only Unix opens folders,
/// and some network file systems refuse to flush one.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::Unsupported
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::PermissionDenied
            ) =>
        {
            Ok(())
        }
        flushed => flushed,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_call_left_is_removed_and_what_a_living_one_writes_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o.csv");
        let any = |_: &[u8]| true;
        let output = Output::new(&path, "a file", &any);
        let left = [".o.csv.a1B2c3.tmp", ".o.csv.tmp", ".o.csv.a1B2c3d.tmp", ".x.csv.a1B2c3.tmp"];
        for name in left {
            fs::write(folder.path().join(name), "left").unwrap();
        }
        let living = StagedFile::create(&output).unwrap();
        let mut next = StagedFile::create(&output).unwrap();
        assert!(living.staged.path().exists());
        let there = left.map(|name| folder.path().join(name).exists());
        assert_eq!(there, [false, true, true, true], "only what this crate has named");
        next.write(b"x").unwrap();
        next.publish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"x");
        assert!(matches!(living.publish(), Err(OutputError::Exists { .. })));
    }
}
