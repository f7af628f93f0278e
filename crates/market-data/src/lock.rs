//! Waiting for a file that another process is writing to.

use std::fmt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long to wait for a locked file when the user says nothing.
pub const DEFAULT_LOCK_TIMEOUT: Duration = Duration::from_secs(30);

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The process that holds a file, as far as DuckDB could find it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockHolder {
    /// The path of its program, if it could be told.
    pub program: Option<String>,
    /// Its process number.
    pub pid: u32,
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.program {
            Some(program) => write!(f, "{program} (process {})", self.pid),
            None => write!(f, "process {}", self.pid),
        }
    }
}

/// Whether DuckDB refused because another process holds the file: its message on Unix, or Windows'.
pub(crate) fn is_conflict(message: &str) -> bool {
    message.contains("Could not set lock on file")
        || message.contains("being used by another process")
}

/// Reads the holder out of DuckDB's message: `… held in /usr/bin/python3.11 (PID 123) by user x. …`
pub(crate) fn holder(message: &str) -> Option<LockHolder> {
    let (_, rest) = ["Conflicting lock is held in ", "File is already open in "]
        .iter()
        .find_map(|introduction| message.split_once(introduction))?;
    let (before, after) = rest.split_once("PID ")?;
    let digits = after.split(|c: char| !c.is_ascii_digit()).next()?;
    let program = before.trim().trim_end_matches('(').trim_end();
    Some(LockHolder {
        program: (!program.is_empty()).then(|| program.to_owned()),
        pid: digits.parse().ok()?,
    })
}

/// Calls `attempt` until it gives something other than a lock conflict or `timeout` has passed; the
/// last conflict is the result then. The pauses double from 50 ms to one second.
pub(crate) fn retry<T, E: fmt::Display>(
    path: &Path,
    timeout: Duration,
    mut attempt: impl FnMut() -> Result<T, E>,
) -> Result<T, E> {
    let begin = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut told = false;
    loop {
        let error = match attempt() {
            Err(error) if is_conflict(&error.to_string()) => error,
            result => return result,
        };
        let left = timeout.saturating_sub(begin.elapsed());
        if left.is_zero() {
            return Err(error);
        }
        if !told {
            told = true;
            let holder = holder(&error.to_string())
                .map_or_else(|| "another process".to_owned(), |holder| holder.to_string());
            tracing::warn!(
                "{} is locked by {holder}: waiting up to {} s for it",
                path.display(),
                timeout.as_secs_f64(),
            );
        }
        sleep(pause.min(left));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIX: &str = "IO Error: Could not set lock on file \"/data/a b.duckdb\": Conflicting lock \
        is held in /usr/bin/my python3.11 (PID 123) by user trader. See also https://duckdb.org/x";

    #[test]
    fn the_holder_is_read_out_of_the_message() {
        let found = holder(UNIX);
        let program = Some("/usr/bin/my python3.11".to_owned());
        assert_eq!(found, Some(LockHolder { program, pid: 123 }));
        let nameless = holder("Conflicting lock is held in PID 77. See also");
        assert_eq!(nameless, Some(LockHolder { program: None, pid: 77 }));
        let windows = holder("File is already open in \nC:\\py.exe (PID 8)");
        assert_eq!(windows, Some(LockHolder { program: Some("C:\\py.exe".to_owned()), pid: 8 }));
        for message in ["", "Could not set lock", "Conflicting lock is held in x (PID ?)"] {
            assert_eq!(holder(message), None, "{message}");
        }
    }

    #[test]
    fn only_conflicts_are_retried() {
        let mut calls = 0;
        let result: Result<(), &str> = retry(Path::new("x"), DEFAULT_LOCK_TIMEOUT, || {
            calls += 1;
            Err(if calls < 3 { UNIX } else { "IO Error: no such disk" })
        });
        assert_eq!((result, calls), (Err("IO Error: no such disk"), 3));
    }

    #[test]
    fn no_time_means_one_attempt() {
        let mut calls = 0;
        let result: Result<(), &str> = retry(Path::new("x"), Duration::ZERO, || {
            calls += 1;
            Err(UNIX)
        });
        assert_eq!((result, calls), (Err(UNIX), 1));
    }
}
