//! One look: reads what is new, tells what was found.

use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::ArgMatches;
use monitoring::{Event, Freshness, Lateness, Monitor, Notice, Severity, Tier};
use strategy_core::registry::{Strategies, usage};
use strategy_core::{Console, Result};
use terminal::counted;

use super::book::{self, StateFile};
use super::firing::Firing;
use super::journal::notice;
use super::metrics::{self, Shared};
use super::output::{self, Watched};
use super::source::{FRESH_WITHIN, STRATEGY, Source};
use super::{from_data, of_journal, page};
use crate::whole_file;

/// Reads what is new, tells what was found.
pub(super) fn look(
    strategies: &Strategies,
    matches: &ArgMatches,
    shared: &Shared,
    console: &mut Console<'_>,
) -> Result<()> {
    let state_path = matches.get_one::<PathBuf>("state");
    let _lock = state_path.map(|path| StateFile::lock(path)).transpose()?;
    let mut state = match state_path {
        Some(path) => StateFile::read(path)?,
        None => StateFile::default(),
    };
    let now = Utc::now();
    let sources = sources(strategies, matches, &state, now, console)?;
    for flag in ["state", "alerts", "metrics", "report"] {
        if let Some(place) = matches.get_one::<PathBuf>(flag) {
            let files = sources.iter().flat_map(|source| &source.files);
            whole_file::refuse_input(flag, place, files.map(PathBuf::as_path))?;
        }
    }
    if matches.contains_id("report") && !matches!(&sources[..], [only] if only.settings.is_some()) {
        return Err(usage("--report is a page of one journal whose decisions carry a probability"));
    }
    for source in &sources {
        fold(source, &mut state, matches, state_path.is_some())?;
    }
    let fresh_within = matches.get_one::<u32>("fresh-within").copied();
    let fresh_within = fresh_within.or(matches.contains_id("journal").then_some(FRESH_WITHIN));
    let lateness = |source: &Source| -> Option<Lateness> {
        let grace = i64::from(fresh_within?) * 60;
        let rule = Freshness { interval: source.interval, grace };
        Some(rule.at(source.newest?, now.timestamp()))
    };
    let mut states = Vec::new();
    for source in &sources {
        states.push(heartbeat(&source.name));
        states.extend(source.found.states.iter().cloned());
        if let Some(late) = lateness(source).filter(|late| late.stale) {
            states.push(stale(&source.name, late));
        }
    }
    state.book.states(&states, &now.to_rfc3339_opts(SecondsFormat::Secs, true));

    let mut watched = Vec::new();
    for source in &sources {
        let monitor = state.monitors.get(&source.name).filter(|_| source.settings.is_some());
        let months = monitor.map(Monitor::months).transpose()?.unwrap_or_default();
        watched.push(Watched { source, monitor, months, lateness: lateness(source) });
    }
    let of_journals = matches.contains_id("journal");
    match (matches.get_one::<String>("format").map(String::as_str), &watched[..]) {
        (Some("json"), [only]) if !of_journals => output::json(only, &state.book, console.out)?,
        (Some("json"), all) => output::json_of_all(all, &state.book, console.out)?,
        (_, all) => output::text(all, &state.book, console.out)?,
    }
    if let (Some(path), [only @ Watched { monitor: Some(monitor), .. }]) =
        (matches.get_one::<PathBuf>("report"), &watched[..])
    {
        let page = page::page(only, monitor, &state.book);
        whole_file::write(path, page.to_html().as_bytes())?;
    }
    let figures = metrics::text(&watched);
    if let Some(path) = matches.get_one::<PathBuf>("metrics") {
        whole_file::write(path, figures.as_bytes())?;
    }
    shared.set(figures);
    let any_stale = watched.iter().any(|of| of.lateness.is_some_and(|late| late.stale));
    if let Some(path) = matches.get_one::<PathBuf>("alerts") {
        whole_file::write(path, &book::webhook(&state.book)?)?;
        state.book.delivered();
    }
    if let Some(path) = state_path {
        state.write(path)?;
    }
    let firing = |severity: Severity| state.book.firing(severity);
    let (code, what) = match (any_stale, firing(Severity::Critical), firing(Severity::Warning)) {
        (true, ..) => (5, "rows are stale".to_owned()),
        (_, 0, 0) => return Ok(()),
        (_, 0, watches) => (3, format!("watches that fire: {watches}")),
        (_, alerts, _) => (4, format!("alerts that fire: {alerts}")),
    };
    Err(Firing { what, code }.into())
}

/// What is to be watched, each beside what the state has seen of it.
fn sources(
    strategies: &Strategies,
    matches: &ArgMatches,
    state: &StateFile,
    now: DateTime<Utc>,
    console: &mut Console<'_>,
) -> Result<Vec<Source>> {
    let Some(journals) = matches.get_many::<PathBuf>("journal") else {
        return Ok(vec![from_data::open(strategies.find(STRATEGY)?, matches, console)?]);
    };
    let last = |name: &str| state.monitors.get(name)?.calibration().last();
    let mut sources = Vec::<Source>::new();
    for path in journals {
        let source = of_journal::open(strategies, path, matches, now.timestamp_micros(), last)?;
        if sources.iter().any(|known| known.name == source.name) {
            return Err(usage(format!("two journals of {}: name each once", source.name)));
        }
        sources.push(source);
    }
    Ok(sources)
}

/// Lets the monitor of `source` see its rows.
fn fold(source: &Source, state: &mut StateFile, matches: &ArgMatches, is_kept: bool) -> Result<()> {
    let Some(settings) = source.settings else { return Ok(()) };
    let n_bins = *matches.get_one::<u16>("n-bins").unwrap_or(&20);
    let monitor =
        state.monitors.entry(source.name.clone()).or_insert_with(|| Monitor::new(settings, n_bins));
    if *monitor.calibration().settings() != settings || monitor.n_bins() != n_bins {
        return Err(usage(format!(
            "--state holds {} with another label, interval or number of bins: name another file",
            source.name
        )));
    }
    let last = monitor.calibration().last();
    // A candle whose decision may still come is read when it has come: each row is read once.
    let decided = source.rows.len() - if is_kept { source.pending } else { 0 };
    let is_new = |time: i64| last.is_none_or(|last| time > last);
    for row in source.rows[..decided].iter().filter(|decided| is_new(decided.row.time)) {
        for event in monitor.push(row)? {
            let at = instant(row.row.time + source.interval);
            state.book.event(&of_event(&source.name, &event), &at);
        }
    }
    Ok(())
}

/// An instant as alerts carry it.
fn instant(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn of_event(journal: &str, event: &Event) -> Notice {
    match event {
        Event::Alarm(alarm) => {
            let (rule, severity) = match alarm.tier {
                Tier::Watch => ("CalibrationWatch", Severity::Warning),
                Tier::Alert => ("CalibrationAlert", Severity::Critical),
            };
            let summary = format!(
                "Not calibrated given what is known: the e-detector ({}) reached {:.0} of {:.0}.",
                alarm.side.name(),
                alarm.value,
                alarm.tier.threshold()
            );
            notice(rule, journal, alarm.side.name(), severity, summary)
        }
        Event::Drift(month) => {
            let summary = format!(
                "Scores of {} have moved: PSI {:.3}, Wasserstein distance {:.4}.",
                output::month_name(month.month),
                month.psi.unwrap_or(f64::NAN),
                month.wasserstein.unwrap_or(f64::NAN)
            );
            notice("ScoreDrift", journal, "scores", Severity::Warning, summary)
        }
    }
}

fn heartbeat(journal: &str) -> Notice {
    let summary = "The monitor runs. When this stops, nobody watches.".to_owned();
    notice("MonitorHeartbeat", journal, "monitor", Severity::None, summary)
}

fn stale(journal: &str, late: Lateness) -> Notice {
    let summary = format!("{} overdue.", counted(late.rows_due, "row"));
    notice("RowsStale", journal, "rows", Severity::Critical, summary)
}
