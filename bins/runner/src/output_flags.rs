//! Flags that several commands have in common: what a command prints and writes, and its seed.

use std::io::Write;

use clap::{Arg, ArgMatches, value_parser};
use serde::Serialize;
use strategy_core::Result;

use crate::arg;

/// `-o FOLDER`.
pub(crate) fn folder(help: &'static str) -> Arg {
    arg::path("output", "FOLDER", help).short('o')
}

/// `--overwrite`, which goes with `--output`.
pub(crate) fn overwrite(help: &'static str) -> Arg {
    arg::switch("overwrite", help).requires("output")
}

/// `--format text` or `json`.
pub(crate) fn format(help: &'static str) -> Arg {
    arg::value("format", "FORMAT", help).value_parser(["text", "json"]).default_value("text")
}

/// Whether `--format json` was asked for.
pub(crate) fn wants_json(matches: &ArgMatches) -> bool {
    matches.get_one::<String>("format").is_some_and(|format| format == "json")
}

/// Prints `value` as indented JSON.
pub(crate) fn json(value: &impl Serialize, out: &mut dyn Write) -> Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    Ok(writeln!(out)?)
}

/// `--report FILE.html`.
pub(crate) fn report() -> Arg {
    arg::path("report", "FILE.html", "Page with charts to write too: one HTML file without network")
}

/// `--seed N`, 1 where it is not given.
pub(crate) fn seed(help: &'static str) -> Arg {
    arg::value("seed", "N", help).value_parser(value_parser!(u64)).default_value("1")
}
