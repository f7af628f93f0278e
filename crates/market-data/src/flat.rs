//! Files of rows (Parquet, CSV, Arrow, JSON) as the tables of a database in memory.
//!
//! A file is one table, and its columns tell which: `y_pred` makes it `predictions`, `target_value`
//! `targets`, `funding_rate` `funding_rates`, and open, high, low and close candles. A folder of such
//! files is a database of several tables.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use arrow::error::ArrowError;
use duckdb::Connection;
use tabular::{Format, TabularError};

use crate::sql::quoted;
use crate::table_name::{after_prefix, parse_interval};

/// Rows of a file that are held at once while it is read.
const BATCH_ROWS: usize = 65_536;

/// Why a file of rows did not become a table.
#[derive(Debug)]
pub(crate) enum FlatError {
    /// It cannot be read, or holds something that a table cannot.
    File(PathBuf, TabularError),
    /// DuckDB refused it.
    DuckDb(duckdb::Error),
}

impl From<duckdb::Error> for FlatError {
    fn from(source: duckdb::Error) -> Self {
        Self::DuckDb(source)
    }
}

/// The files of rows that `path` means: itself, or those in the folder that it is. None if it is
/// something else.
pub(crate) fn files(path: &Path) -> Vec<PathBuf> {
    let has_rows = |path: &Path| path.is_file() && Format::of_path(path).is_some();
    if has_rows(path) {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| has_rows(path)).collect();
    files.sort_unstable();
    files
}

/// Makes the tables of `files` in the database `name` of `connection`.
pub(crate) fn fill(
    connection: &Connection,
    name: &str,
    files: &[PathBuf],
) -> Result<(), FlatError> {
    let mut tables = BTreeMap::<String, Vec<String>>::new();
    for (number, path) in files.iter().enumerate() {
        let part = format!("part {number}");
        let table = fill_one(connection, name, path, &part, files.len() == 1)?;
        tables.entry(table).or_default().push(part);
    }
    for (table, parts) in tables {
        let [table, first] = [&table, &parts[0]].map(|name| quoted(name));
        if parts.len() == 1 {
            connection.execute_batch(&format!("ALTER TABLE {first} RENAME TO {table}"))?;
            continue;
        }
        let parts: Vec<String> = parts.iter().map(|part| quoted(part)).collect();
        let union = parts.join(" UNION ALL BY NAME FROM ");
        let drops: Vec<String> = parts.iter().map(|part| format!("DROP TABLE {part}")).collect();
        let drops = drops.join("; ");
        connection.execute_batch(&format!("CREATE TABLE {table} AS FROM {union}; {drops}"))?;
    }
    Ok(())
}

/// Makes the table `part` of the rows at `path`; gives the name that it should have.
fn fill_one(
    connection: &Connection,
    database: &str,
    path: &Path,
    part: &str,
    is_alone: bool,
) -> Result<String, FlatError> {
    let unread = |source| FlatError::File(path.to_owned(), source);
    let reader = tabular::read(path, BATCH_ROWS).map_err(unread)?;
    let schema = reader.schema();
    let kept: Vec<(usize, &'static str, DataType)> = (0..schema.fields().len())
        .filter_map(|index| {
            let (sql, data_type) = stored_as(schema.field(index).data_type())?;
            Some((index, sql, data_type))
        })
        .collect();
    let columns: Vec<String> = kept
        .iter()
        .map(|(index, sql, _)| format!("{} {sql}", quoted(schema.field(*index).name())))
        .collect();
    if columns.is_empty() {
        // Nothing that could be a column: an empty table that is not one of ours.
        connection.execute_batch(&format!("CREATE TABLE {} (nothing BOOLEAN)", quoted(part)))?;
        return Ok(table_name(path, &schema, is_alone));
    }
    connection.execute_batch(&format!("CREATE TABLE {} ({})", quoted(part), columns.join(", ")))?;
    let fields: Vec<Field> = kept
        .iter()
        .map(|(index, _, data_type)| {
            Field::new(schema.field(*index).name(), data_type.clone(), true)
        })
        .collect();
    let stored = Arc::new(Schema::new(fields));
    let format = reader.format();
    let damaged = |source: ArrowError| {
        let (path, source) = (path.to_owned(), source.into());
        TabularError::Decode { path, format, rows: 0, source }
    };
    let mut appender = connection.appender_to_catalog_and_db(part, database, "main")?;
    for batch in reader {
        let batch = batch.map_err(unread)?;
        let columns = kept
            .iter()
            .map(|(index, _, data_type)| column(batch.column(*index), data_type, damaged));
        let columns = columns.collect::<Result<Vec<_>, TabularError>>().map_err(unread)?;
        let batch = RecordBatch::try_new(Arc::clone(&stored), columns);
        let batch = batch.map_err(|source| unread(damaged(source)))?;
        appender.append_record_batch(batch)?;
    }
    appender.flush()?;
    Ok(table_name(path, &schema, is_alone))
}

/// The column as it is stored.
fn column(
    values: &ArrayRef,
    data_type: &DataType,
    damaged: impl Fn(ArrowError) -> TabularError,
) -> Result<ArrayRef, TabularError> {
    match data_type {
        DataType::Timestamp(..) => Ok(Arc::new(tabular::utc_micros(values)?)),
        _ => cast(values, data_type).map_err(damaged),
    }
}

/// How DuckDB and Arrow call what a column of this type is stored as; none for what no table of ours
/// has, and for a column without any value.
fn stored_as(data_type: &DataType) -> Option<(&'static str, DataType)> {
    Some(match data_type {
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => {
            ("TIMESTAMP", DataType::Timestamp(TimeUnit::Microsecond, None))
        }
        DataType::Boolean => ("BOOLEAN", DataType::Boolean),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => ("VARCHAR", DataType::Utf8),
        DataType::UInt64 => ("DOUBLE", DataType::Float64),
        whole if whole.is_integer() => ("BIGINT", DataType::Int64),
        number if number.is_numeric() => ("DOUBLE", DataType::Float64),
        _ => return None,
    })
}

/// The table that a file of these columns is.
fn table_name(path: &Path, schema: &Schema, is_alone: bool) -> String {
    let has = |names: &[&str]| {
        names.iter().all(|name| schema.fields().iter().any(|f| f.name().eq_ignore_ascii_case(name)))
    };
    let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    match () {
        () if has(&["y_pred"]) => "predictions".to_owned(),
        () if has(&["target_value"]) => "targets".to_owned(),
        () if has(&["funding_rate"]) => "funding_rates".to_owned(),
        () if has(&["open", "high", "low", "close"]) => candle_table_name(&stem, is_alone),
        () => stem.into_owned(),
    }
}

/// `ohlcv_{symbol}_{interval}` of a file called so, or `{instrument}_ohlcv_{interval}`, or, if it is
/// the only one, `{instrument}_{interval}`. In a folder only what is called `ohlcv` is candles: prices
/// of other kinds (marks, indices) have the same columns.
fn candle_table_name(stem: &str, is_alone: bool) -> String {
    let lower = stem.to_lowercase();
    if after_prefix(&lower).is_some() {
        return lower;
    }
    let rest = match lower.split_once("_ohlcv") {
        Some((instrument, rest)) => format!("{instrument}{rest}"),
        None if is_alone => lower,
        None => return lower,
    };
    let is_named = rest.rsplit_once('_').is_some_and(|(_, end)| parse_interval(end).is_some());
    if is_named { format!("ohlcv_{rest}") } else { "ohlcv_".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candles_are_named_after_their_file() {
        for (stem, alone, wanted) in [
            ("ohlcv_btcusdt_1h", false, "ohlcv_btcusdt_1h"),
            ("binance_btcusdt_perp_ohlcv_1h", false, "ohlcv_binance_btcusdt_perp_1h"),
            ("binance_btcusdt_perp_1h", true, "ohlcv_binance_btcusdt_perp_1h"),
            ("binance_btcusdt_perp_mark_8h", false, "binance_btcusdt_perp_mark_8h"),
            ("candles", true, "ohlcv_"),
            ("BTC_OHLCV", false, "ohlcv_"),
        ] {
            assert_eq!(candle_table_name(stem, alone), wanted, "{stem}");
        }
    }
}
