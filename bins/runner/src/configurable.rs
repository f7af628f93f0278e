//! Which flags can be configured, and by which key.

use clap::{Arg, Command};

/// `command` with `words` as the default of the flag `key` in every command of `strategy` that has it.
pub(crate) fn set_default(
    mut command: Command,
    strategy: &str,
    key: &str,
    words: &[String],
) -> Command {
    let Some(own) = command.find_subcommand_mut(strategy) else { return command };
    for below in that_run_mut(own) {
        let Some(flag) = below.get_arguments().find(|a| configurable(a) && key_of(a) == key) else {
            continue;
        };
        let (id, words) = (flag.get_id().clone(), words.to_vec());
        *below =
            std::mem::take(below).mut_arg(id, |flag| flag.default_values(words).required(false));
    }
    command
}

/// The commands below `command`; itself where there are none, as of `backtest --signals`.
pub(crate) fn that_run(command: &Command) -> Vec<&Command> {
    if command.has_subcommands() { command.get_subcommands().collect() } else { vec![command] }
}

/// The same, to be changed.
pub(crate) fn that_run_mut(command: &mut Command) -> Vec<&mut Command> {
    if command.has_subcommands() { command.get_subcommands_mut().collect() } else { vec![command] }
}

/// Flags of a single call, such as which months to make, have no environment variable and no key.
pub(crate) fn configurable(flag: &Arg) -> bool {
    flag.get_env().is_some() && flag.get_long().is_some()
}

/// The key of a flag: its name, with `_` for `-`.
pub(crate) fn key_of(flag: &Arg) -> String {
    flag.get_id().as_str().replace('-', "_")
}
