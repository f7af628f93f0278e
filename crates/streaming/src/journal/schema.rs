//! The tables of a journal, and what keeps their promise.

use std::path::Path;

use rusqlite::{Connection, ErrorCode};

use crate::StreamError;

/// The version of the tables below; stored as SQLite's `user_version`.
pub(super) const VERSION: i64 = 1;

/// Stored as SQLite's `application_id`: what tells a journal from other SQLite files.
pub(super) const APPLICATION: i64 = 0x5354_524d;

const TABLES: &str = "
CREATE TABLE journal (strategy TEXT NOT NULL, dataset TEXT NOT NULL, run_name TEXT NOT NULL,
    interval INTEGER NOT NULL) STRICT;
CREATE TABLE epochs (epoch INTEGER PRIMARY KEY, configuration TEXT NOT NULL, inputs TEXT NOT NULL,
    columns TEXT NOT NULL, program TEXT NOT NULL, after INTEGER NOT NULL,
    started_at INTEGER NOT NULL) STRICT;
-- Rows before an epoch, which its strategy is fed and not asked about. Numbers are eight bytes each:
-- SQLite's REAL has no NaN and no -0.0.
CREATE TABLE seeds (epoch INTEGER NOT NULL, time INTEGER NOT NULL, inputs BLOB NOT NULL,
    PRIMARY KEY (epoch, time)) STRICT, WITHOUT ROWID;
CREATE TABLE rows (number INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, time INTEGER NOT NULL UNIQUE,
    inputs BLOB, decision BLOB, artifact BLOB, reason TEXT, decided_at INTEGER NOT NULL,
    CHECK ((decision IS NULL) = (inputs IS NULL) AND (decision IS NULL) = (reason IS NOT NULL))) STRICT;
CREATE TABLE artifacts (hash BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE adoptions (epoch INTEGER NOT NULL, month TEXT NOT NULL, since INTEGER NOT NULL,
    hash BLOB NOT NULL REFERENCES artifacts, PRIMARY KEY (epoch, month, since)) STRICT, WITHOUT ROWID;
CREATE TABLE market (series TEXT NOT NULL, time INTEGER NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (series, time)) STRICT, WITHOUT ROWID;
CREATE TABLE sinks (name TEXT PRIMARY KEY, acknowledged INTEGER NOT NULL,
    starts_after INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE skips (sink TEXT NOT NULL, number INTEGER NOT NULL, reason TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (sink, number)) STRICT, WITHOUT ROWID;
CREATE TABLE waits (time INTEGER PRIMARY KEY, boot TEXT NOT NULL, since INTEGER NOT NULL) STRICT;
";

/// Whether the file has no tables: it is new, or whoever began to make it was killed.
pub(super) fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) = 0 FROM sqlite_schema";
    connection.query_row(sql, [], |row| row.get(0))
}

/// Makes the tables in a file that has none.
pub(super) fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// What makes a committed transaction one that is on the disk.
pub(super) fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")
}

/// Refuses a file that is no journal, and a newer version of one.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), StreamError> {
    let number = |name: &str| {
        let read = connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        read.map_err(|source| failed("open", path, source))
    };
    if number("application_id")? != APPLICATION {
        return Err(StreamError::NotJournal { path: path.to_owned() });
    }
    match number("user_version")? {
        found if found > VERSION => {
            let known = VERSION;
            Err(StreamError::NewerSchema { path: path.to_owned(), found, known })
        }
        _ => Ok(()),
    }
}

pub(super) fn failed(action: &'static str, path: &Path, source: rusqlite::Error) -> StreamError {
    match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StreamError::DiskFull { path: path.to_owned() },
        Some(ErrorCode::NotADatabase) => StreamError::NotJournal { path: path.to_owned() },
        _ => StreamError::Journal { action, path: path.to_owned(), source },
    }
}
