//! `runner <strategy> sweep`: many settings, and what all of them together say of the best.

mod decided;
mod evaluate;
mod flags;
mod page;
mod report;
mod walk;

use std::path::PathBuf;

use ::trials::{Axis, Plan, ResultsFolder, SweepReport, Trial, analyse, sweep as run_plan};
use arrow::compute::concat_batches;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use market_data::TimeRange;
use rayon::prelude::*;
use serde_json::json;
use statistics::{DayEnds, Moments, Resampling};
use strategy_core::registry::{Entry, UsageError};
use strategy_core::{BoxError, Console};
use terminal::counted;

use self::decided::Decided;
use self::evaluate::{Shared, StrategyRows, subject};
use self::flags::Flags;
use crate::backtest::args::{self, Settings};
use crate::backtest::candles::{self, Market};
use crate::backtest::decisions::Asked;
use crate::backtest::detail::{self, Kept};
use crate::trials::{ledger, ledger_flag, record};
use crate::{output_flags, row_args, whole_file};

pub(crate) use self::flags::configuring;

pub(crate) const NAME: &str = "sweep";

/// The command, with the flags of the strategy and of the account.
pub(crate) fn command(entry: &Entry) -> Command {
    let command = Command::new(NAME).args(plan_flags()).args(result_flags()).args(walk::flags());
    let command = args::with_flags(command);
    // What it is about comes last: groups of flags bring descriptions of their own.
    row_args::with_flags(command, entry)
        .about("Try many settings on the same rows, and say what luck explains of the best")
        .long_about(
            "Tries many settings on the same rows: of the strategy, its exits, its costs, by the names of \
             their flags. Shows the best with intervals, how often the best of one half of the time is bad in \
             the other (overfitting), whether the best beats earning nothing, and what luck explains of it. \
             With --walk-forward settings are chosen on the past and reported on the future alone.",
        )
}

fn plan_flags() -> [Arg; 4] {
    [
        Arg::new("set")
            .long("set")
            .value_name("FLAG=VALUES")
            .action(ArgAction::Append)
            .value_parser(|text: &str| text.parse::<Axis>().map_err(|error| error.to_string()))
            .help("A flag and its values, as in period=10,20,50 or stop-loss=0.01:0.05:0.01; may be repeated"),
        Arg::new("settings")
            .long("settings")
            .value_name("FILE")
            .conflicts_with("set")
            .value_parser(value_parser!(PathBuf))
            .help("CSV file of settings: names of flags, then a line each"),
        Arg::new("random")
            .long("random")
            .value_name("N")
            .value_parser(value_parser!(usize))
            .requires("set")
            .help("Draw this many of all combinations"),
        output_flags::seed("Chooses the drawn settings and the resamples"),
    ]
}

fn result_flags() -> [Arg; 6] {
    [
        output_flags::folder(
            "Folder for settings.parquet and summary.json [default: nothing is written]",
        ),
        Arg::new("resume")
            .long("resume")
            .action(ArgAction::SetTrue)
            .requires("output")
            .help("Continue the sweep in the folder"),
        Arg::new("top")
            .long("top")
            .value_name("N")
            .value_parser(value_parser!(usize))
            .default_value("10")
            .help("Settings in the table of the best"),
        output_flags::format("How to print the summary"),
        output_flags::report(),
        ledger_flag(),
    ]
}

pub(crate) fn run(
    entry: &Entry,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<(), BoxError> {
    let seed = matches.get_one("seed").copied().unwrap_or(1);
    let plan = plan(matches, seed)?;
    let flags = Flags::of(entry, matches);
    flags.check(&plan)?;
    let walk = walk::of(matches);
    let chosen = row_args::choose(entry, matches, console)?;
    let page = matches.get_one::<PathBuf>("report");
    if let Some(path) = page {
        let listed = matches.get_one::<PathBuf>("settings");
        let files = chosen.inputs.iter().chain(listed).map(PathBuf::as_path);
        whole_file::refuse_input("report", path, files)?;
    }
    let shared = load(entry, matches, flags, plan, chosen)?;

    let temporary = tempfile::tempdir()?;
    let kept = matches.get_one::<PathBuf>("output");
    let folder = kept.cloned().unwrap_or_else(|| temporary.path().join("sweep"));
    let results = ResultsFolder::open(&folder, &identity(&shared), matches.get_flag("resume"))?;
    let count = shared.plan.settings.len();
    let evaluate = |settings: &[usize]| Ok::<_, BoxError>(shared.chunk(settings));
    run_plan(&shared.plan, &results, evaluate, |done| {
        if done > 0 {
            let _ = writeln!(console.err, "{done} of {count} settings");
        }
        true
    })?;

    let resampling = Resampling { seed, ..Resampling::default() };
    let top = matches.get_one("top").copied().unwrap_or(10);
    let mut report = analyse(&results, top, &resampling)?;
    if report.refused == report.settings {
        return Err(none_left(&shared, &report));
    }
    report.remarks.extend(refused(&shared, &report));
    judge(&shared, &mut report, matches)?;
    let walked = match walk {
        Some(walk) => Some(walk::run(&shared, &results, &walk, matches)?),
        None => None,
    };
    let summary = report::Summary::of(&shared, &report, walked.as_ref());
    if let Some(folder) = kept {
        summary.write(folder)?;
        if let Some(walked) = &walked {
            walked.write(folder, &shared.plan.keys)?;
        }
    }
    if let Some(path) = page {
        let page = page::page(&shared, &report, walked.as_ref());
        whole_file::write(path, page.to_html().as_bytes())?;
    }
    if output_flags::wants_json(matches) {
        serde_json::to_writer_pretty(&mut *console.out, &summary)?;
        writeln!(console.out)?;
    } else {
        summary.print(console.out)?;
    }
    Ok(())
}

/// The settings that are asked for.
fn plan(matches: &ArgMatches, seed: u64) -> Result<Plan, BoxError> {
    let usage = |error: ::trials::TrialsError| -> BoxError { UsageError::new(error.into()).into() };
    if let Some(path) = matches.get_one::<PathBuf>("settings") {
        return listed(path);
    }
    let axes: Vec<Axis> = matches.get_many("set").into_iter().flatten().cloned().collect();
    match matches.get_one::<usize>("random") {
        Some(&count) => Plan::random(&axes, count, seed).map_err(usage),
        None => Plan::grid(&axes).map_err(usage),
    }
}

/// The settings of a CSV file.
fn listed(path: &PathBuf) -> Result<Plan, BoxError> {
    let failed = |error: csv::Error| -> BoxError {
        format!("--settings {}: {error}", path.display()).into()
    };
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(failed)?;
    let keys: Vec<String> = reader.headers().map_err(failed)?.iter().map(str::to_owned).collect();
    if let Some(twice) = (1..keys.len()).find(|&column| keys[..column].contains(&keys[column])) {
        let (path, key) = (path.display(), &keys[twice]);
        return Err(format!("--settings {path}: the flag {key} stands in two columns").into());
    }
    let line = |record: Result<csv::StringRecord, csv::Error>| {
        Ok(record.map_err(failed)?.iter().map(str::to_owned).collect())
    };
    let settings = reader.records().map(line).collect::<Result<Vec<_>, BoxError>>()?;
    if settings.is_empty() {
        return Err(format!("--settings {}: there are no settings in it", path.display()).into());
    }
    Ok(Plan { keys, settings })
}

/// Reads rows and candles once.
fn load<'a>(
    entry: &'a Entry,
    matches: &ArgMatches,
    flags: Flags,
    plan: Plan,
    chosen: row_args::Chosen,
) -> Result<Shared<'a>, BoxError> {
    let range = chosen.range;
    let mut longest = entry.lookback(matches)?.rows;
    let mut parts = std::collections::BTreeSet::new();
    for setting in 0..plan.settings.len() {
        let setting = plan.flags(setting);
        if parts.insert(flags.of_strategy(&setting)) {
            // What cannot be configured so is refused when its turn comes.
            let lookback = flags.with(&setting).and_then(|matches| entry.lookback(&matches));
            longest = longest.max(lookback.map_or(0, |lookback| lookback.rows));
        }
    }
    let (start, first) = match range.start {
        Some(start) => {
            let (before, found) = chosen.source.before(start, longest)?;
            (Some(before), found)
        }
        None => (None, 0),
    };
    let mut batches = Vec::new();
    for batch in chosen.source.rows(TimeRange { start, ..range })? {
        batches.push(batch?);
    }
    let batch = concat_batches(&chosen.source.schema(), &batches)?;
    drop(batches);
    if batch.num_rows() <= first {
        return Err("there are no rows in the range: see runner data status".into());
    }
    let instrument = chosen.instruments.first().map_or(Ok(None), record::instrument)?;
    let rows = StrategyRows { subject: chosen.subject, batch, first };
    drop(chosen.source);
    let asked = rows.decide(entry, matches)?;
    let settings = flags.of_all(&plan, Settings::of(matches, &asked)?, &asked)?;
    let files = asked.instruments(&chosen.instruments)?;
    let market = candles::load(&files, &asked, &settings)?;
    let days = DayEnds::of(market.history.times())?;
    let keep = |besides, flag| -> Result<Option<Kept>, BoxError> {
        let opened = detail::open(&files, &market, besides, flag)?;
        opened.map(|opened| opened.keep(&market)).transpose()
    };
    let detail = keep(&settings.detail, "detail-ohlcv")?;
    let marks = keep(&settings.marks, "mark-ohlcv")?;
    let decided = Decided::default();
    let known = std::sync::OnceLock::new();
    let notes = notes(&market, &asked, plan.keys.iter().any(|key| flags.configures_strategy(key)));
    Ok(Shared {
        entry,
        flags,
        rows,
        market,
        days,
        known,
        detail,
        marks,
        decided,
        plan,
        instrument,
        notes,
        decisions: fingerprint(&asked),
    })
}

/// A hash of what was decided, and of what was known of its trades.
fn fingerprint(asked: &Asked) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for weight in &asked.weights {
        hasher.update(&weight.to_le_bytes());
    }
    hasher.update(format!("{:?}", asked.outlooks).as_bytes());
    hasher.finalize().into()
}

/// What a person should know of the data and of the decisions, which may be `varied`.
fn notes(market: &Market, asked: &Asked, varied: bool) -> Vec<String> {
    let in_sample = asked.in_sample_rows.filter(|&rows| rows > 0).map(|rows| {
        format!("{} decided by bins calibrated on in-sample predictions", counted(rows, "row"))
    });
    let of = if varied { "without --set: " } else { "" };
    let decisions = asked.remarks.iter().cloned().chain(in_sample);
    market.notes.iter().cloned().chain(decisions.map(|note| format!("{of}{note}"))).collect()
}

/// All that the results of a sweep depend on.
fn identity(shared: &Shared<'_>) -> serde_json::Value {
    let mut hasher = blake3::Hasher::new();
    for column in shared.rows.batch.columns() {
        for buffer in column.to_data().buffers() {
            hasher.update(buffer.as_slice());
        }
    }
    let further = [&shared.detail, &shared.marks].into_iter().flatten().flat_map(Kept::candles);
    for candle in shared.market.history.candles().iter().chain(further) {
        for price in [candle.open(), candle.high(), candle.low(), candle.close()] {
            hasher.update(&price.to_le_bytes());
        }
    }
    for settlement in shared.market.history.bars().flat_map(|bar| bar.settlements) {
        hasher.update(&settlement.time.to_le_bytes());
        hasher.update(&settlement.rate.to_le_bytes());
    }
    // Order rules and tiers, and artifacts such as bins, stand in files that may have changed.
    hasher.update(format!("{:?}", shared.market.instruments).as_bytes());
    hasher.update(&shared.decisions);
    json!({
        "program": env!("CARGO_PKG_VERSION"),
        "strategy": shared.entry.name(),
        "dataset": shared.rows.subject.dataset,
        "run_name": shared.rows.subject.run_name,
        "flags": shared.flags.words(),
        "rows": shared.rows.batch.num_rows() - shared.rows.first,
        "content": hasher.finalize().to_hex().to_string(),
        "keys": shared.plan.keys,
        "settings": shared.plan.settings,
    })
}

fn none_left(shared: &Shared<'_>, report: &SweepReport) -> BoxError {
    // A wrong value of a flag keeps its type, and with it the exit code.
    let first = || {
        let asked = shared.decide(&shared.matches(0)?)?;
        shared.evaluate(0, &asked, &shared.table(&asked)?)
    };
    if let Err(error) = first() {
        return error;
    }
    let why = report.first_refusal.as_deref().unwrap_or_default();
    format!("no setting could be evaluated; the first: {why}").into()
}

/// Names the first setting that was refused among others that were not.
fn refused(shared: &Shared<'_>, report: &SweepReport) -> Option<String> {
    let (setting, why) = (report.refusals.first()?, report.first_refusal.as_ref()?);
    let flags = shared.plan.flags(*setting);
    let flags: Vec<String> = flags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    Some(format!("refused first: {}: {why}", flags.join(" ")))
}

/// Adds every setting to the ledger, and judges the best among all that it holds.
fn judge(
    shared: &Shared<'_>,
    report: &mut SweepReport,
    matches: &ArgMatches,
) -> Result<(), BoxError> {
    let subject = subject(shared);
    let times = shared.market.history.times();
    let (Some(&start), Some(&end)) = (times.first(), times.last()) else { return Ok(()) };
    let best = report.best.first().map(|best| best.setting);
    // What was refused was not tried.
    let was_tried = |setting: &usize| !report.refusals.contains(setting);
    let first =
        (0..report.daily.len()).find(was_tried).and_then(|first| shared.matches(first).ok());
    let first = first.map(|first| record::configuration(shared.flags.command(), &first));
    let tried = |(setting, daily): (usize, &Option<Moments>)| {
        let flags = was_tried(&setting).then(|| shared.plan.flags(setting))?;
        let configuration = shared.flags.configuration(&flags, first.as_ref()?)?;
        let (subject, daily) = (subject.clone(), *daily);
        Some((setting, Trial { subject, start, end, configuration, daily }))
    };
    let tried: Vec<(usize, Trial)> =
        report.daily.par_iter().enumerate().filter_map(tried).collect();
    let judged = tried.iter().position(|(setting, _)| Some(*setting) == best);
    let trials: Vec<Trial> = tried.into_iter().map(|(_, trial)| trial).collect();
    match judged {
        Some(judged) => {
            report.verdict = record::record(&ledger(matches), &subject, &trials, judged)?;
        }
        None => ledger(matches).add(&trials)?,
    }
    Ok(())
}
