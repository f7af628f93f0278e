//! The command line: finds strategies by name and runs them.
//!
//! It holds nothing that a crate should hold. A strategy is one dependency in `Cargo.toml` and one
//! `use` line here.

mod check;
mod cli;
mod config;
mod data;
mod failure;
mod list;
mod logging;
mod row_args;
mod shell;
mod signals;
mod time_range;

// One line a strategy: without it the linker would drop the crate, and its registration with it.
use ml_calibrated_bins as _;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use strategy_core::registry::{self, Entry};
use strategy_core::{BoxError, Console};

fn main() -> ExitCode {
    let stdout = io::stdout();
    let out_is_terminal = stdout.is_terminal();
    let mut out = BufWriter::new(stdout.lock());
    let mut err = io::stderr();
    let mut console = Console { out: &mut out, err: &mut err, out_is_terminal };
    let result = run(&mut console);
    // What was written before a failure is data all the same.
    let result = result.and(out.flush().map_err(Into::into));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&*error, &mut err),
    }
}

fn run(console: &mut Console<'_>) -> Result<(), BoxError> {
    let strategies = registry::registered()?;
    let mut command = cli::command(&strategies);
    if let Some(path) = config::file(std::env::args_os()) {
        let names: Vec<_> = strategies.iter().map(Entry::name).chain([data::NAME]).collect();
        command = config::apply(command, &path, &names)?;
    }
    let matches = command.try_get_matches()?;
    logging::start(&matches);
    match matches.subcommand() {
        Some(("list", matches)) => list::run(&strategies, matches, console),
        Some((data::NAME, matches)) => data::run(matches, console),
        Some((shell::COMPLETIONS, matches)) => {
            shell::complete(cli::command(&strategies), matches, console)
        }
        Some((shell::MAN, matches)) => {
            shell::write_manual(cli::command(&strategies), matches, console)
        }
        Some((name, matches)) => {
            let strategy = strategies.find(name)?;
            match matches.subcommand() {
                Some((signals::NAME, matches)) => signals::run(strategy, matches, console),
                Some((check::NAME, matches)) => check::run(strategy, matches, console),
                _ => strategy.run(matches, console),
            }
        }
        None => Ok(()),
    }
}
