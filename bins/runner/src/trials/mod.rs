//! `runner trials`: what was tried, and what luck explains of it.

mod list;
pub(crate) mod record;
mod simulate;

use std::path::PathBuf;

use ::trials::{Ledger, Trial};
use clap::{Arg, ArgGroup, ArgMatches, Command};
use strategy_core::{Console, Result};
use tabular::Format;

use crate::arg;

pub(crate) const NAME: &str = "trials";

/// The flag that names the ledger, here and at every command that adds to it.
pub(crate) fn ledger_flag() -> Arg {
    arg::path("trials", "FILE", "Ledger of all settings tried")
        .env("RUNNER_TRIALS")
        .default_value("data/trials.jsonl")
}

/// The ledger that `matches` names.
pub(crate) fn ledger(matches: &ArgMatches) -> Ledger {
    let path = matches.get_one::<PathBuf>("trials").cloned();
    Ledger::at(path.unwrap_or_else(|| "data/trials.jsonl".into()))
}

pub(crate) fn command() -> Command {
    let name = |name: &'static str, help: &'static str| arg::value(name, "NAME", help);
    let format = || {
        arg::value(
            "format",
            "FORMAT",
            "table, csv, parquet, arrow, json or jsonl [default: table on a terminal, \
                 otherwise csv]",
        )
        .value_parser(|text: &str| text.parse::<Format>().map_err(|error| error.to_string()))
    };
    let which = [name("strategy", "Only this strategy"), name("dataset", "Only this instrument")];
    let all = arg::switch("all", "All there are");
    let list = Command::new("list")
        .about("How many settings were tried of each strategy, and what luck explains of the best")
        .args(which.clone())
        .arg(format())
        .arg(ledger_flag());
    let forget = Command::new("forget")
        .about("Remove trials from the ledger: they no longer count in any verdict")
        .long_about(
            "Remove trials from the ledger: they no longer count in any verdict. Honest where they were \
             a mistake, such as a run on wrong data; a way to fool oneself where they were only bad.",
        )
        .args(which)
        .arg(all)
        .group(
            ArgGroup::new("which").args(["strategy", "dataset", "all"]).required(true).multiple(true),
        )
        .arg(ledger_flag());
    Command::new(NAME)
        .about("What was tried, and what luck explains of it")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(list)
        .subcommand(forget)
        .subcommand(simulate::command().arg(format()))
}

pub(crate) fn run(matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    match matches.subcommand() {
        Some(("list", matches)) => {
            let format = format(matches, console.out_is_terminal);
            list::run(&ledger(matches), &chosen(matches), format, console)
        }
        Some(("forget", matches)) => {
            let ledger = ledger(matches);
            let forgotten = ledger.forget(chosen(matches))?;
            writeln!(console.out, "{forgotten} trials forgotten in {}", ledger.path().display())?;
            Ok(())
        }
        Some((_, matches)) => {
            simulate::run(matches, format(matches, console.out_is_terminal), console)
        }
        None => Ok(()),
    }
}

/// Whether a trial is one of those that the flags name.
fn chosen(matches: &ArgMatches) -> impl Fn(&Trial) -> bool + use<> {
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    let (strategy, dataset) = (given("strategy"), given("dataset"));
    move |trial: &Trial| {
        let subject = &trial.subject;
        strategy.as_ref().is_none_or(|name| subject.strategy == *name)
            && (dataset.is_none() || subject.dataset == dataset)
    }
}

fn format(matches: &ArgMatches, terminal: bool) -> Format {
    let default = if terminal { Format::Table } else { Format::Csv };
    matches.get_one::<Format>("format").copied().unwrap_or(default)
}
