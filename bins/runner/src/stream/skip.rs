//! `stream skip`: gives up the delivery of one row to one sink, and journals that.

use clap::{Arg, ArgMatches, Command};
use strategy_core::registry::{Entry, usage};
use strategy_core::{Console, Result};
use streaming::{Clock as _, Journal, SystemClock};

use super::{flags, status};
use crate::arg;
use crate::row_args;

pub(super) const NAME: &str = "skip";

pub(super) fn command(entry: &Entry) -> Command {
    let sink = Arg::new("name").value_name("SINK").required(true).help("Name of the sink");
    let reason = arg::value("reason", "TEXT", "Reason, for the journal").required(true);
    let command =
        Command::new(NAME).args([sink, reason, flags::journal_flag(), flags::source_flag()]);
    row_args::with_flags(command, entry)
        .about("Give up the delivery of the next row to a sink (while no stream runs)")
        .long_about(None)
}

pub(super) fn run(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let path = status::journal(entry, matches, console)?;
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let (name, reason) = (text("name"), text("reason"));
    streaming::JournalReader::open(&path)?;
    let mut journal = Journal::open(&path)?;
    let known = journal.reader()?.sinks()?;
    if !known.iter().any(|sink| sink.name == name) {
        let names: Vec<String> = known.into_iter().map(|sink| sink.name).collect();
        return Err(usage(format!("the journal has no sink {name}; it has: {}", names.join(", "))));
    }
    match journal.skip(&name, &reason, SystemClock::default().now())? {
        Some(number) => writeln!(console.out, "sink {name} will not get number {number}")?,
        None => writeln!(console.out, "sink {name} has everything: nothing is given up")?,
    }
    Ok(())
}
