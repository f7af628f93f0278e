//! What a DuckDB file holds: every table, what it is, and how sound it is.
//!
//! Nothing is loaded; DuckDB counts. Duplicates, NULL and bad values are counted, not refused.

mod candles;
mod content;
mod counted;
mod other;
mod predictions;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

pub use content::{
    CandleStatus, FundingStatus, ModelStatus, TableContent, TableStatus, TargetStatus,
};
pub use predictions::{OffGrid, off_grid};

use crate::candles::{NUMBERS, TIME};
use crate::select::Select;
use crate::table_name::after_prefix;
use crate::{Database, MarketDataError, Table, funding, stored_models, targets};

/// What a DuckDB file holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileStatus {
    /// The file.
    pub path: PathBuf,
    /// Its tables and views, sorted by name.
    pub tables: Vec<TableStatus>,
    /// Tables and views of other schemas than `main`, as `schema.table`: no command reads them.
    pub other_schemas: Vec<String>,
}

/// Looks at every table of the file at `path`. A table that cannot be read as what its name says is
/// [`TableContent::Other`] with the reason, and no error.
///
/// # Errors
/// Those of [`Database::open`], and [`Query`](crate::FileError::Query) when DuckDB cannot read its
/// catalogue.
pub fn file_status(
    path: impl AsRef<Path>,
    lock_timeout: Duration,
) -> Result<FileStatus, MarketDataError> {
    let db = Database::open(path, lock_timeout)?;
    let tables = db.tables()?.iter().map(|table| table_status(&db, table)).collect();
    let other_schemas = db.elsewhere()?;
    Ok(FileStatus { path: db.path().to_owned(), tables, other_schemas })
}

fn table_status(db: &Database, table: &Table) -> TableStatus {
    let name = table.name().to_owned();
    let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
    let content = if is(stored_models::TABLE) {
        predictions::predictions(db, table)
    } else if is(targets::TABLE) {
        other::targets(db, table)
    } else if is(funding::TABLE) {
        other::funding(db, table)
    } else if after_prefix(&name).is_some() || looks_like_candles(db, table) {
        candles::candles(db, table.clone())
    } else {
        Ok(other::unknown(table, None))
    };
    let content = content.unwrap_or_else(|error| other::unknown(table, Some(&error)));
    match counted::row_count(db, table) {
        Ok(rows) => TableStatus { name, rows: Some(rows), content },
        Err(error) => {
            TableStatus { name, rows: None, content: other::unknown(table, Some(&error)) }
        }
    }
}

/// Whether a table of another name has the columns of candles, in types that can be read.
fn looks_like_candles(db: &Database, table: &Table) -> bool {
    Select::new(db, table, TIME, &NUMBERS).is_ok()
}
