//! A DuckDB file, open for reading.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::RwLockReadGuard;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use duckdb::{Statement, params_from_iter};
use files::{FileKind, HEAD_BYTES};
use tracing::debug;

use crate::columns::texts;
use crate::flat::{self, FlatError};
use crate::known::Known;
use crate::lock;
use crate::open_files::{self, Session};
use crate::system_error::require_file;
use crate::{DuckDbError, FileError, MarketDataError, Parameter};

/// A DuckDB file, open read-only.
///
/// While it is open, other processes may read the file but not write to it: drop it soon. A file may
/// be open several times in a process, and is released when the last `Database` of it is dropped.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    session: Session,
}

impl Database {
    /// Opens `path` read-only; never creates a file. A Parquet, CSV, Arrow or JSON file (by its ending),
    /// or a folder of them, is read into memory: its columns tell which table it is. While another process is writing to it, tries
    /// again with growing pauses until `lock_timeout` has passed (see
    /// [`DEFAULT_LOCK_TIMEOUT`](crate::DEFAULT_LOCK_TIMEOUT)).
    ///
    /// # Errors
    /// [`NoSuchFile`](crate::FileError::NoSuchFile), [`IsFolder`](crate::FileError::IsFolder),
    /// [`NotRegularFile`](crate::FileError::NotRegularFile),
    /// [`PathNotUtf8`](crate::FileError::PathNotUtf8),
    /// [`PermissionDenied`](crate::FileError::PermissionDenied),
    /// [`NotDuckDb`](crate::FileError::NotDuckDb), [`OtherVersion`](crate::FileError::OtherVersion),
    /// [`Locked`](crate::FileError::Locked) or, for damaged files, [`Open`](crate::FileError::Open).
    pub fn open(path: impl AsRef<Path>, lock_timeout: Duration) -> Result<Self, MarketDataError> {
        let path = path.as_ref();
        let begin = Instant::now();
        if let Some(session) = open_rows(path)? {
            return Ok(Self { path: path.to_owned(), session });
        }
        require_file(path)?;
        match lock::retry(path, lock_timeout, || open_files::open(path)) {
            Ok(session) => Ok(Self { path: path.to_owned(), session }),
            Err(error) => Err(explain(path, error, begin.elapsed())),
        }
    }

    /// The path as it was given to [`Database::open`].
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What has been found out about the file.
    pub(crate) fn known(&self) -> &Known {
        &self.session.known
    }

    /// The name of the file's database.
    pub(crate) fn name(&self) -> &str {
        &self.session.file.name
    }

    /// Runs a query and gives its rows as Arrow record batches while DuckDB computes them. Values
    /// belong into `parameters`, one for each `?` in order, never into the text.
    ///
    /// A `Database` has one stream at a time: the next query ends it.
    ///
    /// # Errors
    /// [`Query`](crate::FileError::Query) when DuckDB refuses the query; the items give the errors
    /// of fetching.
    pub fn stream(
        &self,
        sql: &str,
        parameters: &[Parameter],
    ) -> Result<Batches<'_>, MarketDataError> {
        debug!(file = %self.path.display(), sql, ?parameters, "query");
        let failed = |source| query_failed(&self.path, source);
        let memory = self.session.file.instance.use_memory();
        let mut statement = self.session.connection.prepare(sql).map_err(failed)?;
        // The iterator that this gives borrows the statement; `Statement::step` fetches the same
        // chunks and lets `Batches` own it.
        let _started = statement.stream_arrow(params_from_iter(parameters)).map_err(failed)?;
        Ok(Batches { path: &self.path, statement: Some(statement), _memory: memory })
    }

    /// Gives back the memory in which DuckDB keeps the blocks that it has read.
    pub(crate) fn forget_blocks(&self) -> Result<(), MarketDataError> {
        let forgotten = self.session.file.instance.forget_blocks();
        forgotten.map_err(|source| query_failed(&self.path, source))
    }

    /// The texts of a query's only column, NULL left out.
    pub(crate) fn texts(
        &self,
        sql: &str,
        parameters: &[Parameter],
    ) -> Result<Vec<String>, MarketDataError> {
        let mut found = Vec::new();
        for batch in self.stream(sql, parameters)? {
            let batch = batch?;
            found.extend(texts(&self.path, &batch, 0)?.iter().flatten().map(str::to_owned));
        }
        Ok(found)
    }
}

/// What is no DuckDB file but one of rows, or a folder of such: a database in memory then.
fn open_rows(path: &Path) -> Result<Option<Session>, MarketDataError> {
    let files = flat::files(path);
    if files.is_empty()
        || path.is_file() && FileKind::of(&read_head(path).unwrap_or_default()) == FileKind::DuckDb
    {
        return Ok(None);
    }
    match open_files::open_flat(path, &files) {
        Ok(session) => Ok(Some(session)),
        Err(FlatError::DuckDb(source)) => Err(query_failed(path, source)),
        Err(FlatError::File(path, source)) => Err(FileError::Rows { path, source }.into()),
    }
}

/// Finds out why DuckDB could not open `path`. Looks into the file only after DuckDB let go of it,
/// because closing any handle of a file drops the process's locks on it.
fn explain(path: &Path, source: duckdb::Error, waited: Duration) -> MarketDataError {
    let path = path.to_owned();
    let source = DuckDbError::from(source);
    let message = source.to_string();
    if lock::is_conflict(&message) {
        let holder = lock::holder(&message);
        return FileError::Locked { path, holder, waited, source }.into();
    }
    let head = match read_head(&path) {
        Ok(head) => head,
        Err(error) => return MarketDataError::from_io(&path, error),
    };
    match FileKind::of(&head) {
        FileKind::DuckDb if message.contains("storage version number") => {
            FileError::OtherVersion { path, source }.into()
        }
        FileKind::DuckDb => FileError::Open { path, source }.into(),
        found => FileError::NotDuckDb { path, found }.into(),
    }
}

fn query_failed(path: &Path, source: duckdb::Error) -> MarketDataError {
    FileError::Query { path: path.to_owned(), source: source.into() }.into()
}

fn read_head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// The record batches of a running query.
// No `Debug`: that of a `duckdb::Statement` panics.
#[must_use = "batches are fetched as the iterator is advanced"]
pub struct Batches<'db> {
    path: &'db Path,
    /// Taken away after the last batch or an error.
    statement: Option<Statement<'db>>,
    _memory: RwLockReadGuard<'db, ()>,
}

impl Iterator for Batches<'_> {
    type Item = Result<RecordBatch, MarketDataError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.statement.as_ref()?.step() {
            Ok(Some(rows)) => Some(Ok(RecordBatch::from(&rows))),
            Ok(None) => {
                self.statement = None;
                None
            }
            Err(source) => {
                self.statement = None;
                Some(Err(query_failed(self.path, source)))
            }
        }
    }
}
