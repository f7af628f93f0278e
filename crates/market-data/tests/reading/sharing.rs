//! Files that are open at the same time in one process.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use chrono::TimeDelta;
use market_data::{CandleFile, Database, Instrument, RowSource, TimeRange};
use strategy_core::{Column, Input};
use tempfile::TempDir;

use crate::opening::Holder;
use crate::{Fixture, open_for_writing};

/// A file in which the table `t` holds `number`.
fn file(folder: &TempDir, name: &str, number: usize) -> PathBuf {
    let path = folder.path().join(name);
    let sql = format!("CREATE TABLE t AS SELECT {number}::BIGINT AS number");
    open_for_writing(&path).execute_batch(&sql).unwrap();
    path
}

fn open(path: &Path) -> Database {
    Database::open(path, Duration::ZERO).unwrap()
}

fn read(db: &Database, sql: &str) -> i64 {
    let batch = db.stream(sql, &[]).unwrap().next().unwrap().unwrap();
    batch.column(0).as_primitive::<Int64Type>().value(0)
}

fn number(db: &Database) -> i64 {
    read(db, "SELECT number FROM t")
}

/// Whether another process may write to the file now.
fn is_free(path: &Path) -> bool {
    Holder::try_start(path, "").map(Holder::release).is_some()
}

#[test]
fn a_file_is_released_with_its_last_database() {
    let fixture = Fixture::new("CREATE TABLE t AS SELECT 7::BIGINT AS number");
    let other = Fixture::new("CREATE TABLE t AS SELECT 8::BIGINT AS number");
    let [first, second, beside] = [fixture.open(), fixture.open(), other.open()];
    assert_eq!([&first, &second, &beside].map(number), [7, 7, 8]);
    drop(first);
    assert!(!is_free(&fixture.path), "one of two was enough");
    assert_eq!(number(&second), 7);
    drop(second);
    assert!(is_free(&fixture.path) && !is_free(&other.path));
    assert_eq!(number(&beside), 8);
    assert_eq!(number(&fixture.open()), 7);
}

#[test]
fn files_of_one_instance_are_released_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["candles.duckdb", "scores.duckdb", "more.duckdb"];
    let paths: Vec<PathBuf> =
        paths.iter().enumerate().map(|(number, name)| file(&folder, name, number)).collect();
    let mut open: Vec<Database> = paths.iter().map(|path| open(path)).collect();
    for db in &open {
        assert_eq!(db.tables().unwrap().len(), 1);
    }
    while let Some(db) = open.pop() {
        assert_eq!(number(&db), i64::try_from(open.len()).unwrap());
        drop(db);
        let free: Vec<bool> = paths.iter().map(|path| is_free(path)).collect();
        assert_eq!(free.iter().filter(|free| !**free).count(), open.len(), "{free:?}");
    }
}

#[cfg(unix)]
#[test]
fn links_lead_to_one_file_and_a_new_file_is_another() {
    let folder = tempfile::tempdir().unwrap();
    let [path, next] =
        [("old.duckdb", 1), ("next.duckdb", 2)].map(|(name, number)| file(&folder, name, number));
    let link = folder.path().join("link.duckdb");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let [old, linked] = [open(&path), open(&link)];
    drop(old);
    assert!(!is_free(&path));
    fs::rename(&next, &path).unwrap();
    assert_eq!([&linked, &open(&path), &open(&link)].map(number), [1, 2, 2]);
}

#[test]
fn any_name_will_do() {
    let folder = tempfile::tempdir().unwrap();
    let names = [
        "memory.duckdb",
        "main.duckdb",
        "temp.duckdb",
        "SYSTEM.duckdb",
        ".duckdb",
        "a b'c;--\u{e9}.x.duckdb",
        "A B'C;--\u{e9}.y.duckdb",
        "memory_db",
        "select",
    ];
    let open: Vec<Database> =
        names.iter().enumerate().map(|(number, name)| open(&file(&folder, name, number))).collect();
    for (wanted, db) in open.iter().enumerate() {
        assert_eq!(number(db), i64::try_from(wanted).unwrap(), "{}", names[wanted]);
        assert_eq!(db.tables().unwrap()[0].name(), "t");
    }
}

#[test]
fn views_are_of_their_own_file() {
    let [one, two] = [1, 2].map(|number| {
        Fixture::new(&format!(
            "CREATE TABLE t AS SELECT {number}::BIGINT AS number;
             CREATE VIEW plain AS SELECT * FROM t;
             CREATE VIEW qualified AS SELECT * FROM market.main.t;"
        ))
    });
    let open = [one.open(), two.open()];
    for view in ["plain", "qualified"] {
        let sql = format!("SELECT number FROM {view}");
        assert_eq!(open.each_ref().map(|db| read(db, &sql)), [1, 2], "{view}");
    }
}

#[test]
fn large_files_are_read_by_several_threads() {
    let threads = "SELECT CAST(current_setting('threads') AS BIGINT)";
    let folder = tempfile::tempdir().unwrap();
    let small = open(&file(&folder, "small.duckdb", 1));
    let path = folder.path().join("large.duckdb");
    let sql = "CREATE TABLE t AS SELECT random() AS x FROM range(3000000)";
    open_for_writing(&path).execute_batch(sql).unwrap();
    assert!(fs::metadata(&path).unwrap().len() > 16 << 20);
    let large = open(&path);
    let all = thread::available_parallelism().unwrap().get();
    assert_eq!(read(&large, threads), i64::try_from(all).unwrap());
    assert_eq!(number(&small), 1);
}

#[test]
fn what_is_known_of_a_file_is_forgotten_when_it_is_released() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "changing.duckdb", 1);
    let db = open(&path);
    assert!(db.table("t").is_ok() && db.table("later").is_err());
    drop(db);
    open_for_writing(&path).execute_batch("CREATE TABLE later (i INTEGER); DROP TABLE t").unwrap();
    let db = open(&path);
    assert!(db.table("later").is_ok() && db.table("t").is_err());
}

#[test]
fn threads_do_not_disturb_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> =
        (0..3).map(|number| file(&folder, &format!("shared_{number}.duckdb"), number)).collect();
    let candles = folder.path().join("shared_candles.duckdb");
    let sql = "CREATE TABLE ohlcv_btcusdt_1h AS
         SELECT TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR AS timestamp, 100.0 AS open,
                101.0 AS high, 99.0 AS low, 100.5 AS close, 7.0 AS volume FROM range(4000) r(i)";
    open_for_writing(&candles).execute_batch(sql).unwrap();
    thread::scope(|scope| {
        for worker in 0..4 {
            let (paths, candles) = (&paths, &candles);
            scope.spawn(move || {
                for round in 0..25 {
                    let wanted = (worker + round) % paths.len();
                    let db = open(&paths[wanted]);
                    assert_eq!(db.tables().unwrap().len(), 1);
                    assert_eq!(number(&db), i64::try_from(wanted).unwrap());
                    // Needs much more memory than there is while another gives its blocks back.
                    let sql = "SELECT count(DISTINCT hash(i)) FROM range(100000) r(i)";
                    assert_eq!(read(&db, sql), 100_000);
                    let candles = CandleFile::new(candles);
                    let btc = Instrument { candles: Some(candles), ..Instrument::default() };
                    let source = RowSource::open(&[btc], &[Input::of(Column::Close)]).unwrap();
                    assert_eq!(source.interval(), Some(TimeDelta::hours(1)));
                    let rows = source.rows(TimeRange::ALL).unwrap();
                    assert_eq!(rows.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 4000);
                }
            });
        }
    });
    for path in paths.iter().chain([&candles]) {
        assert!(is_free(path), "{}", path.display());
    }
}
