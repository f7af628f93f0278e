//! `runner <strategy> evaluate` and `runner evaluate --signals FILE`: what the trade of each signal paid.

use std::path::PathBuf;

use ::payoffs::{Drawing, Money};
use clap::{Arg, ArgMatches, Command, value_parser};
use serde::Serialize;
use statistics::Resampling;
use strategy_core::registry::{Entry, UsageError};
use strategy_core::{Console, Exits, Result, SideExits};

use super::args::{self, Settings};
use super::decisions::Asked;
use super::{candles, of_strategy, signals_file};
use crate::{arg, output_flags, row_args};

pub(crate) const NAME: &str = "evaluate";

const ABOUT: &str = "What the trade of each signal paid, by side and month, with intervals";

/// How long a trade is held at most, where neither strategy nor flag says so, in rows.
const MAX_HOLD: u32 = 24;

/// Whether the strategy has a command of that name of its own.
pub(crate) fn is_own(entry: &Entry) -> bool {
    entry.with_commands(Command::new("strategy")).find_subcommand(NAME).is_some()
}

/// The command of a strategy, with its flags.
pub(crate) fn command(entry: &Entry) -> Command {
    let command = args::with_trade_flags(Command::new(NAME)).args(own_flags());
    row_args::with_flags(command, entry).about(ABOUT).long_about(None)
}

/// The command for a file of signals made anywhere.
pub(crate) fn command_of_file() -> Command {
    let command = Command::new(NAME).arg(super::signals_flag());
    let command = args::with_trade_flags(command).args(own_flags());
    row_args::with_data_flags(command).about(ABOUT).long_about(None)
}

fn own_flags() -> [Arg; 4] {
    [
        arg::value("confidence", "SHARE", "Confidence of the intervals, between 0 and 1")
            .value_parser(value_parser!(f64))
            .default_value("0.95"),
        arg::value(
            "resamples",
            "N",
            "Resamples of the block bootstrap, in blocks of the longest holding time",
        )
        .value_parser(value_parser!(u32).range(1..=1_000_000))
        .default_value("1000"),
        output_flags::seed("Seed of the bootstrap: the same seed gives the same intervals"),
        output_flags::format("How the evaluation is printed"),
    ]
}

/// Evaluates the strategy's own decisions.
pub(crate) fn run(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let chosen = row_args::choose(entry, matches, console)?;
    let asked = of_strategy::decide(entry, matches, &chosen, console)?;
    let instruments = asked.instruments(&chosen.instruments)?;
    finish(asked, &instruments, matches, console)
}

/// Evaluates a file of signals.
pub(crate) fn run_file(matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let (own, range) = row_args::choose_data(matches, console)?;
    let path = matches.get_one::<PathBuf>("signals").ok_or("--signals is missing")?;
    let asked = signals_file::read_file(path, range)?;
    let instruments = asked.instruments(&own)?;
    finish(asked, &instruments, matches, console)
}

/// What `--format json` prints.
#[derive(Serialize)]
struct Evaluation<'a> {
    name: &'a str,
    instruments: &'a [String],
    money: &'a Money,
}

fn finish(
    asked: Asked,
    instruments: &[market_data::Instrument],
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<()> {
    let held = |exits: Exits| Exits { max_hold: exits.max_hold.or(Some(MAX_HOLD)), ..exits };
    let exits = SideExits { long: held(asked.exits.long), short: held(asked.exits.short) };
    let asked = Asked { exits, ..asked };
    let settings = Settings::of_trades(matches, &asked)?;
    settings.rules.check()?;
    let market = candles::load(instruments, &asked, &settings)?;
    let number = |name: &str| matches.get_one::<f64>(name).copied().unwrap_or_default();
    let drawing = Drawing {
        resampling: Resampling {
            resamples: matches.get_one("resamples").copied().unwrap_or_default(),
            confidence: number("confidence"),
            seed: matches.get_one("seed").copied().unwrap_or_default(),
        },
        block: settings.rules.exits.long.max_hold.unwrap_or(MAX_HOLD) as usize,
    };
    let (times, weights) = (&asked.times, &asked.weights);
    let money = Money::of(&market.history, &settings.rules, times, weights, None, &drawing)
        .map_err(|error| UsageError::new(error.into()))?;
    let notes = market.notes.iter().filter(|note| note.contains("unding")).cloned();
    let money = Money { notes: notes.chain(asked.remarks.iter().cloned()).collect(), ..money };
    if output_flags::wants_json(matches) {
        let found = Evaluation { name: &asked.name, instruments: &market.names, money: &money };
        output_flags::json(&found, console.out)?;
    } else {
        writeln!(console.out, "{} on {}\n\n{money}", asked.name, market.names.join(", "))?;
    }
    Ok(())
}
