//! `runner <strategy> backtest` and `runner backtest --signals FILE`: what decisions would have earned.

pub(crate) mod args;
pub(crate) mod candles;
pub(crate) mod decisions;
pub(crate) mod detail;
pub(crate) mod evaluate;
pub(crate) mod folder;
mod of_strategy;
mod output;
mod page;
mod risk_report;
mod signals_file;
pub(crate) mod simulate;
pub(crate) mod sizing_args;
mod summary;
mod tried;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use strategy_core::registry::Entry;
use strategy_core::{Console, Result};

pub(crate) use args::{instrument_flags, instrument_table, venue};

use crate::trials::{self, ledger};
use crate::{arg, output_flags, row_args, whole_file};
use args::Settings;
use decisions::Asked;
use tried::Tried;

pub(crate) const NAME: &str = "backtest";

const ABOUT: &str = "Trade the decisions on past candles: what they would have earned and cost";

/// The command of a strategy, with its flags.
pub(crate) fn command(entry: &Entry) -> Command {
    let command = args::with_flags(Command::new(NAME)).args(result_flags());
    // What it is about comes last: groups of flags bring descriptions of their own.
    row_args::with_flags(command, entry).about(ABOUT).long_about(None)
}

/// The file of signals.
fn signals_flag() -> Arg {
    arg::path(
        "signals",
        "FILE",
        "File with the columns timestamp and signal (-1, 0, 1), or target and target@dataset",
    )
    .required(true)
}

/// The command for a file of signals made anywhere.
pub(crate) fn command_of_file() -> Command {
    let interval = arg::value(
        "signal-interval",
        "INTERVAL",
        "How long a row of signals lasts, as in 1h [default: as long as a candle]",
    )
    .value_parser(args::interval);
    let command = Command::new(NAME).arg(signals_flag()).arg(interval);
    let command = args::with_flags(command).args(result_flags());
    row_args::with_data_flags(command).about(ABOUT).long_about(None)
}

fn result_flags() -> [Arg; 5] {
    [
        output_flags::folder(
            "Folder for trades.parquet, equity.parquet, fills.parquet, \
                 changes.parquet and summary.json",
        ),
        output_flags::overwrite("Replace these files if they exist"),
        output_flags::format("How to print the summary"),
        output_flags::report(),
        trials::ledger_flag(),
    ]
}

/// Backtests the strategy's own decisions.
pub(crate) fn run(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let chosen = row_args::choose(entry, matches, console)?;
    let asked = of_strategy::decide(entry, matches, &chosen, console)?;
    let instruments = asked.instruments(&chosen.instruments)?;
    let tried = Tried::of_strategy(entry, matches, &chosen.subject, &chosen.instruments)?;
    finish(&asked, &instruments, &tried, matches, console)
}

/// Backtests a file of signals.
pub(crate) fn run_file(matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let (own, range) = row_args::choose_data(matches, console)?;
    let asked = signals_file::read(matches, range)?;
    let instruments = asked.instruments(&own)?;
    let tried = Tried::of_file(matches, &instruments)?;
    finish(&asked, &instruments, &tried, matches, console)
}

fn finish(
    asked: &Asked,
    instruments: &[market_data::Instrument],
    tried: &Tried,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<()> {
    let settings = Settings::of(matches, asked)?;
    settings.rules.check()?;
    let output = output::Output::of(matches)?;
    let page = matches.get_one::<PathBuf>("report");
    if let Some(path) = page {
        let signals = matches.try_get_one::<PathBuf>("signals").ok().flatten();
        let files = instruments.iter().flat_map(|instrument| {
            let candles = instrument.candles.iter().map(|file| file.path.as_path());
            candles.chain(instrument.predictions.iter().map(|file| file.path.as_path()))
        });
        whole_file::refuse_input("report", path, files.chain(signals.map(PathBuf::as_path)))?;
    }
    let market = candles::load(instruments, asked, &settings)?;
    let detail = detail::open(instruments, &market, &settings.detail, "detail-ohlcv")?;
    let marks = detail::open(instruments, &market, &settings.marks, "mark-ohlcv")?;
    let outcome = simulate::run(asked, &market, &settings, detail.as_ref(), marks.as_ref())?;
    let chosen = settings.chosen(&outcome);
    let verdict = tried.verdict(chosen, &settings.rules, &ledger(matches))?;
    let report = summary::Report::of(asked, &market, &settings, &outcome, verdict);
    if let Some(output) = output {
        output.write(&market, chosen, &report)?;
    }
    if let Some(path) = page {
        let page = page::page(asked, &market, &settings, &outcome, &report, whole_file::origin());
        whole_file::write(path, page.to_html().as_bytes())?;
    }
    if output_flags::wants_json(matches) {
        output_flags::json(&report, console.out)?;
    } else {
        report.print(console.out)?;
    }
    Ok(())
}
