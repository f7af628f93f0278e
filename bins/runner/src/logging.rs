//! What the program says of its own work: warnings always, more with `-v`, on standard error.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};

use chrono::{SecondsFormat, Utc};
use clap::{ArgMatches, ValueEnum};
use serde_json::json;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// How standard error is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: every line is a JSON object with `timestamp`, `level` and `message`.
    Json,
}

/// The flag, and the environment variable that stands for it.
pub(crate) const FLAG: &str = "log-format";
pub(crate) const VARIABLE: &str = "RUNNER_LOG_FORMAT";

impl LogFormat {
    /// The format asked for. The arguments are looked through before they are parsed, since an error
    /// in them is to be told in this format too; `configured` gives the word of the file of settings.
    pub(crate) fn asked(
        arguments: impl IntoIterator<Item = OsString>,
        configured: impl FnOnce() -> Option<String>,
    ) -> Self {
        let mut arguments = arguments.into_iter().map(|a| a.to_string_lossy().into_owned());
        let mut found = None;
        while let Some(argument) = arguments.next() {
            if argument == "--log-format" {
                found = arguments.next();
            } else if let Some(value) = argument.strip_prefix("--log-format=") {
                found = Some(value.to_owned());
            }
        }
        let variable = || std::env::var(VARIABLE).ok().filter(|word| !word.is_empty());
        let word = found.or_else(variable).or_else(configured).unwrap_or_default();
        <Self as ValueEnum>::from_str(&word, false).unwrap_or_default()
    }
}

/// Whether only warnings and errors are wanted: `--quiet`, which some commands have.
pub(crate) fn is_quiet(arguments: impl IntoIterator<Item = OsString>) -> bool {
    arguments.into_iter().any(|argument| argument == "--quiet")
}

/// Libraries that talk to others, and log to whom.
const TALK_OF_ADDRESSES: [&str; 7] =
    ["async_nats", "hyper", "rustls", "tokio_postgres", "tungstenite", "ureq", "ureq_proto"];

/// Starts logging as `-v`, `--log-format` and the variable `RUST_LOG` ask for.
pub(crate) fn start(matches: &ArgMatches, format: LogFormat) {
    let level = match (matches.get_count("verbose"), format) {
        (0, LogFormat::Json) if !is_quiet(std::env::args_os()) => LevelFilter::INFO,
        (0, _) => LevelFilter::WARN,
        (1, _) => LevelFilter::INFO,
        (2, _) => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    // What they say of a connection has its address, and in that a secret may be.
    let filter = TALK_OF_ADDRESSES
        .iter()
        .filter_map(|library| format!("{library}=off").parse().ok())
        .fold(filter, EnvFilter::add_directive);
    // A log that cannot be written (its disk is full) would be told on standard error, which cannot be
    // written either, and that would end the program in the middle of its work.
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .log_internal_errors(false);
    match format {
        LogFormat::Text => subscriber
            .with_ansi(io::stderr().is_terminal())
            .without_time()
            .with_target(false)
            .init(),
        LogFormat::Json => subscriber.json().flatten_event(true).with_target(false).init(),
    }
}

/// Turns each line written to it into one JSON object on `inner`; of the level INFO none if `quiet`.
pub(crate) struct JsonLines<W> {
    inner: W,
    quiet: bool,
    line: Vec<u8>,
}

impl<W: Write> JsonLines<W> {
    pub(crate) fn new(inner: W, quiet: bool) -> Self {
        Self { inner, quiet, line: Vec::new() }
    }
}

/// The level of something said to a person, by how it begins.
fn level(text: &str) -> &'static str {
    match text {
        _ if text.starts_with("warning: ") => "WARN",
        _ if text.starts_with("error: ") => "ERROR",
        _ => "INFO",
    }
}

/// The object for something said to a person; `warning:` and `error:` become its level.
pub(crate) fn json_line(text: &str, causes: &[String]) -> String {
    let level = level(text);
    let message = text.strip_prefix("warning: ").or(text.strip_prefix("error: ")).unwrap_or(text);
    let timestamp = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
    let mut object = json!({ "timestamp": timestamp, "level": level, "message": message });
    if !causes.is_empty() {
        object["causes"] = json!(causes);
    }
    object.to_string()
}

impl<W: Write> Write for JsonLines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        while let Some(end) = self.line.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.line.drain(..=end).collect();
            let text = String::from_utf8_lossy(&line);
            let is_held_back = self.quiet && level(&text) == "INFO";
            if !text.trim().is_empty() && !is_held_back {
                writeln!(self.inner, "{}", json_line(text.trim_end(), &[]))?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn lines_become_objects_however_they_are_cut() {
        let mut out = Vec::new();
        let mut lines = JsonLines::new(&mut out, false);
        for part in ["plain\nwarn", "ing: 2025-11: \"odd\"\n", "\n", "error: no\n"] {
            lines.write_all(part.as_bytes()).unwrap();
        }
        let objects: Vec<serde_json::Value> = String::from_utf8(out)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let said: Vec<_> = objects
            .iter()
            .map(|o| (o["level"].as_str().unwrap(), o["message"].as_str().unwrap()))
            .collect();
        assert_eq!(said, [("INFO", "plain"), ("WARN", "2025-11: \"odd\""), ("ERROR", "no")]);
    }

    #[test]
    fn the_format_is_found_before_the_arguments_are_parsed() {
        let asked =
            |text: &str| LogFormat::asked(text.split_whitespace().map(OsString::from), || None);
        assert_eq!(asked("runner list --log-format json"), LogFormat::Json);
        assert_eq!(asked("runner --log-format=json list"), LogFormat::Json);
        assert_eq!(asked("runner list --log-format text"), LogFormat::Text);
        assert_eq!(asked("runner list --log-format nonsense"), LogFormat::Text);
    }
}
