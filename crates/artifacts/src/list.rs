//! The command that lists the months that have a file.

use std::io;

use clap::{Args, ValueEnum};
use serde::{Serialize, Serializer};
use serde_json::Value;
use strategy_core::{Console, YearMonth};
use terminal::plain;

use crate::{
    ArtifactError, Listed, MonthFilter, MonthKey, MonthStore, Result, RunChoice, Shown, write_json,
};

/// Flags of `list`.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// Only months from this one on
    #[arg(long, value_name = "MONTH")]
    from: Option<YearMonth>,

    /// Only months up to this one
    #[arg(long, value_name = "MONTH")]
    to: Option<YearMonth>,

    /// How to print [default: a table on a terminal, otherwise csv]
    #[arg(long, value_enum)]
    format: Option<TableFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TableFormat {
    /// Aligned columns
    Table,
    /// Comma-separated values with a header
    Csv,
    /// An array of objects
    Json,
}

/// A month's line.
struct Line {
    key: MonthKey,
    values: Vec<Listed>,
    path: String,
}

impl Line {
    /// Names and values, in the order in which programs read them.
    fn fields(&self) -> impl Iterator<Item = (&'static str, Value)> {
        let key = &self.key;
        let of_key = [
            ("dataset", key.dataset().into()),
            ("run_name", key.run_name().into()),
            ("bin_month", key.month().to_string().into()),
        ];
        let own = self.values.iter().map(|listed| (listed.name, listed.value.clone()));
        of_key.into_iter().chain(own).chain([("path", self.path.clone().into())])
    }

    fn row(&self) -> Vec<String> {
        let own = self.values.iter().map(|listed| listed.text.clone());
        std::iter::once(self.key.month().to_string()).chain(own).collect()
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields())
    }
}

/// Lists the months in `store` that `choice` means.
///
/// # Errors
/// [`ArtifactError::NoFiles`]; [`ArtifactError::NoSuchRun`]; [`ArtifactError::DamagedFiles`], after all others are listed; when the
/// list cannot be printed.
pub fn list<A: Shown>(
    store: &MonthStore<A>,
    choice: &RunChoice,
    args: &ListArgs,
    console: &mut Console<'_>,
) -> Result<()> {
    choice.check(store)?;
    let keys =
        store.list(&MonthFilter { from: args.from, to: args.to, ..choice.filter(store)? })?;
    if keys.is_empty() {
        return Err(choice.no_files(store));
    }
    let (mut lines, mut damaged) = (Vec::with_capacity(keys.len()), 0);
    for key in keys {
        match store.load(&key) {
            Ok(month) => {
                let path = store.path(&key).display().to_string();
                lines.push(Line { values: month.listed(), key, path });
            }
            Err(error) => {
                damaged += 1;
                let _ = writeln!(console.err, "error: {error}");
            }
        }
    }
    let by_default = if console.out_is_terminal { TableFormat::Table } else { TableFormat::Csv };
    match args.format.unwrap_or(by_default) {
        TableFormat::Table => table(&lines, console)?,
        TableFormat::Csv => csv(&lines, console).map_err(io::Error::from)?,
        TableFormat::Json => write_json(&lines, console.out)?,
    }
    if damaged > 0 { Err(ArtifactError::DamagedFiles { damaged }) } else { Ok(()) }
}

/// A table for each run.
fn table(lines: &[Line], console: &mut Console<'_>) -> io::Result<()> {
    let run = |line: &Line| format!("{} {}", line.key.dataset(), line.key.run_name());
    for (number, lines) in lines.chunk_by(|one, next| run(one) == run(next)).enumerate() {
        let titles = lines[0].values.iter().map(|listed| listed.title);
        let header: Vec<&str> = std::iter::once("month").chain(titles).collect();
        let gap = if number > 0 { "\n" } else { "" };
        writeln!(console.out, "{gap}{}", run(&lines[0]))?;
        writeln!(console.out, "{}", plain(&header, 2, lines.iter().map(Line::row)))?;
    }
    Ok(())
}

fn csv(lines: &[Line], console: &mut Console<'_>) -> Result<(), csv::Error> {
    let mut csv = csv::Writer::from_writer(&mut *console.out);
    if let Some(first) = lines.first() {
        csv.write_record(first.fields().map(|(name, _)| name))?;
    }
    for line in lines {
        csv.write_record(line.fields().map(|(_, value)| match value {
            Value::Null => String::new(),
            Value::String(text) => text,
            Value::Array(values) => terminal::listed(&values, " "),
            value => value.to_string(),
        }))?;
    }
    Ok(csv.flush()?)
}
