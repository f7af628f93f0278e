//! Where rows go: a stream, or a file that is there whole or not at all.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::TabularError;

/// Where a [`BatchWriter`](crate::BatchWriter) writes.
pub enum Destination<'a> {
    /// A stream such as standard output. A reader of it that goes away is an error of kind
    /// [`BrokenPipe`](io::ErrorKind::BrokenPipe).
    Stream(&'a mut dyn Write),
    /// A file. Its rows gather in a hidden file beside it, which gets the name when it is finished
    /// and on the disk, and disappears if it never is.
    File {
        /// The file.
        path: PathBuf,
        /// Whether one that exists is replaced; otherwise that is an error.
        overwrite: bool,
    },
}

impl fmt::Debug for Destination<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(_) => f.write_str("Stream"),
            Self::File { path, overwrite } => {
                f.debug_struct("File").field("path", path).field("overwrite", overwrite).finish()
            }
        }
    }
}

/// An open [`Destination`].
pub(crate) enum Sink<'a> {
    Stream(&'a mut dyn Write),
    File(StagedFile),
}

impl<'a> Sink<'a> {
    pub(crate) fn open(destination: Destination<'a>) -> Result<Self, TabularError> {
        Ok(match destination {
            Destination::Stream(stream) => Self::Stream(stream),
            Destination::File { path, overwrite } => {
                Self::File(StagedFile::create(path, overwrite)?)
            }
        })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), TabularError> {
        match self {
            Self::Stream(stream) => {
                stream.write_all(bytes).map_err(|source| TabularError::Stream { source })
            }
            Self::File(file) => file.write(bytes),
        }
    }

    pub(crate) fn finish(self) -> Result<(), TabularError> {
        match self {
            Self::Stream(stream) => {
                stream.flush().map_err(|source| TabularError::Stream { source })
            }
            Self::File(file) => file.publish(),
        }
    }
}

/// A hidden file that disappears unless it is published under its name.
pub(crate) struct StagedFile {
    staged: NamedTempFile,
    path: PathBuf,
    overwrite: bool,
}

impl StagedFile {
    fn create(path: PathBuf, overwrite: bool) -> Result<Self, TabularError> {
        let path = checked(path, overwrite)?;
        let fail = |source| TabularError::File { action: "create", path: path.clone(), source };
        let Some(name) = path.file_name() else {
            return Err(fail(io::Error::new(io::ErrorKind::InvalidInput, "the path has no name")));
        };
        let mut prefix = std::ffi::OsString::from(".");
        prefix.push(name);
        prefix.push(".");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".tmp");
        // Temporary files are private by default; this one becomes an ordinary file.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        // The kind alone: the whole error names a hidden file that nobody asked for.
        let staged = builder
            .tempfile_in(folder_of(&path))
            .map_err(|error| fail(io::Error::from(error.kind())))?;
        Ok(Self { staged, path, overwrite })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), TabularError> {
        self.staged.write_all(bytes).map_err(|source| self.cannot_write(source))
    }

    fn publish(self) -> Result<(), TabularError> {
        let Self { staged, path, overwrite } = self;
        let fail = |source| TabularError::File { action: "write", path: path.clone(), source };
        staged.as_file().sync_all().map_err(fail)?;
        let named = if overwrite { staged.persist(&path) } else { staged.persist_noclobber(&path) };
        match named {
            Ok(_) => sync_folder(folder_of(&path)).map_err(fail),
            // Somebody else was faster.
            Err(error) if !overwrite && error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(TabularError::Exists { path })
            }
            Err(error) => Err(fail(error.error)),
        }
    }

    fn cannot_write(&self, source: io::Error) -> TabularError {
        TabularError::File { action: "write", path: self.path.clone(), source }
    }
}

/// The path to write to, if it may be: before hours of work, not after. A link leads to the file that
/// it stands for, which is replaced instead of the link.
fn checked(path: PathBuf, overwrite: bool) -> Result<PathBuf, TabularError> {
    let Ok(metadata) = fs::metadata(&path) else {
        return Ok(path); // what is wrong with it, if anything, creating the file beside it will tell
    };
    if !metadata.is_file() {
        let found = if metadata.is_dir() { "a folder" } else { "a device or a pipe" };
        return Err(TabularError::NotAFile { path, found });
    }
    if !overwrite {
        return Err(TabularError::Exists { path });
    }
    fs::canonicalize(&path).map_err(|source| TabularError::File { action: "open", path, source })
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
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
