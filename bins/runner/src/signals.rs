//! `runner <strategy> signals`: decisions for rows of the past, or of now.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use strategy_core::registry::{Entry, UsageError};
use strategy_core::{BoxError, Console};
use tabular::{BatchWriter, Destination, Format};

use crate::decided::Decided;
use crate::row_args;

pub(crate) const NAME: &str = "signals";

/// The command, with the flags of the strategy.
pub(crate) fn command(entry: &Entry) -> Command {
    let command = Command::new(NAME).args([
        Arg::new("output")
            .long("output")
            .short('o')
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("File to write; its ending chooses the format (.csv .parquet .arrow .json .jsonl)"),
        Arg::new("overwrite")
            .long("overwrite")
            .action(ArgAction::SetTrue)
            .requires("output")
            .help("Replace the file if it exists"),
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .value_parser(|text: &str| text.parse::<Format>().map_err(|error| error.to_string()))
            .help(
                "table, csv, parquet, arrow, json or jsonl [default: by the file's ending; table on \
                 a terminal, otherwise csv]",
            ),
    ]);
    // What it is about comes last: groups of flags bring descriptions of their own.
    row_args::with_flags(command, entry)
        .about("Decide on rows: long, short or nothing for each")
        .long_about(None)
}

pub(crate) fn run(
    entry: &Entry,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<(), BoxError> {
    let format = format(matches, console.out_is_terminal)?;
    let chosen = row_args::choose(entry, matches, console)?;
    if let Some(output) = matches.get_one::<PathBuf>("output") {
        refuse_input(output, &chosen.inputs)?;
    }
    let mut decided = Decided::open(entry, matches, &chosen)?;

    // The first decisions come before the output is opened: what fails at once writes nothing.
    let Some(first) = decided.next()? else { return Ok(()) };
    let destination = match matches.get_one::<PathBuf>("output") {
        Some(path) => {
            Destination::File { path: path.clone(), overwrite: matches.get_flag("overwrite") }
        }
        None => Destination::Stream(&mut *console.out),
    };
    let mut writer = BatchWriter::new(destination, format, first.table.schema())?;
    writer.write(&first.table)?;
    while let Some(decisions) = decided.next()? {
        writer.write(&decisions.table)?;
    }
    writer.finish()?;

    let report = decided.report();
    if report.left_out > 0 {
        let _ = writeln!(console.err, "{report}");
    }
    for remark in decided.remarks() {
        let _ = writeln!(console.err, "warning: {remark}");
    }
    Ok(())
}

fn format(matches: &ArgMatches, terminal: bool) -> Result<Format, UsageError> {
    let output = matches.get_one::<PathBuf>("output").map(PathBuf::as_path);
    Format::of_output(matches.get_one("format").copied(), output, terminal)
        .map_err(|error| UsageError::new(error.into()))
}

/// An output that is one of the inputs would destroy data of another program.
fn refuse_input(output: &Path, inputs: &[PathBuf]) -> Result<(), UsageError> {
    let same = |input: &&PathBuf| {
        Option::zip(output.canonicalize().ok(), input.canonicalize().ok())
            .is_some_and(|(output, input)| output == input)
    };
    match inputs.iter().find(same) {
        None => Ok(()),
        Some(input) => {
            let error =
                format!("--output {} is a file that is read: name another one", input.display());
            Err(UsageError::new(error.into()))
        }
    }
}
