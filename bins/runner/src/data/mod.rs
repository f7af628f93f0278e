//! `runner data`: what the files with market data hold, and the generated sample.

mod bin_files;
mod configured;
mod flags;
mod holdings;
mod instruments;
mod off_grid;
mod problems;
mod replay;
mod sample;
mod status;
mod text;

use clap::{ArgMatches, Command};
use strategy_core::{Console, Result};

pub(crate) use configured::ConfiguredData;

pub(crate) const NAME: &str = "data";

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Look at market data: what the files hold, and the generated sample")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(status::command())
        .subcommand(sample::command())
        .subcommand(instruments::command())
        .subcommand(replay::command())
}

pub(crate) fn run(
    matches: &ArgMatches,
    configured: &[ConfiguredData],
    console: &mut Console<'_>,
) -> Result<()> {
    match matches.subcommand() {
        Some((status::NAME, matches)) => status::run(matches, configured, console),
        Some((sample::NAME, matches)) => sample::run(matches, console),
        Some((instruments::NAME, matches)) => instruments::run(matches, console),
        Some((replay::NAME, matches)) => replay::run(matches, console),
        _ => Ok(()),
    }
}
