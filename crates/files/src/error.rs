//! Why a file cannot be written.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::FileKind;

/// A file that is not written, and why. What the operating system said is the
/// [source](std::error::Error::source).
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum OutputError {
    /// The output would replace what the same call reads.
    #[error("{} is a file that is read: name another file for the output", path.display())]
    IsInput { path: PathBuf },
    /// What stands there is something else than what is to be written.
    #[error(
        "{} holds {found} and not {wanted}: it is not replaced, also not with \
         --overwrite; name another file, or move it away", path.display()
    )]
    OtherKind { path: PathBuf, found: FileKind, wanted: String },
    /// The file exists, and was not to be replaced.
    #[error("{} exists already: pass --overwrite to replace it", path.display())]
    Exists { path: PathBuf },
    /// Something of that name exists, but it is a folder, a device or a pipe.
    #[error("{} is {found}, not a file: name another file", path.display())]
    NotAFile { path: PathBuf, found: &'static str },
    /// The folder that the file was to stand in is not there.
    #[error("cannot create {}: there is no folder {}", path.display(), folder.display())]
    NoFolder { path: PathBuf, folder: PathBuf },
    /// A file could not be opened, created, written or renamed.
    #[error("cannot {action} {}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
}

impl OutputError {
    /// Whether the call cannot be carried out as written, whatever the disk does: exit code 2.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::IsInput { .. } | Self::OtherKind { .. } | Self::NotAFile { .. })
    }
}
