//! What can go wrong with files of rows.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use files::OutputError;
use thiserror::Error;

use crate::{ColumnError, Format, NamingError, TextError, TimeError};

/// Everything this crate refuses, and why.
///
/// A variant about a file names the file. What the operating system or a decoder said is the
/// [source](StdError::source), not part of the message: a broken pipe is an [`io::Error`] of kind
/// [`BrokenPipe`](io::ErrorKind::BrokenPipe) there.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum TabularError {
    /// The name or the format of a file.
    #[error(transparent)]
    Naming(#[from] NamingError),
    /// The lines of a text file.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A column.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// An array of times.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// A file is not written: it is an input, there is another one, or the disk refuses.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A file could not be opened or read.
    #[error("cannot {action} {}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    /// A stream did not take what was written to it.
    #[error("cannot write the rows")]
    Stream { source: io::Error },
    /// Rows that wait for a stream have no room on the disk.
    #[error("cannot keep the rows in the folder for temporary files until they are complete")]
    Waiting { source: io::Error },
    /// The rows cannot be written in this format.
    #[error("cannot write these columns as {}", format.title())]
    Encode { format: Format, source: Box<dyn StdError + Send + Sync> },
    /// The file is damaged, cut off, or uses something of its format that is not supported.
    #[error(
        "{} cannot be read as {} after row {rows}: it is damaged, cut off or of a kind that this \
         program does not know", path.display(), format.title()
    )]
    Decode { path: PathBuf, format: Format, rows: u64, source: Box<dyn StdError + Send + Sync> },
    /// A file that is read twice had other rows the second time.
    #[error(
        "{} had {was} rows when it was looked through, and {now} when they were read: it changed \
         meanwhile; wait until it is written, and try again", path.display()
    )]
    Changed { path: PathBuf, was: u64, now: u64 },
}
