//! `runner list`: the strategies there are.

use clap::{ArgMatches, Command, ValueEnum, builder::EnumValueParser};
use comfy_table::{ContentArrangement, Table, presets::NOTHING};
use serde_json::json;
use strategy_core::registry::{Entry, Strategies};
use strategy_core::{Console, Result};

use crate::arg;
use crate::output_flags;

/// How the list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned columns
    Table,
    /// Comma-separated values with a header
    Csv,
    /// An array of objects with `name`, `about` and `inputs`
    Json,
}

pub(crate) fn command() -> Command {
    Command::new("list").about("List the strategies, what they do and what they read").arg(
        arg::flag("format", "How to print [default: a table on a terminal, otherwise csv]")
            .value_parser(EnumValueParser::<Format>::new()),
    )
}

pub(crate) fn run(
    strategies: &Strategies,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<()> {
    let by_default = if console.out_is_terminal { Format::Table } else { Format::Csv };
    let rows = strategies.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    match matches.get_one("format").copied().unwrap_or(by_default) {
        Format::Table => {
            let rows = rows.into_iter().map(|(name, about, inputs)| {
                let inputs: Vec<String> = inputs.iter().map(|input| elided(input)).collect();
                [name.to_owned(), inputs.join(" "), about.to_owned()]
            });
            writeln!(console.out, "{}", table(["strategy", "reads", "what it does"], rows))?;
        }
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(&mut *console.out);
            csv.write_record(["name", "about", "inputs"])?;
            for (name, about, inputs) in rows {
                csv.write_record([name, about, &inputs.join(" ")])?;
            }
            csv.flush()?;
        }
        Format::Json => {
            let objects: Vec<_> = rows
                .into_iter()
                .map(
                    |(name, about, inputs)| json!({"name": name, "about": about, "inputs": inputs}),
                )
                .collect();
            output_flags::json(&objects, console.out)?;
        }
    }
    Ok(())
}

/// The width that a terminal has at least.
pub(crate) const WIDTH: u16 = 100;

/// Rows of texts, as wide as a terminal is at least.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header).add_rows(rows);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    if let Some(first) = table.column_mut(0) {
        first.set_padding((0, 1));
    }
    table.trim_fmt()
}

/// An input whose run has a name too long for a table, shortened.
fn elided(input: &str) -> String {
    const LONGEST: usize = 24;
    match input.split_once('#') {
        Some((column, run)) if run.chars().count() > LONGEST => {
            let begin: String = run.chars().take(LONGEST).collect();
            let optional = if run.ends_with('?') { "?" } else { "" };
            format!("{column}#{begin}…{optional}")
        }
        _ => input.to_owned(),
    }
}

fn row(entry: &Entry) -> Result<(&'static str, &'static str, Vec<String>)> {
    let inputs = entry.default_inputs()?;
    Ok((entry.name(), entry.about(), inputs.iter().map(ToString::to_string).collect()))
}
