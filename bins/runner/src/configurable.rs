//! Which flags can be configured, and by which key.

use clap::{Arg, Command};

/// `command` with `words` as the default of the flag `key` in every command from the one at `path` on that
/// has it.
pub(crate) fn set_default(
    mut command: Command,
    path: &[&str],
    key: &str,
    words: &[String],
) -> Command {
    let mut path = path.iter();
    let found = path.try_fold(&mut command, |command, name| command.find_subcommand_mut(name));
    let Some(own) = found else { return command };
    each(own, &mut |below| {
        let Some(flag) = below.get_arguments().find(|a| configurable(a) && key_of(a) == key) else {
            return;
        };
        let (id, words) = (flag.get_id().clone(), words.to_vec());
        *below =
            std::mem::take(below).mut_arg(id, |flag| flag.default_values(words).required(false));
    });
    command
}

/// `command` and all commands below it, `stream audit` as well as `stream`.
pub(crate) fn all_of(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().flat_map(all_of);
    std::iter::once(command).chain(below).collect()
}

/// Changes `command` and all commands below it.
pub(crate) fn each(command: &mut Command, change: &mut impl FnMut(&mut Command)) {
    change(command);
    for below in command.get_subcommands_mut() {
        each(below, change);
    }
}

/// Flags of a single call, such as which months to make, have no environment variable and no key.
pub(crate) fn configurable(flag: &Arg) -> bool {
    flag.get_env().is_some() && flag.get_long().is_some()
}

/// The key of a flag: its name, with `_` for `-`.
pub(crate) fn key_of(flag: &Arg) -> String {
    flag.get_id().as_str().replace('-', "_")
}
