//! Variables that set flags: empty ones count as unset, and wrong ones are called by their name.

use std::env;
use std::ffi::OsString;

use clap::builder::{OsStr, Resettable};
use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, ArgMatches, Command};
use strategy_core::registry::usage;

use crate::tips;
use strategy_core::Result;

/// The matches of `command` with these arguments, and the program's variables.
pub(crate) fn matches(
    command: &Command,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<ArgMatches> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parsed = without_empty(command.clone()).try_get_matches_from(&arguments);
    parsed.map_err(|error| {
        if let Some(text) = of_variable(command, &error) {
            return usage(text);
        }
        let texts: Vec<String> =
            arguments.iter().map(|text| text.to_string_lossy().into_owned()).collect();
        tips::improved(error, &texts).into()
    })
}

/// Docker Compose makes an empty variable of every unset name.
fn without_empty(command: Command) -> Command {
    let is_empty =
        |flag: &Arg| flag.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
    command
        .mut_args(|flag| if is_empty(&flag) { flag.env(Resettable::<OsStr>::Reset) } else { flag })
        .mut_subcommands(without_empty)
}

/// What to say of a value that was not typed but set in a variable.
fn of_variable(command: &Command, error: &clap::Error) -> Option<String> {
    if !matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation) {
        return None;
    }
    let told = |kind| error.get(kind).map(ToString::to_string);
    let (flag, value) = (told(ContextKind::InvalidArg)?, told(ContextKind::InvalidValue)?);
    let mut command = command.clone();
    command.build(); // how a flag is shown is known only then
    let variable = find(&command, &flag, &value)?;
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let text = text.split("\n\nFor more information").next().unwrap_or(text).trim_end();
    Some(format!("the variable {variable}: {text}"))
}

/// The variable of the flag that is shown as `shown`, if it holds `value` and the flag was not typed.
fn find(command: &Command, shown: &str, value: &str) -> Option<String> {
    let typed = |flag: &Arg| {
        let long = flag.get_long().map(|long| format!("--{long}"));
        let short = flag.get_short().map(|short| format!("-{short}"));
        env::args().skip(1).any(|argument| {
            let name = argument.split('=').next().unwrap_or_default();
            Some(name) == long.as_deref()
                || short.as_ref().is_some_and(|short| argument.starts_with(short.as_str()))
        })
    };
    let own = command.get_arguments().find_map(|flag| {
        let name = flag.get_env()?.to_str()?;
        let holds = env::var(name).is_ok_and(|found| found.contains(value));
        (flag.to_string() == shown && holds && !typed(flag)).then(|| name.to_owned())
    });
    own.or_else(|| command.get_subcommands().find_map(|below| find(below, shown, value)))
}
