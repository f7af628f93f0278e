//! What was found, for people and for programs.

use std::collections::BTreeMap;
use std::io::Write;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use monitoring::{Alarm, AlertBook, Lateness, Monitor, MonthReport};
use serde::Serialize;
use strategy_core::Result;

use super::source::Source;
use crate::output_flags;

/// Where there is no value.
const NONE: &str = "–";

/// A source, with what its monitor found.
pub(super) struct Watched<'a> {
    pub(super) source: &'a Source,
    /// None where decisions carry no probability.
    pub(super) monitor: Option<&'a Monitor>,
    pub(super) months: Vec<MonthReport>,
    pub(super) lateness: Option<Lateness>,
}

/// `2025-11` of a number of months.
pub(super) fn month_name(month: i64) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

pub(super) fn text(watched: &[Watched<'_>], book: &AlertBook, out: &mut dyn Write) -> Result<()> {
    for Watched { source, monitor, months, .. } in watched {
        writeln!(out, "{}\n", source.name)?;
        for (what, value) in &source.found.facts {
            writeln!(out, "{what:<10} {value}")?;
        }
        if !source.found.facts.is_empty() {
            writeln!(out)?;
        }
        if let Some(monitor) = monitor {
            of_monitor(months, monitor, out)?;
        }
    }
    let outbox = book.outbox();
    for alert in outbox.iter().filter(|alert| alert.status == "firing") {
        let label = |name: &str| alert.labels.get(name).cloned().unwrap_or_default();
        let of = if watched.len() > 1 { format!(" {}", label("journal")) } else { String::new() };
        writeln!(
            out,
            "{} {:<16} {:<7} since {}:{of} {}",
            alert.fingerprint,
            label("alertname"),
            label("side"),
            alert.starts_at,
            alert.annotations.get("summary").cloned().unwrap_or_default()
        )?;
    }
    if watched.iter().any(|of| of.monitor.is_some()) {
        writeln!(
            out,
            "\nAlarms: down, up, both; capitals are alerts. A watch is expected at most once a year by \
             chance,\nan alert once in twenty years. PSI and distance beyond the 99 % limit of windows of \
             the year\nbefore carry an exclamation mark."
        )?;
    }
    Ok(())
}

/// Months and detectors.
fn of_monitor(months: &[MonthReport], monitor: &Monitor, out: &mut dyn Write) -> Result<()> {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header([
        "month", "rows", "missing", "promised", "came", "labels", "alarms", "PSI", "limit",
        "distance", "limit",
    ]);
    let of = |part: f64, rows: u64| {
        if rows == 0 { NONE.to_owned() } else { format!("{:.1} %", part / rows as f64 * 100.0) }
    };
    let fixed = |value: Option<f64>, decimals: usize| {
        value.map_or_else(|| NONE.to_owned(), |value| format!("{value:.decimals$}"))
    };
    // Nothing can be said of months before the first decision.
    for month in months.iter().skip_while(|month| month.scored == 0) {
        let star = |value: Option<f64>, limit: Option<f64>, decimals| {
            let beyond = value.zip(limit).is_some_and(|(value, limit)| value > limit);
            format!("{}{}", fixed(value, decimals), if beyond { " !" } else { "" })
        };
        let limits = (month.limits.map(|l| l.psi), month.limits.map(|l| l.wasserstein));
        table.add_row([
            month_name(month.month),
            month.scored.to_string(),
            month.missing.to_string(),
            of(month.promised, month.labelled),
            of(month.hits as f64, month.labelled),
            month.labelled.to_string(),
            alarms(&month.alarms),
            star(month.psi, limits.0, 3),
            fixed(limits.0, 3),
            star(month.wasserstein, limits.1, 4),
            fixed(limits.1, 4),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    writeln!(out, "{}\n", table.trim_fmt())?;
    writeln!(out, "detector      value    alarms at")?;
    for detector in monitor.calibration().detectors().all() {
        let name = format!("{} {}", detector.tier().name(), detector.side().name());
        writeln!(out, "{name:<11}{:>8.1}{:>13}", detector.value(), detector.tier().threshold())?;
    }
    writeln!(out)?;
    Ok(())
}

pub(super) fn alarms(alarms: &[Alarm]) -> String {
    if alarms.is_empty() {
        return NONE.to_owned();
    }
    let name = |alarm: &Alarm| match alarm.tier {
        monitoring::Tier::Watch => alarm.side.name().to_owned(),
        monitoring::Tier::Alert => alarm.side.name().to_uppercase(),
    };
    alarms.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[derive(Serialize)]
struct Document<'a> {
    journal: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    found: BTreeMap<&'a str, Vec<&'a str>>,
    rows: u64,
    scored: u64,
    months: Vec<Month<'a>>,
    detectors: Vec<DetectorValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alerts: Option<Vec<monitoring::Alert>>,
}

#[derive(Serialize)]
struct Month<'a> {
    name: String,
    #[serde(flatten)]
    report: &'a MonthReport,
}

#[derive(Serialize)]
struct DetectorValue {
    tier: &'static str,
    side: &'static str,
    value: f64,
    threshold: f64,
}

fn document<'a>(watched: &'a Watched<'_>) -> Document<'a> {
    let calibration = watched.monitor.map(Monitor::calibration);
    let (rows, scored) = calibration.map_or((0, 0), monitoring::Calibration::counts);
    let detectors = calibration.into_iter().flat_map(|of| of.detectors().all());
    let detectors = detectors.map(|detector| DetectorValue {
        tier: detector.tier().name(),
        side: detector.side().name(),
        value: detector.value(),
        threshold: detector.tier().threshold(),
    });
    let mut found = BTreeMap::<&str, Vec<&str>>::new();
    for (what, value) in &watched.source.found.facts {
        found.entry(what).or_default().push(value);
    }
    let month = |report: &'a MonthReport| Month { name: month_name(report.month), report };
    Document {
        journal: &watched.source.name,
        found,
        rows,
        scored,
        months: watched.months.iter().map(month).collect(),
        detectors: detectors.collect(),
        alerts: None,
    }
}

/// What was found in files.
pub(super) fn json(watched: &Watched<'_>, book: &AlertBook, out: &mut dyn Write) -> Result<()> {
    let document = Document { alerts: Some(book.outbox()), ..document(watched) };
    output_flags::json(&document, out)
}

/// What was found in journals, and the alerts of all.
pub(super) fn json_of_all(
    watched: &[Watched<'_>],
    book: &AlertBook,
    out: &mut dyn Write,
) -> Result<()> {
    let journals: Vec<Document<'_>> = watched.iter().map(document).collect();
    let all = serde_json::json!({ "journals": journals, "alerts": book.outbox() });
    output_flags::json(&all, out)
}
