//! What was found, for people and for programs.

use std::io::Write;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use monitoring::{Alarm, AlertBook, Monitor, MonthReport};
use serde::Serialize;
use strategy_core::BoxError;

/// Where there is no value.
const NONE: &str = "–";

/// `2025-11` of a number of months.
pub(super) fn month_name(month: i64) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

pub(super) fn text(
    name: &str,
    months: &[MonthReport],
    monitor: &Monitor,
    book: &AlertBook,
    out: &mut dyn Write,
) -> Result<(), BoxError> {
    writeln!(out, "{name}\n")?;
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
    let firing: Vec<_> =
        book.outbox().into_iter().filter(|alert| alert.status == "firing").collect();
    writeln!(out)?;
    for alert in firing {
        let label = |name: &str| alert.labels.get(name).cloned().unwrap_or_default();
        writeln!(
            out,
            "{} {:<16} {:<7} since {}: {}",
            alert.fingerprint,
            label("alertname"),
            label("side"),
            alert.starts_at,
            alert.annotations.get("summary").cloned().unwrap_or_default()
        )?;
    }
    writeln!(
        out,
        "\nAlarms: down, up, both; capitals are alerts. A watch is expected at most once a year by chance, an \
         alert once\nin twenty years. PSI and distance beyond the 99 % limit of windows of the year before \
         carry an exclamation mark."
    )?;
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
    rows: u64,
    scored: u64,
    months: Vec<Month<'a>>,
    detectors: Vec<DetectorValue>,
    alerts: Vec<monitoring::Alert>,
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

pub(super) fn json(
    name: &str,
    months: &[MonthReport],
    monitor: &Monitor,
    book: &AlertBook,
    out: &mut dyn Write,
) -> Result<(), BoxError> {
    let (rows, scored) = monitor.calibration().counts();
    let detectors = monitor.calibration().detectors().all().iter().map(|detector| DetectorValue {
        tier: detector.tier().name(),
        side: detector.side().name(),
        value: detector.value(),
        threshold: detector.tier().threshold(),
    });
    let months = months.iter().map(|report| Month { name: month_name(report.month), report });
    let document = Document {
        journal: name,
        rows,
        scored,
        months: months.collect(),
        detectors: detectors.collect(),
        alerts: book.outbox(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)?;
    Ok(())
}
