//! The command line: finds strategies by name and runs them.
//!
//! It holds nothing that a crate should hold. A strategy is one dependency in `Cargo.toml` and one
//! line in `strategies.rs`.

mod arg;
mod backtest;
mod check;
mod cli;
mod config;
mod configurable;
mod data;
mod decided;
mod environment;
mod failure;
mod home;
mod interrupt;
mod kill_switch;
mod list;
mod logging;
mod monitor;
mod output_columns;
mod output_flags;
mod output_place;
mod parameters;
mod risk;
mod row_args;
mod runs;
mod shell;
mod signals;
mod state;
mod strategies;
mod stream;
mod sweep;
mod time_range;
mod tips;
mod trials;
mod whole_file;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use clap::{ArgMatches, Command};
use strategy_core::registry::{self, Entry, Strategies};
use strategy_core::{Console, Result};
use terminal::Folded;

use crate::backtest::{evaluate, sizing_args};
use crate::data::ConfiguredData;
use crate::logging::{JsonLines, LogFormat};
use crate::runs::ConfiguredRun;

fn main() -> ExitCode {
    let stdout = io::stdout();
    let out_is_terminal = stdout.is_terminal();
    let mut out = BufWriter::new(stdout.lock());
    let log_format = LogFormat::asked(std::env::args_os(), config::log_format);
    let (mut plain, mut for_people) = (io::stderr(), Folded::new(io::stderr()));
    let mut lines = JsonLines::new(io::stderr(), logging::is_quiet(std::env::args_os()));
    let err: &mut dyn Write = match log_format {
        LogFormat::Text if plain.is_terminal() => &mut for_people,
        LogFormat::Text => &mut plain,
        LogFormat::Json => &mut lines,
    };
    let err_is_terminal = log_format == LogFormat::Text && io::stderr().is_terminal();
    let on_interrupt = interrupt::watch;
    let mut console =
        Console { out: &mut out, err, out_is_terminal, err_is_terminal, on_interrupt };
    let result = run(log_format, &mut console);
    // What was written before a failure is data all the same.
    let result = result.and(out.flush().map_err(Into::into));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if err_is_terminal => {
            failure::report(&*error, log_format, &mut Folded::new(io::stderr()))
        }
        Err(error) => failure::report(&*error, log_format, &mut io::stderr()),
    }
}

fn run(log_format: LogFormat, console: &mut Console<'_>) -> Result<()> {
    let strategies = registry::registered()?;
    let file = config::file(std::env::args_os());
    let words: Vec<_> = std::env::args_os().collect();
    // A file may hold flags of any strategy.
    let mut command = cli::command_for(&strategies, file.is_none().then_some(&words));
    let (mut runs, mut configured) = (Vec::new(), Vec::new());
    if let Some(path) = file {
        let names: Vec<_> = strategies
            .iter()
            .map(Entry::name)
            .chain([data::NAME, backtest::NAME, evaluate::NAME, monitor::NAME, risk::NAME])
            .collect();
        let file = config::apply(command, &path, &names)?;
        (command, runs, configured) = (file.command, file.runs, file.data);
    }
    let matches = environment::matches(&command, std::env::args_os())?;
    logging::start(&matches, log_format);
    sizing_args::check(&matches)?;
    let of_runs = (runs.as_slice(), configured.as_slice());
    if !(console.out_is_terminal && is_for_people(&matches)) {
        return carry_out(&strategies, of_runs, &command, &matches, console);
    }
    let mut out = Folded::new(&mut *console.out);
    let mut folded = Console { out: &mut out, err: &mut *console.err, ..*console };
    carry_out(&strategies, of_runs, &command, &matches, &mut folded)?;
    Ok(out.flush()?)
}

/// Whether what a command prints is text, whose long lines may be broken, and no data.
fn is_for_people(matches: &ArgMatches) -> bool {
    let Some((name, below)) = matches.subcommand() else { return true };
    let is = |flag: &str| matches!(below.try_get_one::<bool>(flag), Ok(Some(true)));
    let format = below.try_get_raw("format").ok().flatten().and_then(|mut words| words.next());
    let is_text = format.is_none_or(|word| word == "text" || word == "table");
    let is_data = [shell::COMPLETIONS, shell::MAN].contains(&name)
        // What it decides goes to sinks.
        || (name == stream::NAME && below.subcommand().is_none());
    is_text && !is_data && !is("quiet") && is_for_people(below)
}

/// Runs the command that was asked for.
fn carry_out(
    strategies: &Strategies,
    (runs, configured): (&[ConfiguredRun], &[ConfiguredData]),
    command: &Command,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<()> {
    match matches.subcommand() {
        Some(("list", matches)) => list::run(strategies, matches, console),
        Some((data::NAME, matches)) => data::run(matches, configured, console),
        Some((backtest::NAME, matches)) => backtest::run_file(matches, console),
        Some((evaluate::NAME, matches)) => evaluate::run_file(matches, console),
        Some((risk::NAME, matches)) => risk::run(matches, console),
        Some((monitor::NAME, matches)) => monitor::run(strategies, matches, console),
        Some((trials::NAME, matches)) => trials::run(matches, console),
        Some((shell::COMPLETIONS, matches)) => {
            shell::complete(cli::command(strategies), matches, console)
        }
        Some((shell::MAN, matches)) => {
            shell::write_manual(cli::command(strategies), matches, console)
        }
        Some((name, matches)) => {
            let entry = strategies.find(name)?;
            let chosen = runs::chosen(runs, entry, command, matches)?;
            run_strategy(entry, command, matches, &chosen, console)
        }
        None => Ok(()),
    }
}

/// Runs a command of a strategy, with the values of the configured runs that it is for.
fn run_strategy(
    entry: &Entry,
    command: &Command,
    matches: &ArgMatches,
    runs: &[&ConfiguredRun],
    console: &mut Console<'_>,
) -> Result<()> {
    let of_runs = runs
        .iter()
        .map(|run| {
            let arguments = run.named_in_full(std::env::args_os());
            environment::matches(&run.apply(command.clone()), arguments)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let of_runs: Vec<&ArgMatches> =
        of_runs.iter().filter_map(|matches| Some(matches.subcommand()?.1)).collect();
    let matches = of_runs.first().copied().unwrap_or(matches);
    match matches.subcommand() {
        Some((signals::NAME, matches)) => {
            let below = of_runs.iter().filter_map(|run| Some(run.subcommand()?.1));
            let mut each: Vec<&ArgMatches> = below.collect();
            if each.is_empty() {
                each.push(matches);
            }
            signals::run(entry, &each, console)
        }
        Some((state::NAME, matches)) => state::run(entry, matches, console),
        Some((check::NAME, matches)) => check::run(entry, matches, console),
        Some((stream::NAME, matches)) => stream::run(entry, matches, console),
        Some((sweep::NAME, matches)) => sweep::run(entry, matches, console),
        Some((parameters::NAME, matches)) => parameters::run(entry, matches, console),
        Some((backtest::NAME, matches)) => backtest::run(entry, matches, console),
        Some((evaluate::NAME, matches)) if !evaluate::is_own(entry) => {
            evaluate::run(entry, matches, console)
        }
        _ if of_runs.is_empty() => entry.run(&[matches], console),
        _ => entry.run(&of_runs, console),
    }
}
