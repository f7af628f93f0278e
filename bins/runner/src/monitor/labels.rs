//! Labels of journalled candles beside those that somebody stored.

use chrono::DateTime;
use clap::FromArgMatches;
use labeling::TargetKey;
use market_data::{DataFlags, Database, TimeRange, read_targets};
use monitoring::{BetEvent, CalibrationSettings, LabelTracker, Severity};
use strategy_core::Result;
use streaming::time;

use super::journal::{Look, notice, target_key};
use super::source::Found;

/// Compares the labels of all journalled candles with the table `targets` of `--ohlcv-duckdb`, where there is
/// one. Nothing is decided by it: labels come from the candles.
pub(super) fn compare(
    look: &Look<'_>,
    settings: Option<&CalibrationSettings>,
    end: i64,
    found: &mut Found,
) -> Result<()> {
    let flags = DataFlags::from_arg_matches(look.matches)?;
    let (Some(settings), Some(path)) = (settings, &flags.ohlcv_duckdb) else { return Ok(()) };
    let key: TargetKey = target_key(&look.identity.run_name, look.matches)?;
    let db = Database::open(path, flags.lock_timeout)?;
    let candles = look.reader.market("candles", i64::MIN, i64::MAX)?;
    let begin = candles.first().and_then(|(at, _)| DateTime::from_timestamp_micros(*at));
    let end = DateTime::from_timestamp_micros(end.saturating_add(1));
    let range = TimeRange { start: begin, end };
    let Some(stored) = read_targets(&db, &look.identity.dataset, &key.to_string(), range)? else {
        return Ok(());
    };
    let interval = look.identity.interval;
    let mut tracker: LabelTracker = settings.tracker();
    let (mut compared, mut different, mut first) = (0_u64, 0_u64, None);
    for (at, values) in candles {
        let Some(&[_, high, low, close]) = values.first_chunk() else { continue };
        for event in tracker.candle(at.div_euclid(interval), (high, low, close), true) {
            let BetEvent::Settled { row, label: Some(label) } = event else { continue };
            let at = row * interval;
            let Ok(place) = stored.timestamps.binary_search(&at) else { continue };
            compared += 1;
            if stored.labels[place] != label {
                different += 1;
                first.get_or_insert(at);
            }
        }
    }
    let name = look.name;
    found.facts.push(("labels", format!("{different} of {compared} differ from `targets`")));
    found.gauge(
        name,
        "runner_monitor_labels_compared",
        "Labels of candles compared with stored ones.",
        compared as f64,
    );
    found.gauge(
        name,
        "runner_monitor_labels_different",
        "Labels of candles that differ from stored ones.",
        different as f64,
    );
    if let Some(first) = first {
        let summary = format!(
            "Of {compared} labels {different} differ from the table `targets`, the first at {}: the stream and \
             the labels saw other candles.",
            time::text(first)
        );
        found.states.push(notice("LabelsDiffer", name, "labels", Severity::Warning, summary));
    }
    Ok(())
}
