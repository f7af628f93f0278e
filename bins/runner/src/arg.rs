//! Short ways to define a flag.

use std::path::PathBuf;

use clap::{Arg, ArgAction, value_parser};

/// `--name`, with whatever value.
pub(crate) fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help)
}

/// `--name VALUE`.
pub(crate) fn value(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    flag(name, help).value_name(value)
}

/// `--name VALUE`, where the value is a path.
pub(crate) fn path(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    self::value(name, value, help).value_parser(value_parser!(PathBuf))
}

/// `--name`, which is there or not.
pub(crate) fn switch(name: &'static str, help: &'static str) -> Arg {
    flag(name, help).action(ArgAction::SetTrue)
}

/// `RUNNER_NAME`: the variable that sets the flag `name`, and by its key `runner.toml`.
pub(crate) fn variable(name: &str) -> String {
    format!("RUNNER_{}", name.replace('-', "_").to_uppercase())
}
