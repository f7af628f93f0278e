//! A file cannot be opened, read or written.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::{DuckDbError, FileKind, LockHolder};

/// A file cannot be opened, read or written. Timestamps are µs UTC.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum FileError {
    /// There is no file at the path.
    #[error("there is no file {}: check the path (a relative one starts at the working directory)", .path.display())]
    NoSuchFile { path: PathBuf },
    /// A file of rows cannot be read.
    #[error("cannot read the rows of {}", .path.display())]
    Rows { path: PathBuf, source: tabular::TabularError },
    /// The path is that of a folder without files of rows.
    #[error(
        "{} is a folder: give the path of a file in it (a folder of Parquet or CSV files can be given \
         too)", .path.display()
    )]
    IsFolder { path: PathBuf },
    /// The path is that of a pipe, a socket or a device.
    #[error("{} is a pipe, a socket or a device, not a file: give the path of a .duckdb file", .path.display())]
    NotRegularFile { path: PathBuf },
    /// DuckDB cannot open a file of such a name.
    #[error("the path {} is not valid UTF-8, and DuckDB opens no other: rename the file or its folder", .path.display())]
    PathNotUtf8 { path: PathBuf },
    /// The system does not let this user read the file.
    #[error("{} must not be read by this user: change the permissions of the file or its folder", .path.display())]
    PermissionDenied { path: PathBuf, source: io::Error },
    /// The file could not be read for some other reason.
    #[error("{} cannot be read", .path.display())]
    Io { path: PathBuf, source: io::Error },
    /// The file is something else than a DuckDB database.
    #[error(
        "{} is not a DuckDB database but {found}: give the path of a .duckdb file, or of a file of rows \
         that ends in .parquet, .csv, .arrow, .json or .jsonl", .path.display()
    )]
    NotDuckDb { path: PathBuf, found: FileKind },
    /// The file was written by a version of DuckDB that this one does not understand.
    #[error(
        "{} was written by another version of DuckDB, which this one cannot read: update this \
         program, or write the file anew (EXPORT DATABASE) for DuckDB 2.0", .path.display()
    )]
    OtherVersion { path: PathBuf, source: DuckDbError },
    /// Another process was writing to the file all the time.
    #[error(
        "{} is locked by {}: waited {:.1} s for it; stop the writer, or wait longer with \
         --lock-timeout",
        .path.display(),
        .holder.as_ref().map_or_else(|| "another process".to_owned(), ToString::to_string),
        .waited.as_secs_f64()
    )]
    Locked { path: PathBuf, holder: Option<LockHolder>, waited: Duration, source: DuckDbError },
    /// A DuckDB database that DuckDB cannot open.
    #[error("DuckDB cannot open {}: it may be damaged, encrypted, or still being copied", .path.display())]
    Open { path: PathBuf, source: DuckDbError },
    /// Rows could not be written.
    #[error("DuckDB cannot write {}", .path.display())]
    Write { path: PathBuf, source: DuckDbError },
    /// A query failed.
    #[error("DuckDB could not answer a query on {}", .path.display())]
    Query { path: PathBuf, source: DuckDbError },
    /// A query gave a column of another type than it must.
    #[error("{}: a query gave `{column}` as {found}, {wanted} was wanted", .path.display())]
    ArrowType { path: PathBuf, column: String, found: String, wanted: &'static str },
}
