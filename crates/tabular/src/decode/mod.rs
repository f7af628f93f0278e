//! From files to batches, one file a format.

mod arrow_ipc;
mod column;
mod csv;
mod guard;
mod json;
mod json_columns;
mod kind;
mod moment;
mod parquet;
mod quotes;

use std::error::Error as StdError;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

pub(crate) use self::csv::separator_hint;
pub(crate) use self::kind::Seen;
pub use self::moment::Moment;
pub use self::quotes::check_quotes;
use crate::{Format, TabularError};

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

/// Opens `path`; `typed` names the columns of a CSV file that are read by type, `None` means all.
pub(crate) fn open(
    path: &Path,
    format: Format,
    batch_rows: usize,
    typed: Option<&[&str]>,
) -> Result<Opened, Failure> {
    match format {
        Format::Csv => csv::open(path, batch_rows, typed),
        Format::Json | Format::JsonLines => json::open(path, batch_rows),
        Format::Parquet => parquet::open(path, batch_rows),
        Format::Arrow => arrow_ipc::open(path),
        // Tables are for people; no ending leads here.
        Format::Table => {
            Err(TabularError::Naming(crate::NamingError::UnknownEnding { path: path.to_owned() })
                .into())
        }
    }
}

/// Rows of a file that is read twice.
pub(crate) struct Counted {
    was: u64,
    now: u64,
}

impl Counted {
    /// Refuses a second reading that has ended, or gone on, with other rows than the first had.
    fn check(&self, path: &Path) -> Result<(), Failure> {
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
        return Err(TabularError::Naming(crate::NamingError::NotAFile {
            path: path.to_owned(),
            found,
        }));
    }
    File::open(path).map_err(fail)
}

/// The format of a file, by its ending, or else by its first bytes. Where both speak they must agree.
pub(crate) fn format_of(path: &Path) -> Result<Format, TabularError> {
    let mut first = Vec::new();
    open_file(path)?.take(6).read_to_end(&mut first).map_err(|source| TabularError::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    let magic = match first.as_slice() {
        b"ARROW1" => Some(Format::Arrow),
        bytes if bytes.starts_with(b"PAR1") => Some(Format::Parquet),
        _ => None,
    };
    let other = |wanted, found| {
        TabularError::Naming(crate::NamingError::OtherContent {
            path: path.to_owned(),
            wanted,
            found,
        })
    };
    match (Format::of_path(path), magic) {
        (Some(ending), _) if first.is_empty() => Err(other(ending, "it is empty")),
        (Some(ending), Some(magic)) if ending == magic => Ok(ending),
        (Some(ending), Some(Format::Parquet)) => {
            Err(other(ending, "it begins like Parquet: rename it"))
        }
        (Some(ending), Some(_)) => Err(other(ending, "it begins like Arrow IPC: rename it")),
        (Some(ending @ (Format::Parquet | Format::Arrow)), None) => {
            Err(other(ending, "it does not begin like one"))
        }
        (Some(format), None) | (None, Some(format)) => Ok(format),
        (None, None) => {
            Err(TabularError::Naming(crate::NamingError::UnknownEnding { path: path.to_owned() }))
        }
    }
}
