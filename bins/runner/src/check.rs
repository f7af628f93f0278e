//! `runner <strategy> check`: the laws of every strategy, on the person's own rows.

use arrow::compute::concat_batches;
use clap::{Arg, ArgMatches, Command, value_parser};
use strategy_core::registry::Entry;
use strategy_core::{BoxError, Console, laws};

use crate::row_args;

pub(crate) const NAME: &str = "check";

/// The command, with the flags of the strategy.
pub(crate) fn command(entry: &Entry) -> Command {
    let command = Command::new(NAME)
        .about("Prove on your rows that decisions never look ahead, and do not depend on batches")
        .long_about(
            "Runs the strategy over the rows many times: whole, cut into batches in several ways, \
             and with later rows taken away or changed. A decision must not change by how rows are \
             cut (split invariance), by what comes after them (prefix invariance: no look-ahead) or \
             from run to run (determinism). Names the first row that breaks a law.",
        )
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("N")
                .value_parser(value_parser!(u64))
                .default_value("1")
                .help("Chooses the cuts and changes that are tried"),
        );
    row_args::with_flags(command, entry)
}

pub(crate) fn run(
    entry: &Entry,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<(), BoxError> {
    let chosen = row_args::choose(entry, matches, console)?;
    let batches = chosen.source.rows(chosen.range)?.collect::<Result<Vec<_>, _>>()?;
    let rows = concat_batches(&chosen.source.schema(), &batches)?;
    let seed = matches.get_one("seed").copied().unwrap_or(1);
    let checked = laws::check(&|| entry.open(matches, &chosen.subject), &rows, seed)?;
    writeln!(
        console.out,
        "{} keeps the laws on {} rows: determinism, split invariance, prefix invariance ({} runs)",
        entry.name(),
        checked.rows,
        checked.runs
    )?;
    if checked.refused > 0 {
        writeln!(
            console.out,
            "{} of the runs said nothing, since the strategy refused the changed values",
            checked.refused
        )?;
    }
    Ok(())
}
