//! Opening a file: everything that may be in its place, and files that others hold.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use market_data::{Database, FileError, FileKind, MarketDataError};

use crate::{Fixture, assert_says, open_for_writing};

fn failure(path: &Path) -> MarketDataError {
    Database::open(path, Duration::ZERO).unwrap_err()
}

/// The chain of causes is as short as it can be, and ends with what DuckDB said.
#[track_caller]
fn assert_ends_with_reason(error: &MarketDataError, reason: &str) {
    let cause = error.source().unwrap();
    assert!(cause.to_string().contains(reason), "{cause}");
    assert!(cause.source().is_none(), "{:?}", cause.source());
    assert!(!cause.to_string().contains("Unknown error code"), "{cause}");
}

#[test]
fn a_missing_file_is_named_and_not_created() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("none.duckdb"), folder.path().join("no/such/folder.duckdb")] {
        let error = failure(&path);
        assert!(matches!(error, MarketDataError::File(FileError::NoSuchFile { .. })), "{error:?}");
        assert_says(&error, path.to_str().unwrap(), &["there is no file", "check the path"]);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = failure(folder.path());
    assert!(matches!(error, MarketDataError::File(FileError::IsFolder { .. })), "{error:?}");
    assert_says(&error, folder.path().to_str().unwrap(), &["is a folder"]);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    use std::os::unix::fs::symlink;
    use std::sync::mpsc::channel;

    let folder = tempfile::tempdir().unwrap();
    let [pipe, link] = ["pipe.duckdb", "link.duckdb"].map(|name| folder.path().join(name));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    symlink(&pipe, &link).unwrap();
    for path in [pipe, link, "/dev/null".into()] {
        // In a thread, since opening a pipe would never end.
        let (sender, receiver) = channel();
        let name = path.display().to_string();
        thread::spawn(move || sender.send(failure(&path)));
        let error = receiver.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(
            matches!(error, MarketDataError::File(FileError::NotRegularFile { .. })),
            "{error:?}"
        );
        assert_says(&error, &name, &["a pipe, a socket or a device", ".duckdb file"]);
    }

    // A link to a file is one.
    let fixture = Fixture::new("CREATE TABLE t (i INTEGER)");
    let link = folder.path().join("good.duckdb");
    symlink(&fixture.path, &link).unwrap();
    assert_eq!(Database::open(&link, Duration::ZERO).unwrap().tables().unwrap().len(), 1);
}

// Other systems refuse such names themselves.
#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_not_utf8_is_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let fixture = Fixture::new("CREATE TABLE t (i INTEGER)");
    let path = fixture.folder.path().join(OsStr::from_bytes(b"b\xfcro.duckdb"));
    fs::rename(&fixture.path, &path).unwrap();
    let error = failure(&path);
    assert!(matches!(error, MarketDataError::File(FileError::PathNotUtf8 { .. })), "{error:?}");
    assert_says(&error, "b\u{fffd}ro.duckdb", &["not valid UTF-8", "rename the file"]);
}

#[test]
fn other_formats_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.duckdb");
    for (bytes, kind, name) in [
        (&b""[..], FileKind::Empty, "an empty file"),
        (b"timestamp,y_pred\n2025-01-01,0.5\n", FileKind::Text, "a text file"),
        (b"SQLite format 3\0\x10\0\x01\x01", FileKind::Sqlite, "an SQLite database"),
        (b"PAR1\x15\x04\x15\x10PAR1", FileKind::Parquet, "a Parquet file"),
        (b"\0\x01\x02\x03", FileKind::Unknown, "a file of unknown format"),
    ] {
        fs::write(&path, bytes).unwrap();
        let error = failure(&path);
        assert!(
            matches!(error, MarketDataError::File(FileError::NotDuckDb { found, .. }) if found == kind),
            "{error:?}"
        );
        assert_says(&error, path.to_str().unwrap(), &["is not a DuckDB database but", name]);
    }
}

#[test]
fn a_newer_version_is_told_from_damage() {
    let fixture = Fixture::new("CREATE TABLE t AS SELECT range AS i FROM range(1000)");
    let mut bytes = fs::read(&fixture.path).unwrap();

    fs::write(&fixture.path, &bytes[..8192]).unwrap();
    let error = failure(&fixture.path);
    assert!(matches!(error, MarketDataError::File(FileError::Open { .. })), "{error:?}");
    assert_says(&error, "market.duckdb", &["may be damaged"]);
    assert_ends_with_reason(&error, "Error");

    // Storage versions stand in the main header behind its checksum and the magic word.
    bytes[12..20].copy_from_slice(&9_000_u64.to_le_bytes());
    let words = bytes[8..4096].chunks_exact(8);
    let checksum = words.fold(5381, |sum, word| {
        let word = u64::from_le_bytes(word.try_into().unwrap());
        sum ^ word.wrapping_mul(0xbf58_476d_1ce4_e5b9)
    });
    bytes[..8].copy_from_slice(&checksum.to_le_bytes());
    fs::write(&fixture.path, &bytes).unwrap();
    let error = failure(&fixture.path);
    assert!(matches!(error, MarketDataError::File(FileError::OtherVersion { .. })), "{error:?}");
    assert_says(&error, "market.duckdb", &["another version of DuckDB", "update"]);
    assert_ends_with_reason(&error, "9000");
}

#[cfg(unix)]
#[test]
fn permissions_are_respected() {
    use std::os::unix::fs::PermissionsExt;

    let fixture = Fixture::new("CREATE TABLE t (i INTEGER)");
    fs::set_permissions(&fixture.path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&fixture.path).is_ok() {
        println!("skipped: this user (root?) may read every file");
        return;
    }
    let error = failure(&fixture.path);
    assert!(
        matches!(error, MarketDataError::File(FileError::PermissionDenied { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["permissions"]);
}

#[test]
fn nothing_can_be_written() {
    let fixture = Fixture::new("CREATE TABLE t AS SELECT 1 AS i");
    let before = fs::read(&fixture.path).unwrap();
    let db = fixture.open();
    for sql in ["CREATE TABLE u (i INTEGER)", "INSERT INTO t VALUES (2)", "DROP TABLE t"] {
        let error = db.stream(sql, &[]).err().unwrap();
        assert!(
            matches!(error, MarketDataError::File(FileError::Query { .. })),
            "{sql}: {error:?}"
        );
    }
    drop(db);
    assert_eq!(fs::read(&fixture.path).unwrap(), before);
    assert_eq!(fs::read_dir(fixture.folder.path()).unwrap().count(), 1);
}

#[test]
fn streams_come_in_batches_with_bound_values() {
    let db = Fixture::new("CREATE TABLE t AS SELECT range AS i FROM range(10000)").open();
    let sql = "SELECT i FROM t WHERE i >= ? AND 'it''s' = ? AND 0.5 = ? ORDER BY i";
    let batches: Vec<_> = db
        .stream(sql, &[4.into(), "it's".into(), 0.5.into()])
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(batches.len() > 1, "one batch only");
    let values = batches
        .iter()
        .flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().iter().copied());
    assert!(values.eq(4..10_000));
}

#[test]
fn an_error_in_mid_stream_is_an_item_and_the_end() {
    let db = Fixture::new("").open();
    let sql =
        "SELECT CASE WHEN i = 200000 THEN error('too late') ELSE i END FROM range(300000) r(i)";
    let mut stream = db.stream(sql, &[]).unwrap();
    let error = stream.find_map(Result::err).unwrap();
    assert!(matches!(error, MarketDataError::File(FileError::Query { .. })), "{error:?}");
    assert_ends_with_reason(&error, "too late");
    assert!(stream.next().is_none());
}

#[test]
fn rows_that_a_dead_writer_left_in_its_log_are_read() {
    let fixture = Fixture::new("CREATE TABLE t AS SELECT 1::BIGINT AS i");
    Holder::start(&fixture.path, "INSERT INTO t VALUES (2)").kill();
    assert!(fixture.path.with_extension("duckdb.wal").exists());
    let db = fixture.open();
    let mut rows = 0;
    for batch in db.stream("SELECT i FROM t", &[]).unwrap() {
        rows += batch.unwrap().num_rows();
    }
    assert_eq!(rows, 2);
}

#[test]
fn a_writer_in_another_process_is_named_when_time_is_up() {
    let fixture = Fixture::new("CREATE TABLE t (i INTEGER)");
    let holder = Holder::start(&fixture.path, "");
    let begin = Instant::now();
    let error = Database::open(&fixture.path, Duration::from_millis(300)).unwrap_err();
    assert!((300..20_000).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());
    let MarketDataError::File(FileError::Locked { holder: Some(found), waited, .. }) = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!(found.pid, holder.process.id());
    assert!(found.program.as_deref().is_some_and(|program| program.contains("reading")));
    assert!(*waited >= Duration::from_millis(300));
    let pid = found.pid.to_string();
    assert_says(&error, "market.duckdb", &["is locked by", &pid, "--lock-timeout"]);
    assert_ends_with_reason(&error, "lock");
    holder.release();
}

#[test]
fn a_writer_that_lets_go_in_time_is_waited_for() {
    let fixture = Fixture::new("CREATE TABLE t (i INTEGER)");
    let holder = Holder::start(&fixture.path, "");
    let begin = Instant::now();
    let release = thread::spawn(move || {
        thread::sleep(Duration::from_millis(250));
        holder.release();
    });
    let db = Database::open(&fixture.path, Duration::from_secs(20)).unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(250), "it was not locked");
    release.join().unwrap();
    assert_eq!(db.tables().unwrap().len(), 1);
}

const HOLD: &str = "MARKET_DATA_TEST_HOLD";
const RUN: &str = "MARKET_DATA_TEST_RUN";

/// This test program again, holding a file open for writing.
pub(crate) struct Holder {
    process: Child,
}

impl Holder {
    fn start(path: &Path, sql: &str) -> Self {
        Self::try_start(path, sql).expect("no holder")
    }

    /// `None` when the file is locked.
    pub(crate) fn try_start(path: &Path, sql: &str) -> Option<Self> {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "opening::holds_a_file_for_other_tests", "--nocapture"])
            .env(HOLD, path)
            .env(RUN, sql)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        if output.lines().any(|line| line.unwrap().contains("file is held")) {
            return Some(Self { process });
        }
        process.wait().unwrap();
        None
    }

    /// Ends it in good order: its standard input closes.
    pub(crate) fn release(mut self) {
        drop(self.process.stdin.take());
        assert!(self.process.wait().unwrap().success());
    }

    /// Ends it before it can tidy up.
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The other process of the tests above; does nothing where no test started it.
#[test]
fn holds_a_file_for_other_tests() {
    let (Ok(path), Ok(sql)) = (std::env::var(HOLD), std::env::var(RUN)) else { return };
    let writer = open_for_writing(Path::new(&path));
    writer.execute_batch(&sql).unwrap();
    println!("\nfile is held");
    std::io::stdout().flush().unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    // The reader of standard output is gone by now: end before the harness prints its summary.
    drop(writer);
    std::process::exit(0);
}
