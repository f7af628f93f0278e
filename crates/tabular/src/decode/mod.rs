//! From files to batches, one file a format.

mod arrow_ipc;
mod column;
mod csv;
mod guard;
mod json;
mod json_columns;
mod kind;
mod moment;
mod opened;
mod parquet;
mod quotes;

use std::io::Read;
use std::path::Path;

pub(crate) use self::csv::separator_hint;
pub(crate) use self::kind::Seen;
pub use self::moment::Moment;
pub(crate) use self::opened::{Batches, Failure, Opened, open_file};
pub use self::quotes::check_quotes;
use crate::{Format, TabularError};

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
        crate::NamingError::OtherContent { path: path.to_owned(), wanted, found }.into()
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
        (None, None) => Err(crate::NamingError::UnknownEnding { path: path.to_owned() }.into()),
    }
}
