//! `runner <strategy> signals`: decisions for rows of the past, or of now.

use std::path::PathBuf;

use arrow::array::RecordBatch;
use clap::{ArgMatches, Command, FromArgMatches};
use market_data::DataFlags;
use strategy_core::registry::{Entry, UsageError};
use strategy_core::{Console, Decisions, Result};
use tabular::{BatchWriter, Destination, Format};
use thiserror::Error;

use crate::arg;
use crate::decided::Decided;
use crate::output_columns::{self, WITH_CLOSE};
use crate::output_flags;
use crate::output_place::destination;
use crate::row_args::{self, Chosen};
use crate::stream;

pub(crate) const NAME: &str = "signals";
pub(crate) const ALL_RUNS: &str = "all-runs";

/// The command, with the flags of the strategy.
pub(crate) fn command(entry: &Entry) -> Command {
    let command = Command::new(NAME).args([
        arg::path(
            "output",
            "FILE",
            "File to write; its ending chooses the format (.csv .parquet .arrow .json .jsonl)",
        )
        .short('o'),
        output_flags::overwrite("Replace the file if it exists"),
        arg::value(
            "format",
            "FORMAT",
            "table, csv, parquet, arrow, json or jsonl [default: by the file's ending; table on \
                 a terminal, otherwise csv]",
        )
        .value_parser(|text: &str| text.parse::<Format>().map_err(|error| error.to_string())),
        stream::journal_flag().help("Journal of a stream: decide its rows again, as one batch"),
    ]);
    let command = command.args([
        arg::switch(WITH_CLOSE, "Add the column `close`, the close of each row's candle"),
        arg::switch(
            ALL_RUNS,
            "Decide for all configured runs (or those that --dataset and --model-path choose), one \
             after the other, with the columns `dataset` and `run_name` in front",
        ),
    ]);
    // What it is about comes last: groups of flags bring descriptions of their own.
    row_args::with_flags(command, entry)
        .about("Decide each row: long, short or flat")
        .long_about(None)
}

/// Decides for each of `of_runs`, one call's flags with the values of one configured run.
pub(crate) fn run(entry: &Entry, of_runs: &[&ArgMatches], console: &mut Console<'_>) -> Result<()> {
    let Some(&first) = of_runs.first() else { return Ok(()) };
    let format = format(first, console.out_is_terminal)?;
    if let Some(journal) = first.get_one::<PathBuf>(stream::JOURNAL) {
        return stream::write_batch(entry, journal, first, format, console);
    }
    if first.get_flag("overwrite") {
        // Such a call is repeated, by a schedule most often: it replaces yesterday's signals.
        sample::refuse_for(&DataFlags::from_arg_matches(first)?, "--overwrite")?;
    }
    if first.get_flag(ALL_RUNS) && of_runs.len() > 1 {
        return all_runs(entry, of_runs, format, console);
    }
    let chosen = row_args::choose(entry, first, console)?;
    let mut decided = Decided::open(entry, first, &chosen)?;
    let destination = destination(first, chosen.inputs.clone(), &mut *console.out);
    // The first decisions come before the output is opened: what fails at once writes nothing.
    let mut output = Output { format, destination: Some(destination), writer: None };
    while let Some(decisions) = decided.next()? {
        output.write(&table_of(first, &chosen, decisions)?)?;
    }
    output.finish()?;
    for line in said(&decided) {
        let _ = writeln!(console.err, "{line}");
    }
    Ok(())
}

/// Decides for each run and writes its decisions together: what is wrong with one run is nothing to the
/// others, and nothing is written of it.
fn all_runs(
    entry: &Entry,
    of_runs: &[&ArgMatches],
    format: Format,
    console: &mut Console<'_>,
) -> Result<()> {
    let mut inputs = Vec::new();
    for matches in of_runs {
        let flags = DataFlags::from_arg_matches(matches)?;
        inputs.extend([flags.pred_duckdb, flags.ohlcv_duckdb].into_iter().flatten());
    }
    let (mut failed, mut lines, mut tables) = (0, Vec::new(), Vec::new());
    for (nth, matches) in of_runs.iter().enumerate() {
        match decide(entry, matches, console) {
            Ok(run) => {
                inputs.extend(run.inputs);
                lines.extend(run.said);
                tables.extend(run.tables);
            }
            Err(error) => {
                failed += 1;
                let why = terminal::error_chain(&*error);
                lines.push(format!("error: {}: {why}", named(matches, nth)));
            }
        }
    }
    let destination = destination(of_runs[0], inputs, &mut *console.out);
    let mut output = Output { format, destination: Some(destination), writer: None };
    for table in &tables {
        output.write(table)?;
    }
    output.finish()?;
    for line in lines {
        let _ = writeln!(console.err, "{line}");
    }
    if failed > 0 {
        return Err(RunsFailed { failed, runs: of_runs.len() }.into());
    }
    Ok(())
}

/// Some of several runs could not be decided; which ones was said before.
#[derive(Debug, Error)]
#[error("{failed} of {runs} runs failed")]
struct RunsFailed {
    failed: usize,
    runs: usize,
}

/// All decisions of a run.
struct DecidedRun {
    tables: Vec<RecordBatch>,
    inputs: Vec<PathBuf>,
    said: Vec<String>,
}

fn decide(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<DecidedRun> {
    let chosen = row_args::choose(entry, matches, console)?;
    let mut decided = Decided::open(entry, matches, &chosen)?;
    let mut tables = Vec::new();
    while let Some(decisions) = decided.next()? {
        tables.push(table_of(matches, &chosen, decisions)?);
    }
    Ok(DecidedRun { tables, said: said(&decided), inputs: chosen.inputs.clone() })
}

/// Dataset and name of a run as far as its flags tell, or its place in the file.
fn named(matches: &ArgMatches, nth: usize) -> String {
    let of = |name: &str| matches.get_one::<String>(name).cloned();
    let flags = DataFlags::from_arg_matches(matches).ok();
    let model = flags.and_then(|flags| market_data::run_name(&flags.model_path?));
    let known: Vec<String> =
        [of("dataset"), of("run-name").or(model)].into_iter().flatten().collect();
    if known.is_empty() { format!("run {}", nth + 1) } else { known.join(" ") }
}

fn table_of(matches: &ArgMatches, chosen: &Chosen, decisions: Decisions) -> Result<RecordBatch> {
    if !matches.get_flag(ALL_RUNS) {
        return Ok(decisions.table);
    }
    Ok(output_columns::of_run(&decisions.table, &chosen.subject)?)
}

/// What a person should hear of rows that were decided on.
fn said(decided: &Decided<'_>) -> Vec<String> {
    let report = decided.report();
    let left_out = (report.left_out > 0).then(|| report.to_string());
    let remarks = decided.remarks().into_iter().map(|remark| format!("warning: {remark}"));
    left_out.into_iter().chain(remarks).collect()
}

/// Where decisions go, opened for the first of them.
struct Output<'o> {
    format: Format,
    destination: Option<Destination<'o>>,
    writer: Option<BatchWriter<'o>>,
}

impl Output<'_> {
    fn write(&mut self, table: &RecordBatch) -> Result<()> {
        if let Some(destination) = self.destination.take() {
            self.writer = Some(BatchWriter::new(destination, self.format, table.schema())?);
        }
        if let Some(writer) = &mut self.writer {
            writer.write(table)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        Ok(self.writer.map(BatchWriter::finish).transpose().map(|_| ())?)
    }
}

fn format(matches: &ArgMatches, terminal: bool) -> Result<Format, UsageError> {
    let output = matches.get_one::<PathBuf>("output").map(PathBuf::as_path);
    Format::of_output(matches.get_one("format").copied(), output, terminal)
        .map_err(|error| UsageError::new(error.into()))
}
