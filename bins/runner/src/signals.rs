//! `runner <strategy> signals`: decisions for rows of the past, or of now.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches, value_parser};
use market_data::DataFlags;
use strategy_core::registry::{Entry, UsageError};
use strategy_core::{BoxError, Console};
use tabular::{BatchWriter, Format};

use crate::decided::Decided;
use crate::output_columns::{self, WITH_CLOSE};
use crate::output_place::destination;
use crate::{row_args, stream};

pub(crate) const NAME: &str = "signals";
pub(crate) const ALL_RUNS: &str = "all-runs";

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
        stream::journal_flag()
            .help("Journal of a stream: decide again, as one batch, on the rows that it holds"),
    ]);
    let command = command.args([
        Arg::new(WITH_CLOSE)
            .long(WITH_CLOSE)
            .action(ArgAction::SetTrue)
            .help("Add the column `close`, the close of each row's candle"),
        Arg::new(ALL_RUNS).long(ALL_RUNS).action(ArgAction::SetTrue).help(
            "Decide for all configured runs (or those that --dataset and --model-path choose), one \
             after the other, with the columns `dataset` and `run_name` in front",
        ),
    ]);
    // What it is about comes last: groups of flags bring descriptions of their own.
    row_args::with_flags(command, entry)
        .about("Decide on rows: long, short or nothing for each")
        .long_about(None)
}

/// Decides for each of `of_runs`, one call's flags with the values of one configured run.
pub(crate) fn run(
    entry: &Entry,
    of_runs: &[&ArgMatches],
    console: &mut Console<'_>,
) -> Result<(), BoxError> {
    let Some(&first) = of_runs.first() else { return Ok(()) };
    let format = format(first, console.out_is_terminal)?;
    if let Some(journal) = first.get_one::<PathBuf>(stream::JOURNAL) {
        return stream::write_batch(entry, journal, first, format, console);
    }
    if first.get_flag("overwrite") {
        // Such a call is repeated, by a schedule most often: it replaces yesterday's signals.
        sample::refuse_for(&DataFlags::from_arg_matches(first)?, "--overwrite")?;
    }
    let mut chosen = Vec::with_capacity(of_runs.len());
    for matches in of_runs {
        chosen.push(row_args::choose(entry, matches, console)?);
    }
    let inputs = chosen.iter().flat_map(|chosen| chosen.inputs.clone()).collect();
    let destination = destination(first, inputs, &mut *console.out);
    // The first decisions come before the output is opened: what fails at once writes nothing.
    let mut destination = Some(destination);
    let mut writer: Option<BatchWriter<'_>> = None;
    let mut said = Vec::new();
    for (matches, chosen) in of_runs.iter().zip(&chosen) {
        let mut decided = Decided::open(entry, matches, chosen)?;
        while let Some(decisions) = decided.next()? {
            let mut table = decisions.table;
            if matches.get_flag(ALL_RUNS) {
                table = output_columns::of_run(&table, &chosen.subject)?;
            }
            if let Some(destination) = destination.take() {
                writer = Some(BatchWriter::new(destination, format, table.schema())?);
            }
            if let Some(writer) = &mut writer {
                writer.write(&table)?;
            }
        }
        let report = decided.report();
        said.extend((report.left_out > 0).then(|| report.to_string()));
        said.extend(decided.remarks().into_iter().map(|remark| format!("warning: {remark}")));
    }
    if let Some(writer) = writer {
        writer.finish()?;
    }
    for line in said {
        let _ = writeln!(console.err, "{line}");
    }
    Ok(())
}

fn format(matches: &ArgMatches, terminal: bool) -> Result<Format, UsageError> {
    let output = matches.get_one::<PathBuf>("output").map(PathBuf::as_path);
    Format::of_output(matches.get_one("format").copied(), output, terminal)
        .map_err(|error| UsageError::new(error.into()))
}
