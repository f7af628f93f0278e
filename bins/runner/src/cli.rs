//! The program's commands, those of the strategies included.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command, value_parser};
use strategy_core::registry::{Entry, Strategies};

use crate::backtest::evaluate;
use crate::logging::{self, LogFormat};
use crate::{
    arg, backtest, check, data, home, list, monitor, parameters, risk, shell, signals, state,
    stream, sweep, trials,
};

const ABOUT: &str = "Turns model predictions for crypto perpetual futures into trading signals";

const EXAMPLES: &str = "\
Examples:
  runner list                                           strategies there are
  runner data status                                    what the configured files hold
  runner ml-calibrated-bins rebuild                     bins of the generated sample
  runner ml-calibrated-bins rebuild --pred-duckdb predictions.duckdb --ohlcv-duckdb ohlcv.duckdb
  runner ml-calibrated-bins inspect 2025-11 --test 0.05 0.2";

/// The heading, in help, of the flags that all commands have.
const EVERYWHERE: &str = "Options of all commands";

/// Defines a command for a strategy.
type Define = fn(&Entry) -> Command;

/// The commands that every strategy has.
const OF_STRATEGIES: [(&str, Define); 8] = [
    (evaluate::NAME, evaluate::command),
    (signals::NAME, signals::command),
    (state::NAME, state::command),
    (check::NAME, check::command),
    (sweep::NAME, sweep::command),
    (parameters::NAME, parameters::command),
    (backtest::NAME, backtest::command),
    (stream::NAME, stream::command),
];

/// The whole command line.
pub(crate) fn command(strategies: &Strategies) -> Command {
    command_for(strategies, None)
}

/// The command line as far as a call with these `words` needs it, all of it without: of strategies that are
/// not named there are the name and what they are about, and of one whose command follows its name that
/// command. To define the flags of all takes longer than a small command does.
///
/// An unknown name is left to the registry, which suggests the nearest.
pub(crate) fn command_for(strategies: &Strategies, words: Option<&[OsString]>) -> Command {
    let strategy = |entry: &Entry| {
        // The words behind the strategy's name.
        let behind: Option<Vec<&OsString>> = words.map(|words| {
            let named = words.iter().enumerate().filter(|(_, word)| *word == entry.name());
            named.filter_map(|(place, _)| words.get(place + 1)).collect()
        });
        let is_named = words.is_none_or(|words| words.iter().any(|word| word == entry.name()));
        if !is_named {
            return Command::new(entry.name()).about(entry.about());
        }
        // What it is about comes after the commands, which bring a description of their own.
        let command = Command::new(entry.name()).subcommand_required(true);
        let command = entry.with_commands(command.arg_required_else_help(true));
        let known = OF_STRATEGIES
            .iter()
            .filter(|(name, _)| *name != evaluate::NAME || !evaluate::is_own(entry));
        // Where one of them follows the name, the others need no flags either.
        let follows = |name: &str| behind.iter().flatten().any(|word| *word == name);
        let one = OF_STRATEGIES.iter().any(|(name, _)| follows(name))
            || command.get_subcommands().any(|own| follows(own.get_name()));
        let wanted = known.filter(|(name, _)| !one || follows(name));
        command
            .about(entry.about())
            .long_about(None)
            .subcommands(wanted.map(|(_, command)| command(entry)))
    };
    let command = Command::new("runner")
        .about(ABOUT)
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .allow_external_subcommands(true)
        .arg(
            arg::flag("verbose", "Log more on standard error (-vv: still more)")
                .short('v')
                .global(true)
                .help_heading(EVERYWHERE)
                .action(ArgAction::Count),
        )
        .arg(
            arg::value(
                logging::FLAG,
                "FORMAT",
                "How to write standard error: for people, or each line a JSON object",
            )
            .env(logging::VARIABLE)
            .value_parser(value_parser!(LogFormat))
            .default_value("text")
            .global(true)
            .help_heading(EVERYWHERE),
        )
        .arg(
            arg::value(
                "config",
                "FILE",
                "File with values for flags [default: runner.toml, if it exists]",
            )
            .env("RUNNER_CONFIG")
            .global(true)
            .help_heading(EVERYWHERE),
        )
        .subcommand(list::command())
        .subcommand(data::command())
        .subcommand(backtest::command_of_file())
        .subcommand(evaluate::command_of_file())
        .subcommand(risk::command())
        .subcommand(monitor::command(strategies))
        .subcommand(trials::command())
        .subcommands(shell::commands())
        .subcommands(strategies.iter().map(strategy));
    with_negative_numbers(home::expanded(command))
}

/// A number below 0 is a value, not a flag: whether it can be is for the flag before it to say.
fn with_negative_numbers(command: Command) -> Command {
    let allowed = |flag: Arg| {
        if flag.get_action().takes_values() { flag.allow_negative_numbers(true) } else { flag }
    };
    command.mut_args(allowed).mut_subcommands(with_negative_numbers)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use strategy_core::registry;

    #[test]
    fn the_definitions_hold_together() {
        super::command(&registry::registered().unwrap()).debug_assert();
    }
}
