//! Flags that several commands have in common: what a command prints and writes, and its seed.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, value_parser};

/// `-o FOLDER`.
pub(crate) fn folder(help: &'static str) -> Arg {
    Arg::new("output")
        .long("output")
        .short('o')
        .value_name("FOLDER")
        .value_parser(value_parser!(PathBuf))
        .help(help)
}

/// `--overwrite`, which goes with `--output`.
pub(crate) fn overwrite(help: &'static str) -> Arg {
    Arg::new("overwrite").long("overwrite").action(ArgAction::SetTrue).requires("output").help(help)
}

/// `--format text` or `json`.
pub(crate) fn format(help: &'static str) -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(["text", "json"])
        .default_value("text")
        .help(help)
}

/// Whether `--format json` was asked for.
pub(crate) fn wants_json(matches: &ArgMatches) -> bool {
    matches.get_one::<String>("format").is_some_and(|format| format == "json")
}

/// `--report FILE.html`.
pub(crate) fn report() -> Arg {
    Arg::new("report")
        .long("report")
        .value_name("FILE.html")
        .value_parser(value_parser!(PathBuf))
        .help("Page with charts to write too: one HTML file without network")
}

/// `--seed N`, 1 where it is not given.
pub(crate) fn seed(help: &'static str) -> Arg {
    Arg::new("seed")
        .long("seed")
        .value_name("N")
        .value_parser(value_parser!(u64))
        .default_value("1")
        .help(help)
}
