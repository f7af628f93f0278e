//! Tables for a file of our own, such as the sample's.

use std::path::Path;

use arrow::array::RecordBatch;
use duckdb::Connection;

use crate::{FileError, MarketDataError};

/// A table to be written.
#[derive(Debug, Clone)]
pub struct NewTable {
    /// Its name.
    pub name: String,
    /// The columns and constraints of its `CREATE TABLE`.
    pub definition: &'static str,
    /// Its rows.
    pub rows: RecordBatch,
}

/// Writes `tables` into the new DuckDB file `path`.
///
/// # Errors
/// [`Write`](crate::FileError::Write) with what DuckDB said.
pub fn write_tables(path: &Path, tables: Vec<NewTable>) -> Result<(), MarketDataError> {
    let write = || -> duckdb::Result<()> {
        let connection = Connection::open(path)?;
        for NewTable { name, definition, rows } in tables {
            connection.execute_batch(&format!("CREATE TABLE {name} ({definition})"))?;
            let mut appender = connection.appender(&name)?;
            appender.append_record_batch(rows)?;
            appender.flush()?; // dropping it would flush, too, but swallow the error
        }
        // Everything into the one file: none of it left in a log beside it.
        connection.execute_batch("CHECKPOINT")?;
        connection.close().map_err(|(_, source)| source)
    };
    write()
        .map_err(|source| FileError::Write { path: path.to_owned(), source: source.into() }.into())
}
