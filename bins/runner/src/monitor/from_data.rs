//! Decisions and candles from DuckDB files.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, TimestampMicrosecondType, UInt16Type};
use chrono::TimeDelta;
use clap::{ArgMatches, FromArgMatches};
use labeling::TiePolicy;
use market_data::{DataFlags, Database, Prices, TimeRange, candle_table_of, read_prices};
use monitoring::Decided;
use strategy_core::registry::{Entry, usage};
use strategy_core::{Console, Result};

use super::journal::target_key;
use super::source::{self, Found, Source};
use crate::decided;
use crate::row_args::{self, Chosen};

/// What was decided on a row.
type Scored = HashMap<i64, (f64, u16)>;

/// Decides on the rows that the flags choose, and puts each beside its candle. Candles after the last
/// row are kept as far as its label looks.
pub(crate) fn open(
    entry: &Entry,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<Source> {
    let chosen = row_args::choose(entry, matches, console)?;
    let subject = chosen.subject.clone();
    let dataset = subject.dataset.clone().unwrap_or_default();
    let run = subject.run_name.clone().unwrap_or_default();
    let rule = target_key(&run, matches)?.rule(TiePolicy::Conservative);
    let range = chosen.range;
    let scored = decide(entry, matches, &chosen, console)?;
    let prices = prices(matches, &dataset, range, rule.horizon())?;
    let interval = prices.interval.num_seconds();
    let settings = source::settings(&rule, interval)?;
    let row = |k: usize| {
        let time = prices.timestamps[k];
        let found = scored.get(&time).map(|(p, bin)| (*p, Some(*bin)));
        source::decided(time, [prices.high[k], prices.low[k], prices.close[k]], found)
    };
    let rows: Vec<Decided> = (0..prices.len()).map(row).collect();
    let decided = rows.iter().rposition(|row| row.row.p.is_some()).map_or(0, |k| k + 1);
    Ok(Source {
        name: format!("{}/{dataset}/{run}", entry.name()),
        interval,
        settings: Some(settings),
        pending: rows.len() - decided,
        newest: rows[..decided].last().map(|row| row.row.time),
        rows,
        files: chosen.inputs,
        found: Found::default(),
    })
}

/// Probability and bin of each row that was decided on.
fn decide(
    entry: &Entry,
    matches: &ArgMatches,
    chosen: &Chosen,
    console: &mut Console<'_>,
) -> Result<Scored> {
    let mut decided = decided::Decided::open(entry, matches, chosen)?;
    let mut scored = Scored::new();
    while let Some(decisions) = decided.next()? {
        add(&decisions.table, &mut scored)?;
    }
    for remark in decided.remarks() {
        let _ = writeln!(console.err, "warning: {remark}");
    }
    Ok(scored)
}

fn add(batch: &RecordBatch, scored: &mut Scored) -> Result<()> {
    let column = |name: &str| {
        batch.column_by_name(name).ok_or_else(|| format!("decisions have no column {name}"))
    };
    let (times, p_cal, q_bin) = (column("timestamp")?, column("p_cal")?, column("q_bin")?);
    let unlike = |name: &str| format!("the column {name} of decisions has another type");
    let times =
        times.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| unlike("timestamp"))?;
    let p_cal = p_cal.as_primitive_opt::<Float64Type>().ok_or_else(|| unlike("p_cal"))?;
    let q_bin = q_bin.as_primitive_opt::<UInt16Type>().ok_or_else(|| unlike("q_bin"))?;
    for k in 0..batch.num_rows() {
        if p_cal.is_valid(k) && q_bin.is_valid(k) {
            scored.insert(times.value(k), (p_cal.value(k), q_bin.value(k)));
        }
    }
    Ok(())
}

/// The candles of the rows, and of one horizon after them.
fn prices(
    matches: &ArgMatches,
    dataset: &str,
    range: TimeRange,
    horizon: TimeDelta,
) -> Result<Prices> {
    let flags = DataFlags::from_arg_matches(matches)?;
    // That it is the sample was said when rows were chosen.
    let sample = sample::stand_in(&flags, Some(dataset), &mut std::io::sink())?;
    let path = match (sample, &flags.ohlcv_duckdb) {
        (Some(sample), _) => sample.candles,
        (None, Some(path)) => path.clone(),
        (None, None) => {
            return Err(usage("labels come from candles: name their file with --ohlcv-duckdb"));
        }
    };
    let database = Database::open(&path, flags.lock_timeout)?;
    let table = candle_table_of(&database, flags.ohlcv_table.as_deref(), Some(dataset))?;
    let end = range.end.and_then(|end| end.checked_add_signed(horizon));
    Ok(read_prices(&database, &table, TimeRange { end, ..range })?)
}
