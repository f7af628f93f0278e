//! An open file, and what can be wrong with it.

use std::error::Error as StdError;
use std::fs::File;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::kind::Seen;
use crate::TabularError;

/// Batches one after another; they may be longer than was asked for.
pub(crate) type Batches = Box<dyn Iterator<Item = Result<RecordBatch, Failure>> + Send>;

/// What a decoder finds wrong.
pub(crate) enum Failure {
    /// Something of which this crate knows what it is.
    Known(TabularError),
    /// Something that only the decoder can explain.
    Decoder(Box<dyn StdError + Send + Sync>),
}

impl From<TabularError> for Failure {
    fn from(error: TabularError) -> Self {
        Self::Known(error)
    }
}

impl From<arrow::error::ArrowError> for Failure {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Decoder(error.into())
    }
}

/// A file that is open, its columns known.
pub(crate) struct Opened {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Batches,
    /// For a text format: what was seen in each column.
    pub(crate) seen: Vec<Seen>,
}

/// Rows of a file that is read twice.
pub(crate) struct Counted {
    pub(super) was: u64,
    pub(super) now: u64,
}

impl Counted {
    /// Refuses a second reading that has ended, or gone on, with other rows than the first had.
    pub(super) fn check(&self, path: &Path) -> Result<(), Failure> {
        let Self { was, now } = *self;
        if was == now {
            return Ok(());
        }
        Err(TabularError::Changed { path: path.to_owned(), was, now }.into())
    }
}

/// Opens a file: folders, devices and pipes are refused, since a file may be read twice.
pub(crate) fn open_file(path: &Path) -> Result<File, TabularError> {
    let fail = |source| TabularError::File { action: "open", path: path.to_owned(), source };
    // Looked at before it is opened: opening a pipe would wait for somebody to write to it.
    let metadata = std::fs::metadata(path).map_err(fail)?;
    if !metadata.is_file() {
        let found = if metadata.is_dir() { "a folder" } else { "a device or a pipe" };
        return Err(crate::NamingError::NotAFile { path: path.to_owned(), found }.into());
    }
    File::open(path).map_err(fail)
}
