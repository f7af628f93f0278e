//! `runner <strategy> config`: the configuration as data.

use clap::{ArgMatches, Command, ValueEnum, builder::EnumValueParser};
use serde_json::{Value, json};
use strategy_core::registry::Entry;
use strategy_core::{Console, Result};

use crate::arg;
use crate::list;

pub(crate) const NAME: &str = "config";

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Each parameter with its default and its value in force
    Table,
    /// The values in force, as an object
    Json,
    /// The JSON schema of such an object
    Schema,
}

/// The command, with the flags of the strategy.
pub(crate) fn command(entry: &Entry) -> Command {
    let format = arg::flag("format", "What to print")
        .value_parser(EnumValueParser::<Format>::new())
        .default_value("table");
    entry
        .with_flags(Command::new(NAME).arg(format).next_help_heading("Parameters of the strategy"))
        .about("Show the strategy's parameters: defaults, values in force, JSON schema")
        .long_about(None)
}

pub(crate) fn run(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let parameters = entry.parameters();
    let values = parameters.values(matches);
    match matches.get_one("format").copied().unwrap_or(Format::Table) {
        Format::Table => {
            let header = ["parameter", "in force", "default", "what it does"];
            let rows = parameters.iter().map(|parameter| {
                let in_force = values.get(&parameter.name).unwrap_or(&Value::Null);
                let default = words(&parameter.default_value());
                [parameter.name.clone(), words(in_force), default, parameter.about.clone()]
            });
            writeln!(console.out, "{}", list::table(header, rows))?;
        }
        Format::Json => writeln!(console.out, "{:#}", json!(values))?,
        Format::Schema => writeln!(console.out, "{:#}", parameters.schema(entry.name()))?,
    }
    Ok(())
}

/// A value as a person writes it.
fn words(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
