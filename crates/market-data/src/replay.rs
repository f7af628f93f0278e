//! Writes the tables of a file into another one as time goes by, as the jobs that fill them would: open,
//! insert, close.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use chrono::TimeDelta;
use duckdb::Connection;

use crate::candles::micros_of;
use crate::columns::micros;
use crate::lock::is_conflict;
use crate::select::has_times;
use crate::sql::quoted;
use crate::{DEFAULT_LOCK_TIMEOUT, Database, FileError, MarketDataError, Parameter, Table};

/// How long to wait before a file that somebody reads is tried again.
const PAUSE: Duration = Duration::from_millis(10);

/// A file whose candles, predictions and funding rates are written into another file hour by hour.
#[derive(Debug)]
pub struct Replay {
    target: PathBuf,
    tables: Vec<Replayed>,
}

#[derive(Debug)]
struct Replayed {
    name: String,
    definition: String,
    rows: RecordBatch,
    /// When each row is known, µs UTC, ascending.
    known: Vec<i64>,
    /// Rows that are written.
    written: usize,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReplayedHour {
    /// Rows.
    pub rows: usize,
    /// How often the file could not be opened, because somebody read it.
    pub refused: u64,
}

impl Replay {
    /// Reads `source`, whose candles and predictions are known `interval` after their timestamp, to write
    /// it to `target`.
    ///
    /// # Errors
    /// As [`Database::open`], and when a table has no instants.
    pub fn new(source: &Path, target: &Path, interval: TimeDelta) -> Result<Self, MarketDataError> {
        let db = Database::open(source, DEFAULT_LOCK_TIMEOUT)?;
        let mut tables = Vec::new();
        for table in db.tables()? {
            let (time, delay) = match table.name() {
                name if name.starts_with("ohlcv_") => ("timestamp", micros_of(interval)),
                "predictions" => ("ts", micros_of(interval)),
                "funding_rates" => ("timestamp", 0),
                _ => continue,
            };
            if has_times(table, time) {
                tables.push(read(&db, table, time, delay)?);
            }
        }
        Ok(Self { target: target.to_owned(), tables })
    }

    /// The first and the last instant at which something becomes known, µs UTC.
    pub fn span(&self) -> Option<(i64, i64)> {
        let first = self.tables.iter().filter_map(|table| table.known.first()).min()?;
        let last = self.tables.iter().filter_map(|table| table.known.last()).max()?;
        Some((*first, *last))
    }

    /// The last instant of which something is written, µs UTC.
    pub fn written(&self) -> Option<i64> {
        let last = |table: &Replayed| table.known.get(table.written.checked_sub(1)?).copied();
        self.tables.iter().filter_map(last).max()
    }

    /// Writes what is known by `until` (µs UTC) and is not written yet. The file is made if it is not
    /// there, and held only while rows are inserted.
    ///
    /// # Errors
    /// When the file cannot be opened for half a minute, or DuckDB fails.
    pub fn write_until(&mut self, until: i64) -> Result<ReplayedHour, MarketDataError> {
        let mut done = ReplayedHour::default();
        let due = |table: &Replayed| table.known.partition_point(|&known| known <= until);
        if self.target.exists() && self.tables.iter().all(|table| due(table) == table.written) {
            return Ok(done);
        }
        let path = self.target.clone();
        let failed =
            |source: duckdb::Error| FileError::Write { path: path.clone(), source: source.into() };
        let begin = Instant::now();
        let connection = loop {
            match Connection::open(&path) {
                Err(error)
                    if is_conflict(&error.to_string())
                        && begin.elapsed() < DEFAULT_LOCK_TIMEOUT =>
                {
                    done.refused += 1;
                    sleep(PAUSE);
                }
                opened => break opened.map_err(failed)?,
            }
        };
        for table in &mut self.tables {
            let due = due(table);
            connection.execute_batch(&table.definition).map_err(failed)?;
            if due > table.written {
                let rows = table.rows.slice(table.written, due - table.written);
                done.rows += rows.num_rows();
                let insert = || {
                    let mut appender = connection.appender(&table.name)?;
                    appender.append_record_batch(rows)?;
                    appender.flush()
                };
                insert().map_err(failed)?;
                table.written = due;
            }
        }
        connection.close().map_err(|(_, source)| failed(source))?;
        Ok(done)
    }

    /// Counts what the target holds already as written, so that a replay goes on where one ended.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn go_on(&mut self) -> Result<(), MarketDataError> {
        if !self.target.exists() {
            return Ok(());
        }
        let db = Database::open(&self.target, DEFAULT_LOCK_TIMEOUT)?;
        for table in &mut self.tables {
            if db.find_table(&table.name)?.is_some() {
                let sql = format!("SELECT CAST(count(*) AS VARCHAR) FROM {}", quoted(&table.name));
                let count = db.texts(&sql, &[])?;
                let count = count.first().and_then(|count| count.parse().ok()).unwrap_or(0);
                table.written = table.known.len().min(count);
            }
        }
        Ok(())
    }
}

fn read(db: &Database, table: &Table, time: &str, delay: i64) -> Result<Replayed, MarketDataError> {
    let name = table.name().to_owned();
    let sql = "SELECT sql FROM duckdb_tables() WHERE table_name = ? AND database_name = ?";
    let parameters = [Parameter::from(name.as_str()), Parameter::from(db.name())];
    let definition = db.texts(sql, &parameters)?.into_iter().next().unwrap_or_default();
    let definition = definition.replacen("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1);
    let order = quoted(time);
    let sql = format!("SELECT * FROM {} ORDER BY {order}", quoted(&name));
    let batches: Vec<_> = db.stream(&sql, &[])?.collect::<Result<_, _>>()?;
    let schema = match batches.first() {
        Some(batch) => batch.schema(),
        None => std::sync::Arc::new(arrow::datatypes::Schema::empty()),
    };
    let rows =
        concat_batches(&schema, &batches).map_err(|source| crate::InputError::Batch { source })?;
    let mut known = Vec::new();
    if rows.num_rows() > 0 {
        let index = schema.index_of(time).unwrap_or(0);
        let column = micros(table.path(), &rows, index)?;
        known.extend(column.into_iter().map(|time| time.unwrap_or(i64::MIN).saturating_add(delay)));
    }
    Ok(Replayed { name, definition, rows, known, written: 0 })
}
