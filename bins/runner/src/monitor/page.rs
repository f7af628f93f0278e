//! What was found, as a page to look at.

use chrono::DateTime;
use monitoring::{AlertBook, Monitor, MonthReport};
use report::Page;
use report::pages::{Monitoring, WatchedMonth};

use super::output::{Watched, alarms, month_name};
use crate::whole_file;

pub(super) fn page(watched: &Watched<'_>, monitor: &Monitor, book: &AlertBook) -> Page {
    let Watched { source, months, .. } = watched;
    let name = &source.name;
    let detectors = monitor.calibration().detectors().all().iter().map(|detector| {
        let name = format!("{} {}", detector.tier().name(), detector.side().name());
        (name, detector.value(), detector.tier().threshold())
    });
    let firing = book.outbox().into_iter().filter(|alert| alert.status == "firing");
    let firing = firing.filter(|alert| alert.labels.get("severity").is_some_and(|s| s != "none"));
    let alerts = firing.map(|alert| {
        let label = |name: &str| alert.labels.get(name).cloned().unwrap_or_default();
        let what = alert.annotations.get("summary").cloned().unwrap_or_default();
        [label("alertname"), label("side"), alert.starts_at.clone(), what]
    });
    // `strategy/dataset/run`.
    let mut parts = name.splitn(3, '/').map(str::to_owned);
    let (strategy, dataset) = (parts.next(), parts.next().unwrap_or_default());
    let run = parts.next().map(|run| format!("run {run}"));
    Monitoring {
        dataset,
        facts: strategy.into_iter().chain(run).collect(),
        months: months.iter().skip_while(|month| month.scored == 0).map(month).collect(),
        detectors: detectors.collect(),
        lags: lags(watched),
        alerts: alerts.collect(),
        origin: whole_file::origin(),
    }
    .page()
}

/// How far rows, bins and sinks are behind.
fn lags(watched: &Watched<'_>) -> Vec<(String, String)> {
    let Watched { source, lateness, .. } = watched;
    let newest = source.newest.and_then(|time| DateTime::from_timestamp(time, 0));
    let newest = newest.map(|time| time.format("%Y-%m-%d %H:%M UTC").to_string());
    let overdue = lateness.map(|late| {
        format!("{} ({} minutes since the newest closed)", late.rows_due, late.age / 60)
    });
    let named = |name: &str, value: Option<String>| value.map(|value| (name.to_owned(), value));
    let of_rows = [named("newest row", newest), named("rows overdue", overdue)];
    let facts = source.found.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    of_rows.into_iter().flatten().chain(facts).collect()
}

fn month(report: &MonthReport) -> WatchedMonth {
    let known = report.labelled as f64;
    let share = |part: f64| (report.labelled > 0).then(|| part / known);
    let (year, month) = (report.month.div_euclid(12), report.month.rem_euclid(12) + 1);
    WatchedMonth {
        name: month_name(report.month),
        start: report::time::month_start(year, month) * 86_400,
        scored: report.scored,
        missing: report.missing,
        labelled: report.labelled,
        promised: share(report.promised),
        came: share(report.hits as f64),
        alarms: if report.alarms.is_empty() { String::new() } else { alarms(&report.alarms) },
        psi: report.psi.zip(report.limits.map(|limits| limits.psi)),
        distance: report.wasserstein.zip(report.limits.map(|limits| limits.wasserstein)),
    }
}
