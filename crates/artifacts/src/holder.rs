//! Who holds a lock, as it says itself in the locked file.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::{env, fs, process};

use chrono::{DateTime, SecondsFormat, Utc};

/// More than any holder writes; the rest of a file that something else put there is not read.
const MAX_BYTES: u64 = 4096;

/// The process that holds the lock of a run's folder, as it wrote itself into the file `.lock`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// Its process number.
    pub pid: u32,
    /// The machine it runs on, if that could be told; process numbers mean nothing on another.
    pub host: Option<String>,
    /// When it took the lock, to the second.
    pub since: DateTime<Utc>,
    /// The name of its program, if that could be told.
    pub program: Option<String>,
}

impl Holder {
    /// This process.
    pub(crate) fn this_process() -> Self {
        let program = env::current_exe().ok();
        let program = program.as_ref().and_then(|path| path.file_name());
        Self {
            pid: process::id(),
            host: host().and_then(|host| plain(&host)),
            since: Utc::now(),
            program: program.and_then(|name| plain(&name.to_string_lossy())),
        }
    }

    /// One line a field, `pid 4711`.
    pub(crate) fn to_text(&self) -> String {
        let since = self.since.to_rfc3339_opts(SecondsFormat::Secs, true);
        let line = |field: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!("{field} {value}\n")).unwrap_or_default()
        };
        let (host, program) = (line("host", &self.host), line("program", &self.program));
        format!("pid {}\nsince {since}\n{host}{program}", self.pid)
    }

    /// What [`to_text`](Self::to_text) gave, as far as it has been written: a line that does not end
    /// is not there yet.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let field = |name: &str| {
            let mut lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
        };
        Some(Self {
            pid: field("pid")?.parse().ok()?,
            since: DateTime::parse_from_rfc3339(field("since")?).ok()?.to_utc(),
            host: field("host").and_then(plain),
            program: field("program").and_then(plain),
        })
    }

    /// Who says so in `file`; nothing if it cannot be read or is not written yet.
    pub(crate) fn read(mut file: &File) -> Option<Self> {
        let mut bytes = Vec::new();
        file.rewind().ok()?;
        file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
        Self::from_text(&String::from_utf8_lossy(&bytes))
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = self.program.as_deref().unwrap_or("a program");
        write!(f, "{program} (process {}", self.pid)?;
        if let Some(host) = &self.host {
            write!(f, " on {host}")?;
        }
        write!(f, ", since {})", self.since.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

/// Text for one line of a message, or nothing.
fn plain(text: &str) -> Option<String> {
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(255).collect();
    (!text.is_empty()).then_some(text)
}

/// The name of this machine, where it can be had without asking the system's C library.
fn host() -> Option<String> {
    fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| env::var("HOSTNAME").ok())
        .or_else(|| env::var("COMPUTERNAME").ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn somebody() -> Holder {
        Holder {
            pid: 4711,
            host: Some("desk 1".to_owned()),
            since: "2025-11-01T00:05:30Z".parse().unwrap(),
            program: Some("runner".to_owned()),
        }
    }

    #[test]
    fn a_holder_is_read_back_and_named() {
        let nameless = Holder { host: None, program: None, ..somebody() };
        for holder in [somebody(), nameless.clone()] {
            assert_eq!(Holder::from_text(&holder.to_text()), Some(holder));
        }
        let said = somebody().to_string();
        assert_eq!(said, "runner (process 4711 on desk 1, since 2025-11-01T00:05:30Z)");
        assert_eq!(nameless.to_string(), "a program (process 4711, since 2025-11-01T00:05:30Z)");
    }

    #[test]
    fn half_a_text_never_names_somebody_else() {
        let text = somebody().to_text();
        for length in 0..text.len() {
            if let Some(found) = Holder::from_text(&text[..length]) {
                assert_eq!((found.pid, found.since), (4711, somebody().since), "{length}");
                assert!(found.host.is_none() || found.host == somebody().host, "{length}");
                assert_eq!(found.program, None, "{length}");
            }
        }
        for foreign in ["", "\n\n", "pid x\nsince y\n", "pid 1\n", "\u{0}\u{fffd}", "since now\n"] {
            assert_eq!(Holder::from_text(foreign), None, "{foreign:?}");
        }
    }

    #[test]
    fn this_process_can_be_written_down() {
        let holder = Holder::this_process();
        assert_eq!(holder.pid, process::id());
        let read = Holder::from_text(&holder.to_text()).unwrap();
        assert_eq!((read.pid, read.host, read.program), (holder.pid, holder.host, holder.program));
    }
}
