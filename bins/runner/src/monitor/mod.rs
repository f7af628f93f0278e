//! `runner monitor`: whether decisions that were made still mean what they say.

mod book;
mod from_data;
mod metrics;
mod output;
mod page;
mod simulate;

use std::path::PathBuf;

use chrono::{SecondsFormat, Utc};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use monitoring::{Event, Freshness, Monitor, Notice, Severity, Tier};
use strategy_core::registry::{Strategies, UsageError};
use strategy_core::{BoxError, Console};

use crate::{row_args, whole_file};
use book::StateFile;

pub(crate) const NAME: &str = "monitor";

/// The strategy whose decisions carry a probability and a bin.
const STRATEGY: &str = "ml-calibrated-bins";

const ABOUT: &str =
    "Watch decisions: is the model still calibrated, have scores moved, is anything late";

const EXAMPLES: &str = "\
Examples:
  runner monitor --from-data                          the months of the sample, with the bins that were made
  runner monitor --from-data --state monitor.json     go on where the last call ended; alarms fire until acknowledged
  runner monitor acknowledge --state monitor.json 4a1b0c3d5e6f7081
  runner monitor simulate --years 100                 how often it is wrong, and how long it takes

Exit codes: 0 nothing fires, 3 a watch fires, 4 an alert fires, 5 rows are stale.";

pub(crate) fn command(strategies: &Strategies) -> Command {
    let file = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("FILE").value_parser(value_parser!(PathBuf)).help(help)
    };
    let command = Command::new(NAME).args([
        Arg::new("from-data").long("from-data").action(ArgAction::SetTrue).help(
            "Decide on the rows of DuckDB files, with the bins that were made, and watch those",
        ),
        Arg::new("n-bins")
            .long("n-bins")
            .value_name("N")
            .value_parser(value_parser!(u16).range(2..=1_000))
            .default_value("20")
            .help("Number of quantile bins"),
        Arg::new("target-key").long("target-key").value_name("KEY").env("RUNNER_TARGET_KEY").help(
            "Label, as in y_tp_before_sl_u0.04_d0.02_24h [default: the one in the run's name]",
        ),
        Arg::new("fresh-within")
            .long("fresh-within")
            .value_name("MINUTES")
            .value_parser(value_parser!(u32))
            .help("Say that rows are stale when the next one is overdue by so many minutes"),
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .value_parser(["text", "json"])
            .default_value("text")
            .help("How to print what was found"),
        file("state", "File that keeps the detectors and alerts between calls; rows are read once"),
        file(
            "alerts",
            "File for alerts as Alertmanager's webhook JSON; what has ended is told once",
        ),
        file(
            "report",
            "Page to write beside it, with charts: one HTML file that needs nothing else",
        ),
        file("metrics", "File for metrics in the text format of Prometheus"),
        Arg::new("watch")
            .long("watch")
            .value_name("SECONDS")
            .value_parser(value_parser!(u64).range(1..=86_400))
            .requires("state")
            .help("Look again every so many seconds, until it is stopped"),
    ]);
    let command = match strategies.find(STRATEGY) {
        Ok(entry) => row_args::with_flags(command, entry),
        Err(_) => command,
    };
    command
        .about(ABOUT)
        .long_about(None)
        .after_help(EXAMPLES)
        .args_conflicts_with_subcommands(true)
        .subcommand(simulate::command())
        .subcommand(book::acknowledge_command())
}

pub(crate) fn run(
    strategies: &Strategies,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<(), BoxError> {
    match matches.subcommand() {
        Some((simulate::NAME, matches)) => return simulate::run(matches, console),
        Some((book::ACKNOWLEDGE, matches)) => return book::acknowledge(matches, console),
        _ => {}
    }
    if !matches.get_flag("from-data") {
        let error = "nothing to watch: --from-data decides on the rows of DuckDB files";
        return Err(UsageError::new(error.into()).into());
    }
    let Some(&seconds) = matches.get_one::<u64>("watch") else {
        return look(strategies, matches, console);
    };
    loop {
        match look(strategies, matches, console) {
            // What fires is told by alerts; watching goes on.
            Err(error) if error.is::<Firing>() => {}
            other => other?,
        }
        console.out.flush()?;
        std::thread::sleep(std::time::Duration::from_secs(seconds));
    }
}

/// Something fires: no failure, but an exit code of its own.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(crate) struct Firing {
    what: String,
    pub(crate) code: u8,
}

/// Reads what is new, tells what was found.
fn look(
    strategies: &Strategies,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<(), BoxError> {
    let state_path = matches.get_one::<PathBuf>("state");
    let mut state = match state_path {
        Some(path) => StateFile::read(path)?,
        None => StateFile::default(),
    };
    let entry = strategies.find(STRATEGY)?;
    let source = from_data::open(entry, matches, console)?;
    for flag in ["state", "alerts", "metrics", "report"] {
        if let Some(place) = matches.get_one::<PathBuf>(flag) {
            whole_file::refuse_input(flag, place, source.files.iter().map(PathBuf::as_path))?;
        }
    }
    let n_bins = *matches.get_one::<u16>("n-bins").unwrap_or(&20);
    let monitor = state
        .monitors
        .entry(source.name.clone())
        .or_insert_with(|| Monitor::new(source.settings, n_bins));
    if *monitor.calibration().settings() != source.settings {
        let error = format!(
            "--state holds {} with another label or interval: name another file",
            source.name
        );
        return Err(UsageError::new(error.into()).into());
    }
    let last = monitor.calibration().last();
    // A candle whose decision may still come is read when it has come: each row is read once.
    let decided = match state_path {
        Some(_) => source.rows.iter().rposition(|row| row.row.p.is_some()).map_or(0, |k| k + 1),
        None => source.rows.len(),
    };
    let mut events = Vec::new();
    for row in source.rows[..decided]
        .iter()
        .filter(|decided| last.is_none_or(|last| decided.row.time > last))
    {
        for event in monitor.push(row)? {
            events.push((row.row.time + source.settings.interval(), event));
        }
    }
    for (time, event) in &events {
        state.book.event(&notice(&source.name, event), &instant(*time));
    }
    let now = Utc::now();
    let mut states = vec![heartbeat(&source.name)];
    let newest = monitor.calibration().last();
    let lateness = matches.get_one::<u32>("fresh-within").zip(newest).map(|(&minutes, last)| {
        let rule =
            Freshness { interval: source.settings.interval(), grace: i64::from(minutes) * 60 };
        rule.at(last, now.timestamp())
    });
    if let Some(late) = lateness.filter(|late| late.stale) {
        states.push(stale(&source.name, late));
    }
    state.book.states(&states, &now.to_rfc3339_opts(SecondsFormat::Secs, true));

    let months = monitor.months()?;
    match matches.get_one::<String>("format").map(String::as_str) {
        Some("json") => output::json(&source.name, &months, monitor, &state.book, console.out)?,
        _ => output::text(&source.name, &months, monitor, &state.book, console.out)?,
    }
    if let Some(path) = matches.get_one::<PathBuf>("report") {
        let page = page::page(&source.name, &months, monitor, &state.book);
        whole_file::write(path, page.to_html().as_bytes())?;
    }
    if let Some(path) = matches.get_one::<PathBuf>("metrics") {
        whole_file::write(path, metrics::text(&source.name, monitor, lateness).as_bytes())?;
    }
    if let Some(path) = matches.get_one::<PathBuf>("alerts") {
        whole_file::write(path, &book::webhook(&state.book)?)?;
        state.book.delivered();
    }
    if let Some(path) = state_path {
        state.write(path)?;
    }
    let firing = |severity: Severity| state.book.firing(severity);
    let stale = lateness.is_some_and(|late| late.stale);
    let (code, what) = match (stale, firing(Severity::Critical), firing(Severity::Warning)) {
        (true, ..) => (5, "rows are stale".to_owned()),
        (_, 0, 0) => return Ok(()),
        (_, 0, watches) => (3, format!("watches that fire: {watches}")),
        (_, alerts, _) => (4, format!("alerts that fire: {alerts}")),
    };
    Err(Firing { what, code }.into())
}

/// An instant as alerts carry it.
fn instant(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn notice(journal: &str, event: &Event) -> Notice {
    let journal = journal.to_owned();
    match event {
        Event::Alarm(alarm) => Notice {
            rule: match alarm.tier {
                Tier::Watch => "CalibrationWatch",
                Tier::Alert => "CalibrationAlert",
            }
            .to_owned(),
            journal,
            side: alarm.side.name().to_owned(),
            severity: match alarm.tier {
                Tier::Watch => Severity::Warning,
                Tier::Alert => Severity::Critical,
            },
            summary: format!(
                "Not calibrated given what is known: the e-detector ({}) reached {:.0} of {:.0}.",
                alarm.side.name(),
                alarm.value,
                alarm.tier.threshold()
            ),
        },
        Event::Drift(month) => Notice {
            rule: "ScoreDrift".to_owned(),
            journal,
            side: "scores".to_owned(),
            severity: Severity::Warning,
            summary: format!(
                "Scores of {} have moved: PSI {:.3}, Wasserstein distance {:.4}.",
                output::month_name(month.month),
                month.psi.unwrap_or(f64::NAN),
                month.wasserstein.unwrap_or(f64::NAN)
            ),
        },
    }
}

fn heartbeat(journal: &str) -> Notice {
    Notice {
        rule: "MonitorHeartbeat".to_owned(),
        journal: journal.to_owned(),
        side: "monitor".to_owned(),
        severity: Severity::None,
        summary: "The monitor runs. When this stops, nobody watches.".to_owned(),
    }
}

fn stale(journal: &str, late: monitoring::Lateness) -> Notice {
    Notice {
        rule: "RowsStale".to_owned(),
        journal: journal.to_owned(),
        side: "rows".to_owned(),
        severity: Severity::Critical,
        summary: format!("{} rows are overdue.", late.rows_due),
    }
}
