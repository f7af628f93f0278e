//! `stream adopt`: from the next row on, another artifact counts for a month.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use strategy_core::registry::{Entry, UsageError};
use strategy_core::{Console, Result, YearMonth};
use streaming::journal::hash_text;
use streaming::{Journal, time};

use super::{flags, status};
use crate::row_args;

pub(super) const NAME: &str = "adopt";

pub(super) fn command(entry: &Entry) -> Command {
    let month = Arg::new("month")
        .value_name("MONTH")
        .required(true)
        .value_parser(|text: &str| text.parse::<YearMonth>().map_err(|error| error.to_string()))
        .help("Month, as in 2025-11");
    let file = Arg::new("file")
        .value_name("FILE")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("File with the artifact, such as the month's rebuilt bins");
    let command =
        Command::new(NAME).args([month, file, flags::journal_flag(), flags::source_flag()]);
    row_args::with_flags(command, entry)
        .about("Use another artifact for a month, from the next row on (while no stream runs)")
        .long_about(None)
}

pub(super) fn run(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let path = status::journal(entry, matches, console)?;
    let (Some(&month), Some(file)) =
        (matches.get_one::<YearMonth>("month"), matches.get_one::<PathBuf>("file"))
    else {
        return Ok(());
    };
    let bytes =
        std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    streaming::JournalReader::open(&path)?;
    let mut journal = Journal::open(&path)?;
    let (since, hash) = journal.adopt(month, bytes)?.ok_or_else(|| {
        let error =
            format!("the rows of {month} are past: an artifact counts from the next row on");
        UsageError::new(error.into())
    })?;
    writeln!(
        console.out,
        "{} counts for rows of {month} from {} on: {}",
        file.display(),
        time::text(since),
        hash_text(&hash)
    )?;
    Ok(())
}
