//! Whether a file, and the log beside it, changed and is quiet again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a file must not have changed before it is opened: its writer opens, inserts and closes.
const QUIET: Duration = Duration::from_millis(100);

/// After this time a file is opened even if nothing tells that it changed.
const ANYHOW: Duration = Duration::from_mins(5);

/// Watches one file and the write-ahead log beside it.
#[derive(Debug)]
pub struct FileWatch {
    paths: [PathBuf; 2],
    /// What it looked like when it was last opened with success.
    taken: Option<Signature>,
    /// What it looked like last, and since when.
    last: Option<(Signature, Duration)>,
    opened: Option<Duration>,
}

/// Inode, size, modification and change of both files; none of one that is not there.
type Signature = [Option<(u64, u64, i128, i128)>; 2];

/// Whether a file is to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Now.
    Now,
    /// Not before this instant, when it will have been quiet.
    At(Duration),
    /// Not yet.
    Unchanged,
}

impl FileWatch {
    /// A watch over the file `path` and its log, called as DuckDB calls it.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push(".wal");
        Self { paths: [path.to_owned(), log.into()], taken: None, last: None, opened: None }
    }

    /// Whether the file is to be opened at the instant `now`.
    pub fn due(&mut self, now: Duration) -> Due {
        let signature = self.paths.each_ref().map(|path| signature(path));
        let Some(opened) = self.opened else {
            self.last = Some((signature, now));
            return Due::Now;
        };
        let since = match self.last {
            Some((last, since)) if last == signature => since,
            _ => now,
        };
        self.last = Some((signature, since));
        if self.taken == Some(signature) {
            return if now >= opened + ANYHOW { Due::Now } else { Due::Unchanged };
        }
        if now >= since + QUIET { Due::Now } else { Due::At(since + QUIET) }
    }

    /// Notes that the file was read as it was when [`due`](Self::due) was asked last.
    pub fn taken(&mut self, now: Duration) {
        self.taken = self.last.map(|(signature, _)| signature);
        self.opened = Some(now);
    }

    /// Notes that the file could not be read, or not to its end: it is due again.
    pub fn refused(&mut self, now: Duration) {
        self.taken = None;
        self.opened = Some(now);
    }
}

#[cfg(unix)]
fn signature(path: &Path) -> Option<(u64, u64, i128, i128)> {
    use std::os::unix::fs::MetadataExt;

    let nanos = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    let file = fs::metadata(path).ok()?;
    let (modified, changed) =
        (nanos(file.mtime(), file.mtime_nsec()), nanos(file.ctime(), file.ctime_nsec()));
    Some((file.ino(), file.len(), modified, changed))
}

#[cfg(not(unix))]
fn signature(path: &Path) -> Option<(u64, u64, i128, i128)> {
    let file = fs::metadata(path).ok()?;
    let modified = file.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some((0, file.len(), i128::try_from(modified.as_nanos()).ok()?, 0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_change_is_due_once_it_is_quiet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.duckdb");
        fs::write(&path, "a").unwrap();
        let mut watch = FileWatch::new(&path);
        assert_eq!(watch.due(ms(0)), Due::Now);
        watch.taken(ms(0));
        assert_eq!(watch.due(ms(10)), Due::Unchanged);
        fs::write(folder.path().join("x.duckdb.wal"), "ab").unwrap();
        assert_eq!(watch.due(ms(1000)), Due::At(ms(1100)));
        fs::write(&path, "abc").unwrap();
        assert_eq!(watch.due(ms(1050)), Due::At(ms(1150)));
        assert_eq!(watch.due(ms(1150)), Due::Now);
        watch.refused(ms(1150));
        assert_eq!(watch.due(ms(1200)), Due::Now, "a refusal stays dirty");
        watch.taken(ms(1200));
        assert_eq!(watch.due(ms(1300)), Due::Unchanged);
        assert_eq!(watch.due(ms(301_200)), Due::Now, "every five minutes anyhow");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_replaced_by_one_of_the_same_size_and_time_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let [path, other] = ["x", "y"].map(|name| folder.path().join(name));
        fs::write(&path, "a").unwrap();
        fs::write(&other, "b").unwrap();
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        fs::File::options().write(true).open(&other).unwrap().set_modified(time).unwrap();
        let mut watch = FileWatch::new(&path);
        watch.due(ms(0));
        watch.taken(ms(0));
        fs::rename(&other, &path).unwrap();
        assert_eq!(watch.due(ms(10)), Due::At(ms(110)));
    }
}
