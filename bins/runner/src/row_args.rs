//! The rows of a strategy: the flags that choose them, and loading them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, ArgMatches, Args, Command, FromArgMatches};
use market_data::{
    CandleFile, DataFlags, Database, Instrument, PredictionFile, RowSource, TimeRange,
    model_of_run, settle_model, settle_run,
};
use sample::SamplePaths;
use strategy_core::registry::{Entry, UsageError};
use strategy_core::{Column, Console, Input, Leg, Result, Subject};

use crate::arg;
use crate::home;
use crate::output_columns::WITH_CLOSE;
use crate::time_range::{self, Moment};

/// `command` with the flags that choose rows, and those of the strategy itself.
pub(crate) fn with_flags(command: Command, entry: &Entry) -> Command {
    with_data_flags(entry.with_flags(command.next_help_heading("Parameters of the strategy")))
}

/// `command` with the flags that choose rows.
pub(crate) fn with_data_flags(command: Command) -> Command {
    let text = |name: &'static str, value: &'static str, env: &'static str, help: &'static str| {
        arg::value(name, value, help).env(env).value_parser(NonEmptyStringValueParser::new())
    };
    let command = command
        .next_help_heading("Rows")
        .arg(time_range::flag(
            "start",
            "First row, in UTC, as in 2025-11, 2025-11-01 or 2025-11-01T05:00 \
                 [default: the first possible]",
        ))
        .arg(time_range::flag(
            "end",
            "Last row, included; a day or month means to its end [default: the last]",
        ))
        .arg(text(
            "dataset",
            "NAME",
            "RUNNER_DATASET",
            "Instrument, as in binance_btcusdt_perp_1h",
        ));
    let command = command.arg(text(
        "run-name",
        "NAME",
        "RUNNER_RUN_NAME",
        "Run, or a part of its name [default: the folder of the model]",
    ));
    let other = |name: &'static str, env: &'static str, help: &'static str| {
        arg::value(name, "DATASET=FILE", help)
            .env(env)
            .action(ArgAction::Append)
            .value_parser(other_files)
    };
    let command = command
        .arg(other(
            OTHER_OHLCV,
            "RUNNER_OTHER_OHLCV",
            "DuckDB file with the candles of another instrument, for strategies that \
                 read one; may be repeated",
        ))
        .arg(other(
            OTHER_PRED,
            "RUNNER_OTHER_PRED",
            "DuckDB file with the predictions of another instrument; may be repeated",
        ));
    DataFlags::augment_args(command)
}

/// The flag of a stream that names where rows come from, instead of files.
pub(crate) const SOURCE: &str = "source";

const OTHER_OHLCV: &str = "other-ohlcv";
const OTHER_PRED: &str = "other-pred";

/// A file of another instrument than the strategy's own.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OtherFile {
    dataset: String,
    path: PathBuf,
}

/// `DATASET=FILE`, or several with commas between them. A comma that no `DATASET=` follows is part of
/// the path before it.
fn other_files(text: &str) -> Result<Vec<OtherFile>, String> {
    let begins = |part: &str| {
        part.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
        })
    };
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(',') {
        match parts.last_mut() {
            Some(before) if !begins(part) => {
                before.push(',');
                before.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts.iter().map(|part| other_file(part)).collect()
}

fn other_file(text: &str) -> Result<OtherFile, String> {
    match text.split_once('=') {
        Some((dataset, path)) if !dataset.is_empty() && !path.is_empty() => {
            Ok(OtherFile { dataset: dataset.to_owned(), path: home::expand(PathBuf::from(path))? })
        }
        _ => {
            Err("wanted a dataset and its file, as in binance_ethusdt_perp_1h=eth.duckdb"
                .to_owned())
        }
    }
}

/// The instruments beside the strategy's own: those whose files are given, and without any data
/// configured the sample's other ones.
fn others(
    matches: &ArgMatches,
    flags: &DataFlags,
    sample: Option<&str>,
) -> BTreeMap<String, Instrument> {
    let mut others = BTreeMap::<String, Instrument>::new();
    let of = |name: &str| {
        matches.get_many::<Vec<OtherFile>>(name).into_iter().flatten().flatten().cloned()
    };
    let mut add = |dataset: String, candles: Option<PathBuf>, predictions: Option<PathBuf>| {
        let other = others.entry(dataset.clone()).or_default();
        other.dataset = Some(dataset);
        other.lock_timeout = flags.lock_timeout;
        other.candles = candles.map(CandleFile::new).or(other.candles.take());
        other.predictions = predictions.map(PredictionFile::new).or(other.predictions.take());
    };
    if let Some(own) = sample {
        let sample = SamplePaths::in_dir(&flags.sample_dir);
        for (dataset, candles) in sample.companions {
            add(dataset, Some(candles), None);
        }
        for files in sample.instruments {
            if files.dataset != own {
                add(files.dataset, Some(files.candles), Some(files.predictions));
            }
        }
    }
    of(OTHER_OHLCV).for_each(|file| add(file.dataset, Some(file.path), None));
    of(OTHER_PRED).for_each(|file| add(file.dataset, None, Some(file.path)));
    others
}

/// Refuses a file of another instrument that is named as one of the strategy's own.
fn refuse_own(matches: &ArgMatches, own: Option<&str>) -> Result<(), UsageError> {
    for (flag, instead) in [(OTHER_OHLCV, "ohlcv-duckdb"), (OTHER_PRED, "pred-duckdb")] {
        let mut named = matches.get_many::<Vec<OtherFile>>(flag).into_iter().flatten().flatten();
        if let Some(file) = named.find(|file| Some(file.dataset.as_str()) == own) {
            let text = format!(
                "--{flag} names {}, which is the strategy's own instrument: its file is that of \
                 --{instead}",
                file.dataset
            );
            return Err(UsageError::new(text.into()));
        }
    }
    Ok(())
}

/// Refuses two legs in one instrument, which would cancel.
fn refuse_own_leg(legs: &[Leg], own: &str) -> Result<(), UsageError> {
    if legs.iter().any(|leg| leg.dataset.as_deref() == Some(own)) {
        let text = format!(
            "both legs are {own}: the second instrument must be another than that of --dataset"
        );
        return Err(UsageError::new(text.into()));
    }
    Ok(())
}

/// Where a strategy's rows come from, and what it is opened for.
pub(crate) struct Chosen {
    pub(crate) source: RowSource,
    pub(crate) range: TimeRange,
    pub(crate) subject: Subject,
    /// The files that are read.
    pub(crate) inputs: Vec<PathBuf>,
    /// Where the data of all instruments is, the strategy's own first.
    pub(crate) instruments: Vec<Instrument>,
}

/// The instruments and the range that the flags choose where no strategy says what is read.
pub(crate) fn choose_data(
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<(Vec<Instrument>, TimeRange)> {
    let range = range(matches)?;
    let flags = DataFlags::from_arg_matches(matches)?;
    let mut dataset = matches.get_one::<String>("dataset").cloned();
    let mut path = flags.ohlcv_duckdb.clone();
    let mut of_sample = None;
    if let Some(sample) = sample::stand_in(&flags, dataset.as_deref(), console.err)? {
        of_sample = Some(sample.dataset.clone());
        (dataset, path) = (Some(sample.dataset), Some(sample.candles));
    }
    let own = Instrument {
        dataset,
        candles: path.map(|path| CandleFile { path, table: flags.ohlcv_table.clone() }),
        predictions: None,
        lock_timeout: flags.lock_timeout,
    };
    let others = others(matches, &flags, of_sample.as_deref());
    Ok((std::iter::once(own).chain(others.into_values()).collect(), range))
}

fn range(matches: &ArgMatches) -> Result<TimeRange, UsageError> {
    let moment = |name: &str| matches.get_one::<Moment>(name).copied();
    let range = time_range::range(moment("start"), moment("end"));
    if Option::zip(range.start, range.end).is_some_and(|(start, end)| start >= end) {
        return Err(UsageError::new("--start comes after --end".into()));
    }
    Ok(range)
}

/// Opens the files that the strategy's inputs need.
pub(crate) fn choose(
    entry: &Entry,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<Chosen> {
    let range = range(matches)?;
    let Files { instruments, mut inputs, subject, opened: _opened } =
        files(entry, matches, console)?;
    let close = Input::of(Column::Close);
    let with_close = matches.try_get_one::<bool>(WITH_CLOSE).ok().flatten().copied();
    if with_close == Some(true) && !inputs.contains(&close) {
        inputs.push(close);
    }
    let inputs_read = instruments
        .iter()
        .flat_map(|instrument| {
            let candles = instrument.candles.as_ref().map(|file| file.path.clone());
            candles.into_iter().chain(instrument.predictions.as_ref().map(|file| file.path.clone()))
        })
        .collect();
    let source = RowSource::open(&instruments, &inputs)?;
    let range = from_first_decision(entry, matches, &subject, &source, range, console)?;
    Ok(Chosen { inputs: inputs_read, source, range, subject, instruments })
}

/// The files that a strategy reads, and what it is opened for.
pub(crate) struct Files {
    /// The strategy's own instrument first.
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) subject: Subject,
    /// Open until the rows have found their files, which then need not look at this one again.
    pub(crate) opened: Option<Database>,
}

/// Settles which files are meant, and the model among them.
pub(crate) fn files(
    entry: &Entry,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<Files> {
    let inputs = entry.inputs(matches)?;
    let own = || inputs.iter().filter(|i| i.column == Column::Prediction && i.dataset.is_none());
    let scored = own().any(|input| input.run.is_none());
    let flags = DataFlags::from_arg_matches(matches)?;
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    let mut dataset = given("dataset");
    let mut files = (flags.pred_duckdb.clone(), flags.ohlcv_duckdb.clone());
    let mut of_sample = None;
    // Whoever names a source of a stream wants no invented rows beside it.
    let is_sourced = matches!(matches.try_contains_id(SOURCE), Ok(true));
    let sample = if is_sourced && !flags.sample {
        None
    } else {
        sample::stand_in(&flags, dataset.as_deref(), console.err)?
    };
    if let Some(sample) = sample {
        of_sample = Some(sample.dataset.clone());
        dataset = Some(sample.dataset);
        // Runs are asked for by name only where there are several.
        let of_runs = own().any(|input| input.run.is_some());
        let three_models = || SamplePaths::in_dir(&flags.sample_dir).three_models;
        let predictions = if of_runs { three_models() } else { sample.predictions };
        files = (Some(predictions), Some(sample.candles));
    }

    let mut model_path = flags.model_path.clone();
    let mut run_name = given("run-name");
    let mut opened = None;
    if let (true, Some(path)) = (scored, &files.0) {
        // Which model it is decides which artifacts of a strategy may be used with its scores.
        let database = Database::open(path, flags.lock_timeout)?;
        let settled =
            settle_run(&database, model_path.as_deref(), dataset.as_deref(), run_name.as_deref())?;
        (model_path, dataset) = (Some(settled.model_path), Some(settled.dataset));
        run_name = settled.run_name;
        opened = Some(database);
    }
    let run = own().find_map(|input| input.run.clone());
    if let (Some(run), Some(path), None) = (run, &files.0, &dataset) {
        let database = Database::open(path, flags.lock_timeout)?;
        let model = model_of_run(&database, &run, None)?;
        dataset = Some(settle_model(&database, Some(&model), None)?.1);
        opened = Some(database);
    }
    refuse_own(matches, dataset.as_deref())?;
    if let Some(own) = &dataset {
        refuse_own_leg(&entry.legs(matches)?, own)?;
    }
    let of_model = model_path.as_deref().and_then(market_data::run_name);
    let run_name = run_name.or(of_model);
    let own = Instrument {
        dataset: dataset.clone(),
        candles: files.1.map(|path| CandleFile { path, table: flags.ohlcv_table.clone() }),
        predictions: files.0.map(|path| PredictionFile {
            path,
            model_path: model_path.clone(),
            feature_key: flags.feature_key.clone(),
        }),
        lock_timeout: flags.lock_timeout,
    };
    let instruments: Vec<Instrument> = std::iter::once(own)
        .chain(others(matches, &flags, of_sample.as_deref()).into_values())
        .collect();
    let subject = Subject { dataset, run_name, model_path: model_path.filter(|_| scored) };
    Ok(Files { instruments, inputs, subject, opened })
}

/// `range`, begun where the strategy can decide first if nobody says where to begin.
fn from_first_decision(
    entry: &Entry,
    matches: &ArgMatches,
    subject: &Subject,
    source: &RowSource,
    range: TimeRange,
    console: &mut Console<'_>,
) -> Result<TimeRange> {
    if range.start.is_some() {
        return Ok(range);
    }
    let begins = entry.begins(matches, subject)?.and_then(DateTime::from_timestamp_micros);
    let first_row = source.available().iter().map(|input| input.first).max();
    let is_later =
        |start: &DateTime<Utc>| first_row.is_some_and(|row| row < start.timestamp_micros());
    let is_before_end = |start: &DateTime<Utc>| range.end.is_none_or(|end| *start < end);
    let Some(start) = begins.filter(|start| is_later(start) && is_before_end(start)) else {
        return Ok(range);
    };
    // Whoever closed standard error does not want to hear it.
    let _ = writeln!(
        console.err,
        "Rows begin at {} UTC, the first that can be decided on; --start chooses another.",
        start.format("%Y-%m-%d %H:%M")
    );
    Ok(TimeRange { start: Some(start), ..range })
}
