//! Reads small DuckDB files that each test writes, and real ones where `REAL_DATA` names a folder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail by panicking and print what they skip"
)]

mod arrivals;
mod candles;
mod labels;
mod opening;
mod predictions;
mod real_data;
mod row_errors;
mod row_merge;
mod rows;
mod settle;
mod sharing;
mod status;
mod tables;
mod times;
mod train_csv;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use duckdb::{Config, Connection};
use market_data::{Database, MarketDataError};
use tempfile::TempDir;

/// A DuckDB file in a folder that vanishes with it.
struct Fixture {
    folder: TempDir,
    path: PathBuf,
}

impl Fixture {
    /// A file on which `sql` has been run.
    fn new(sql: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("market.duckdb");
        open_for_writing(&path).execute_batch(sql).unwrap();
        Self { folder, path }
    }

    fn open(&self) -> Database {
        Database::open(&self.path, Duration::ZERO).unwrap()
    }
}

fn open_for_writing(path: &Path) -> Connection {
    // No extension may be fetched from the network, whatever a test's SQL would need.
    let config = Config::default().enable_autoload_extension(false).unwrap();
    Connection::open_with_flags(path, config).unwrap()
}

/// The error's message, once it names the file and everything in `wanted`.
#[track_caller]
fn assert_says(error: &MarketDataError, file: &str, wanted: &[&str]) {
    let message = error.to_string();
    assert!(message.contains(file), "`{file}` is not in: {message}");
    for part in wanted {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

fn micros(text: &str) -> i64 {
    instant(text).timestamp_micros()
}

fn instant(text: &str) -> DateTime<Utc> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap().and_utc()
}
