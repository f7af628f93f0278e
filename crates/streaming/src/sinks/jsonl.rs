//! Lines of JSON, on standard output or in a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Sink, Undelivered};
use crate::StreamError;
use crate::message::Message;

/// Standard output: at least once.
#[derive(Debug)]
pub(super) struct StandardOutput;

impl Sink for StandardOutput {
    fn deliver(&mut self, messages: &[Message]) -> Result<usize, Undelivered> {
        let lines: String = messages.iter().map(|message| message.json() + "\n").collect();
        let write = || standard_output()?.write_all(lines.as_bytes());
        write().map_err(|source| {
            let action = "write to";
            let path = PathBuf::from("standard output");
            Undelivered::Never(StreamError::Io { action, path, source })
        })?;
        Ok(messages.len())
    }
}

/// Standard output itself: a program may hold the lock of [`io::stdout`] as long as it runs.
#[cfg(unix)]
fn standard_output() -> io::Result<File> {
    use std::os::fd::AsFd as _;

    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn standard_output() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;

    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}

/// A file: effectively once, since its lines say how far it is.
#[derive(Debug)]
pub(super) struct LinesFile {
    name: String,
    path: PathBuf,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// The number of the last message in it.
    last: Option<i64>,
    /// Messages in it that were sent before their acknowledgement was noted.
    unacknowledged: BTreeMap<i64, Value>,
}

impl LinesFile {
    pub(super) fn new(name: &str, path: &Path) -> Self {
        Self { name: name.to_owned(), path: path.to_owned(), open: None }
    }

    fn write(&mut self, messages: &[Message]) -> Result<(), Undelivered> {
        let Self { name, path, open } = self;
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::InvalidData => {
                let (action, path) = ("append decisions to", path.clone());
                Undelivered::Never(StreamError::Io { action, path, source: error })
            }
            _ => Undelivered::Later(format!("{}: {error}", path.display())),
        };
        let Some(first) = messages.first() else { return Ok(()) };
        // What was sent already, and comes again, is compared with what is there.
        if open.as_ref().is_none_or(|open| !open.goes_on_with(first.number)) {
            *open = Some(Open::at(path, first.number).map_err(failed)?);
        }
        let Some(open) = open else { return Ok(()) };
        let mut lines = String::new();
        for message in messages {
            let difference = match open.unacknowledged.remove(&message.number) {
                Some(stored) => message.difference(&stored),
                None if open.last.is_some_and(|last| last >= message.number) => Some(format!(
                    "the file goes on to number {} without number {}",
                    open.last.unwrap_or_default(),
                    message.number
                )),
                None => {
                    lines.push_str(&message.json());
                    lines.push('\n');
                    None
                }
            };
            if let Some(difference) = difference {
                let (name, id) = (name.clone(), message.id.clone());
                return Err(Undelivered::Never(StreamError::Conflict { name, id, difference }));
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        open.file.write_all(lines.as_bytes()).map_err(failed)?;
        open.file.sync_data().map_err(failed)?;
        open.last = messages.last().map(|message| message.number);
        Ok(())
    }
}

impl Sink for LinesFile {
    fn deliver(&mut self, messages: &[Message]) -> Result<usize, Undelivered> {
        match self.write(messages) {
            Ok(()) => Ok(messages.len()),
            Err(error) => {
                // Half a line may be in it: opening it anew cuts that.
                self.open = None;
                Err(error)
            }
        }
    }
}

impl Open {
    /// The file at `path`, made if it is not there, to go on with the message number `from`; what follows
    /// its last line end is cut.
    fn at(path: &Path, from: i64) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file =
            File::options().create(true).truncate(false).read(true).write(true).open(path)?;
        let length = file.metadata()?.len();
        let (end, last) = last_line(&mut file, length)?;
        let number = |line: &[u8]| -> io::Result<(i64, Value)> {
            let message: Value = serde_json::from_slice(line).map_err(|_| not_ours())?;
            Ok((message["number"].as_i64().ok_or_else(not_ours)?, message))
        };
        let last = last.map(|line| number(&line)).transpose()?.map(|(number, _)| number);
        if end < length {
            // Only what was torn is cut, never another program's file.
            if last.is_none() && !begins_a_line(&mut file)? {
                return Err(not_ours());
            }
            file.set_len(end)?;
            file.sync_data()?;
        }
        let mut unacknowledged = BTreeMap::new();
        if last.is_some_and(|last| last >= from) {
            file.seek(SeekFrom::Start(0))?;
            for line in BufReader::new(&file).lines() {
                let (number, message) = number(line?.as_bytes())?;
                if number >= from {
                    unacknowledged.insert(number, message);
                }
            }
        }
        file.seek(SeekFrom::Start(end))?;
        Ok(Self { file, last, unacknowledged })
    }

    /// Whether the message `number` comes after its last, or is known to be in it.
    fn goes_on_with(&self, number: i64) -> bool {
        self.last.is_none_or(|last| last < number) || self.unacknowledged.contains_key(&number)
    }
}

fn not_ours() -> io::Error {
    let why =
        "it holds something else than decisions, one JSON object a line, and is left as it is";
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Whether the file may be the beginning of a first line that was torn.
fn begins_a_line(file: &mut File) -> io::Result<bool> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    // The last letter may be torn too.
    let is_text =
        std::str::from_utf8(&bytes).map_or_else(|error| error.error_len().is_none(), |_| true);
    Ok(bytes.first() == Some(&b'{') && is_text)
}

/// The end of the last whole line, and the line.
fn last_line(file: &mut File, length: u64) -> io::Result<(u64, Option<Vec<u8>>)> {
    let mut tail = Vec::new();
    let mut start = length;
    loop {
        let is_end = |(_, byte): &(usize, &u8)| **byte == b'\n';
        let mut ends = tail.iter().enumerate().rev().filter(is_end).map(|(at, _)| at);
        let (last, before) = (ends.next(), ends.next());
        if let (Some(last), true) = (last, before.is_some() || start == 0) {
            let from = before.map_or(0, |before| before + 1);
            return Ok((start + last as u64 + 1, Some(tail[from..last].to_vec())));
        }
        if start == 0 {
            return Ok((0, None));
        }
        let more = start.min(4096);
        start -= more;
        file.seek(SeekFrom::Start(start))?;
        let mut block = vec![0; usize::try_from(more).unwrap_or_default()];
        file.read_exact(&mut block)?;
        block.append(&mut tail);
        tail = block;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::fs;

    use super::*;

    fn message(number: i64, more: &str) -> Message {
        let fields = vec![
            ("number".to_owned(), number.into()),
            ("text".to_owned(), more.into()),
            ("late".to_owned(), false.into()),
        ];
        Message { id: format!("x/{number}"), number, fields }
    }

    #[test]
    fn however_it_is_torn_every_line_is_there_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let long = "x".repeat(5000);
        let messages: Vec<_> = (1..=3).map(|number| message(number, &long)).collect();
        let mut sink = LinesFile::new("a", &path);
        sink.deliver(&messages).unwrap();
        let whole = fs::read(&path).unwrap();
        for cut in (0..whole.len()).step_by(97).chain([whole.len() - 1, whole.len()]) {
            fs::write(&path, &whole[..cut]).unwrap();
            LinesFile::new("a", &path).deliver(&messages).unwrap();
            assert_eq!(fs::read(&path).unwrap(), whole, "cut at {cut}");
        }
        sink.deliver(&messages).unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole, "a repeat");
    }

    #[test]
    fn a_file_of_something_else_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prices.duckdb");
        for other in [&b"\x01DUCK\x00"[..], b"a,b\n1,2\n3", b"{\"a\": 1}\n", b"{\xff", b"rows\n"] {
            fs::write(&path, other).unwrap();
            let refused = LinesFile::new("a", &path).deliver(&[message(1, "one")]);
            assert!(
                matches!(refused, Err(Undelivered::Never(StreamError::Io { .. }))),
                "{refused:?}"
            );
            assert_eq!(fs::read(&path).unwrap(), other);
        }
    }

    #[test]
    fn a_repeat_with_other_content_stops_the_sink() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        LinesFile::new("a", &path).deliver(&[message(1, "one")]).unwrap();
        let again = LinesFile::new("a", &path).deliver(&[message(1, "other")]);
        assert!(
            matches!(again, Err(Undelivered::Never(StreamError::Conflict { .. }))),
            "{again:?}"
        );
    }
}
