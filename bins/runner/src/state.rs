//! `runner <strategy> state`: what a strategy makes of the newest row, and why.

use arrow::util::display::array_value_to_string;
use clap::{ArgMatches, Command};
use strategy_core::registry::Entry;
use strategy_core::{Console, Result};

use crate::decided::Decided;
use crate::row_args;

pub(crate) const NAME: &str = "state";

/// The command, with the flags of the strategy.
pub(crate) fn command(entry: &Entry) -> Command {
    row_args::with_flags(Command::new(NAME), entry)
        .about("Show the newest row's decision: each column, and the strategy's remarks")
        .long_about(None)
}

pub(crate) fn run(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let chosen = row_args::choose(entry, matches, console)?;
    let mut decided = Decided::open(entry, matches, &chosen)?;
    let mut newest = None;
    while let Some(decisions) = decided.next()? {
        let rows = decisions.table.num_rows();
        if rows > 0 {
            newest = Some(decisions.table.slice(rows - 1, 1));
        }
    }
    let newest = newest.ok_or("there is no row to decide on: check --start and --end")?;
    let schema = newest.schema();
    let width = schema.fields().iter().map(|field| field.name().len()).max().unwrap_or_default();
    for (field, column) in schema.fields().iter().zip(newest.columns()) {
        let value = array_value_to_string(column, 0)?;
        let value = if value.is_empty() { "-" } else { &value };
        writeln!(console.out, "{:width$}  {value}", field.name())?;
    }
    for remark in decided.remarks() {
        writeln!(console.out, "{remark}")?;
    }
    Ok(())
}
