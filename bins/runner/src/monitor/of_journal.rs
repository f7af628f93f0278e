//! Decisions and candles of a journal, and what it tells of gaps, sinks and bins.

use std::collections::BTreeMap;
use std::path::Path;

use binning::BinMetadata;
use clap::ArgMatches;
use labeling::TiePolicy;
use monitoring::metrics::Family;
use monitoring::{CalibrationSettings, Decided, Freshness, Severity};
use strategy_core::registry::{Strategies, usage};
use strategy_core::{Result, YearMonth};
use streaming::cells::Cell;
use streaming::journal::{Epoch, Identity, Outcome};
use streaming::{JournalReader, time};
use terminal::counted;

use super::journal::{Look, notice, target_key};
use super::source::{self, FRESH_WITHIN, Found, Source};
use super::{band, labels};

const DAY: i64 = 86_400_000_000;

/// Rows of the journal that are read at a time.
const ROWS_TOGETHER: i64 = 10_000;

/// Where decisions have their probability, and their bin.
const PROBABILITIES: [&str; 2] = ["p_cal", "p_pool"];
const BIN: &str = "q_bin";

/// Reads the journal at `path`: rows that come after what `last` tells of its name (seconds), and what holds
/// at `now` (µs UTC).
pub(super) fn open(
    strategies: &Strategies,
    path: &Path,
    matches: &ArgMatches,
    now: i64,
    last: impl Fn(&str) -> Option<i64>,
) -> Result<Source> {
    let reader = JournalReader::open(path)?;
    let Some(identity) = reader.identity()? else {
        return Err(format!("{} holds nothing yet", path.display()).into());
    };
    let name = format!("{}/{}/{}", identity.strategy, identity.dataset, identity.run_name);
    let entry = strategies.find(&identity.strategy)?;
    // A row is there after its candle: what is read later of it may be more, and is for the next look.
    let end = reader.last_row()?;
    let epochs = reader.epochs()?;
    let is_scored = epochs.iter().any(|epoch| place_of(epoch, &PROBABILITIES).is_some());
    let settings = if is_scored { Some(settings(&identity, matches)?) } else { None };
    let look = Look { entry, reader: &reader, identity: &identity, name: &name, now, matches };
    let mut found = Found::default();
    let mut rows = Vec::new();
    if let Some((number, end)) = end {
        if settings.is_some() {
            let after = last(&name).map_or(i64::MIN, |seconds| seconds.saturating_mul(1_000_000));
            rows = rows_of(&reader, &epochs, after, end)?;
        }
        gaps(&look, end, &mut found)?;
        sinks(&look, number, &mut found)?;
        bins(&look, epochs.last(), end, &mut found)?;
        labels::compare(&look, settings.as_ref(), end, &mut found)?;
        band::compare(&look, &mut found)?;
    }
    Ok(Source {
        interval: identity.interval / 1_000_000,
        newest: end.map(|(_, time)| time.div_euclid(1_000_000)),
        pending: 0,
        files: vec![path.to_owned()],
        name,
        settings,
        rows,
        found,
    })
}

fn settings(identity: &Identity, matches: &ArgMatches) -> Result<CalibrationSettings> {
    let rule = target_key(&identity.run_name, matches)?.rule(TiePolicy::Conservative);
    source::settings(&rule, identity.interval / 1_000_000)
}

fn place_of(epoch: &Epoch, names: &[&str]) -> Option<usize> {
    epoch.columns.iter().position(|column| names.contains(&column.as_str()))
}

/// Candles later than `after` up to `end`, each with what was decided on it.
fn rows_of(reader: &JournalReader, epochs: &[Epoch], after: i64, end: i64) -> Result<Vec<Decided>> {
    let mut scored = BTreeMap::new();
    let mut number = reader.number_before(after.saturating_add(1))?;
    loop {
        let rows = reader.rows_after(number, ROWS_TOGETHER)?;
        let Some(last) = rows.last() else { break };
        number = last.number;
        for row in rows {
            let Some(epoch) = epochs.iter().find(|epoch| epoch.number == row.epoch) else {
                continue;
            };
            let cells = row.outcome.cells().unwrap_or_default();
            let cell = |names: &[&str]| cells.get(place_of(epoch, names)?);
            if let Some(Cell::Float(p)) = cell(&PROBABILITIES) {
                let bin = match cell(&[BIN]) {
                    Some(Cell::UInt(bin)) => u16::try_from(*bin).ok(),
                    _ => None,
                };
                scored.insert(row.time, (*p, bin));
            }
        }
    }
    let mut rows = Vec::new();
    let mut from = after;
    loop {
        let candles = reader.market("candles", from, ROWS_TOGETHER)?;
        let Some(&(last, _)) = candles.last() else { break };
        from = last;
        for (at, values) in candles.into_iter().take_while(|(at, _)| *at <= end) {
            let Some(&[_, high, low, close]) = values.first_chunk() else { continue };
            rows.push(source::decided(at, [high, low, close], scored.get(&at).copied()));
        }
        if from >= end {
            break;
        }
    }
    if rows.is_empty() && !scored.is_empty() {
        return Err(usage(
            "the journal has no candles, and labels come from them: let the stream have a source of \
                     them (--source candles=…)",
        ));
    }
    Ok(rows)
}

/// Rows of the last day that are missing or left out. One in twenty fires.
fn gaps(look: &Look<'_>, end: i64, found: &mut Found) -> Result<()> {
    let Look { reader, identity, name, .. } = look;
    let (decided, left_out) = reader.counts()?;
    let first = reader.rows_after(0, 1)?.first().map_or(end, |row| row.time);
    let begin = (end - DAY).max(first - identity.interval);
    let rows = reader.rows_after(reader.number_before(begin + 1)?, i64::MAX)?;
    let rows: Vec<_> = rows.into_iter().filter(|row| row.time <= end).collect();
    let expected = ((end - begin) / identity.interval.max(1)).max(1);
    let there = rows.iter().filter(|row| matches!(row.outcome, Outcome::Decided { .. })).count();
    let of_day = rows.len() - there;
    let decided_of_day = i64::try_from(there).unwrap_or(i64::MAX);
    let missing = (expected - decided_of_day).max(0);
    found.facts.push(("rows", format!("{decided} decided, {left_out} left out")));
    found.facts.push(("last row", time::text(end)));
    found
        .facts
        .push(("last day", format!("{there} of {expected} rows decided, {of_day} left out")));
    found.gauge(name, "runner_monitor_decided_rows", "Rows decided on.", decided as f64);
    found.gauge(name, "runner_monitor_left_out_rows", "Rows left out.", left_out as f64);
    found.gauge(
        name,
        "runner_monitor_day_missing_rows",
        "Rows of the last day that are missing or were left out.",
        missing as f64,
    );
    if missing * 20 > expected {
        let summary =
            format!("Of the last day's {expected} rows {missing} are missing or left out.");
        found.states.push(notice("RowsMissing", name, "rows", Severity::Warning, summary));
    }
    Ok(())
}

/// Sinks whose next message was decided longer ago than `--sink-within`.
fn sinks(look: &Look<'_>, last: i64, found: &mut Found) -> Result<()> {
    let Look { reader, name, now, matches, .. } = look;
    let minutes = matches.get_one::<u32>("sink-within").copied().unwrap_or(10);
    let (mut rows, mut seconds) = (Vec::new(), Vec::new());
    for sink in reader.sinks()? {
        // Rows from before a sink began are not for it.
        let taken =
            sink.acknowledged.max(reader.number_before(sink.starts_after.saturating_add(1))?);
        let next = reader.rows_after(taken, 1)?;
        let next = next.first().filter(|row| row.number <= last);
        let behind = if next.is_some() { last - taken } else { 0 };
        let age = next.map_or(0, |row| (now - row.decided_at).max(0) / 1_000_000);
        let labels = || vec![("journal", (*name).to_owned()), ("sink", sink.name.clone())];
        rows.push((labels(), behind as f64));
        seconds.push((labels(), age as f64));
        found.facts.push(("sink", format!("{}: {} to go", sink.name, counted(behind, "row"))));
        if age > i64::from(minutes) * 60 {
            let summary = format!(
                "Sink {} lacks {}, the first made {} ago.",
                sink.name,
                counted(behind, "decision"),
                counted(age / 60, "minute")
            );
            found.states.push(notice("SinkLags", name, &sink.name, Severity::Critical, summary));
        }
    }
    found.gauges.push(Family {
        name: "runner_monitor_sink_lag_rows",
        help: "Decisions that a sink has not taken.",
        samples: rows,
    });
    found.gauges.push(Family {
        name: "runner_monitor_sink_lag_seconds",
        help: "Seconds since the first of them was made.",
        samples: seconds,
    });
    Ok(())
}

/// Bins that rows wait for, and bins whose calibration ended long before the newest row.
fn bins(look: &Look<'_>, epoch: Option<&Epoch>, end: i64, found: &mut Found) -> Result<()> {
    let Look { reader, identity, name, now, matches, .. } = look;
    let Some(epoch) = epoch else { return Ok(()) };
    let adoptions = reader.adoptions(epoch.number)?;
    let Some(last) = adoptions.last() else { return Ok(()) };
    let grace = matches.get_one::<u32>("fresh-within").copied().unwrap_or(FRESH_WITHIN);
    let newest = reader.market_to("candles")?.unwrap_or(end);
    let next = YearMonth::containing_micros(end + identity.interval);
    let rule = Freshness { interval: 0, grace: i64::from(grace) * 60 };
    let waited = rule.at((newest + identity.interval) / 1_000_000, now / 1_000_000).stale;
    let is_there = adoptions.iter().any(|adoption| adoption.month == next.to_string());
    let missing = newest > end && !is_there && waited;
    if missing {
        let summary = format!("Rows of {next} wait for its bins.");
        found.states.push(notice("BinsMissing", name, "bins", Severity::Critical, summary));
    }
    found.gauge(
        name,
        "runner_monitor_bins_missing",
        "1 if rows wait for the bins of their month.",
        f64::from(u8::from(missing)),
    );
    // Other artifacts than bins do not say until when they were calibrated.
    let Ok(metadata) = BinMetadata::from_bytes(&last.bytes, &last.month) else { return Ok(()) };
    let until = metadata.parts().cal_window_end;
    let days = (end - until.timestamp_micros()).div_euclid(DAY);
    let days_before = counted(days, "day");
    found.facts.push(("bins", format!("of {}, calibrated {days_before} before", last.month)));
    found.gauge(
        name,
        "runner_monitor_bins_age_days",
        "Days from the end of the bins' calibration window to the newest row.",
        days as f64,
    );
    let allowed = matches.get_one::<u32>("bins-within").copied().unwrap_or(62);
    if days > i64::from(allowed) {
        let summary =
            format!("The bins in use were calibrated {days_before} before the newest row.");
        found.states.push(notice("BinsStale", name, "bins", Severity::Warning, summary));
    }
    Ok(())
}
