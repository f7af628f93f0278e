//! `stream status`: what a journal holds, and how far its sinks are.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use serde_json::json;
use strategy_core::registry::Entry;
use strategy_core::{Console, Result};
use streaming::{JournalReader, time};
use terminal::counted;

use super::begin::Prepared;
use super::flags;
use crate::{output_flags, row_args};

pub(super) const NAME: &str = "status";

pub(super) fn command(entry: &Entry) -> Command {
    let format = output_flags::format("How to print it");
    let command = Command::new(NAME).args([flags::journal_flag(), flags::source_flag(), format]);
    row_args::with_flags(command, entry)
        .about("What the journal holds, and how far its sinks have read")
        .long_about(None)
}

/// The journal that `--journal` names, or that of the configured run.
pub(super) fn journal(
    entry: &Entry,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<PathBuf> {
    match matches.get_one::<PathBuf>(flags::JOURNAL) {
        Some(path) => Ok(path.clone()),
        None => Ok(Prepared::of(entry, matches, console)?.journal),
    }
}

pub(super) fn run(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let path = journal(entry, matches, console)?;
    let reader = JournalReader::open(&path)?;
    let (decided, left_out) = reader.counts()?;
    let last = reader.last_row()?;
    let epochs = reader.epochs()?;
    let sinks = reader.sinks()?;
    let number = last.map_or(0, |(number, _)| number);
    if output_flags::wants_json(matches) {
        let identity = reader.identity()?;
        let object = json!({
            "journal": path.display().to_string(),
            "strategy": identity.as_ref().map(|i| i.strategy.clone()),
            "dataset": identity.as_ref().map(|i| i.dataset.clone()),
            "run_name": identity.as_ref().map(|i| i.run_name.clone()),
            "decided": decided,
            "left_out": left_out,
            "last_number": number,
            "last_row": last.map(|(_, row)| time::text(row)),
            "epochs": epochs.iter().map(|epoch| json!({
                "epoch": epoch.number,
                "after": time::text(epoch.after),
                "started_at": time::text(epoch.started_at),
                "program": epoch.program,
            })).collect::<Vec<_>>(),
            "sinks": sinks.iter().map(|sink| json!({
                "name": sink.name,
                "acknowledged": sink.acknowledged,
                "behind": number - sink.acknowledged,
            })).collect::<Vec<_>>(),
        });
        writeln!(console.out, "{object}")?;
        return Ok(());
    }
    writeln!(console.out, "journal    {}", path.display())?;
    if let Some(identity) = reader.identity()? {
        let of = format!("{} {} {}", identity.strategy, identity.dataset, identity.run_name);
        writeln!(console.out, "of         {}", of.trim_end())?;
    }
    writeln!(console.out, "rows       {decided} decided, {left_out} left out")?;
    if let Some((number, row)) = last {
        writeln!(console.out, "last row   {} (number {number})", time::text(row))?;
    }
    for epoch in epochs {
        writeln!(console.out, "epoch {}    after {}", epoch.number, time::text(epoch.after))?;
    }
    for sink in sinks {
        let behind = number - sink.acknowledged;
        writeln!(
            console.out,
            "sink {}    took number {}, {} to go",
            sink.name,
            sink.acknowledged,
            counted(behind, "row")
        )?;
    }
    Ok(())
}
