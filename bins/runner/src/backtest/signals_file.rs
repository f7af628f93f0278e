//! Signals that were made anywhere, from a file.

use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use backtest::Intent;
use chrono::{DateTime, TimeDelta};
use clap::ArgMatches;
use market_data::TimeRange;
use strategy_core::{Leg, Result, SideExits};
use tabular::{BatchReader, Wanted, utc_micros};

use super::decisions::Asked;

const BATCH_ROWS: usize = 65_536;

/// Reads `--signals`: rows of `range`, ascending, with finite weights.
pub(crate) fn read_file(path: &Path, range: TimeRange) -> Result<Asked> {
    let reader = tabular::read(path, BATCH_ROWS)?;
    let legs = legs(&reader, path)?;
    let timestamp = reader.require("timestamp", Wanted::Timestamp)?;
    let of_signal = reader.schema().column_with_name("target").is_none();
    let columns = legs
        .iter()
        .map(|leg| {
            let name = if of_signal { "signal".to_owned() } else { leg.column() };
            Ok((reader.require(&name, Wanted::Number)?, name))
        })
        .collect::<Result<Vec<_>>>()?;
    let mut asked = Asked {
        name: path.display().to_string(),
        times: Vec::new(),
        weights: Vec::new(),
        outlooks: Vec::new(),
        legs,
        intent: Intent::Position,
        exits: SideExits::default(),
        interval: None,
        of_file: true,
        remarks: Vec::new(),
        in_sample_rows: None,
    };
    let mut before = None::<i64>;
    let at = |micros: i64| {
        DateTime::from_timestamp_micros(micros)
            .map_or_else(String::new, |time| time.format("%Y-%m-%d %H:%M").to_string())
    };
    let mut row = 0_u64;
    for batch in reader {
        let batch = batch?;
        let times = utc_micros(batch.column(timestamp))?;
        let values = columns
            .iter()
            .map(|(index, _)| cast(batch.column(*index), &DataType::Float64))
            .collect::<Result<Vec<_>, _>>()?;
        let values: Vec<_> = values.iter().map(AsArray::as_primitive::<Float64Type>).collect();
        for index in 0..batch.num_rows() {
            row += 1;
            if times.is_null(index) {
                return Err(format!("{}, row {row}: there is no timestamp", path.display()).into());
            }
            let time = times.value(index);
            if let Some(earlier) = before.replace(time).filter(|&earlier| earlier >= time) {
                return Err(format!(
                    "{}, row {row}: {} does not come after {}: sort the rows and drop repeated ones",
                    path.display(), at(time), at(earlier)
                ).into());
            }
            for ((_, name), values) in columns.iter().zip(&values) {
                let value = if values.is_null(index) { f64::NAN } else { values.value(index) };
                let fits =
                    if of_signal { [-1.0, 0.0, 1.0].contains(&value) } else { value.abs() <= 1.0 };
                if !fits {
                    let wanted = if of_signal { "-1, 0 or 1" } else { "a number from -1 to 1" };
                    return Err(format!(
                        "{}, row {row} ({}): `{name}` is {value}: wanted {wanted}",
                        path.display(),
                        at(time)
                    )
                    .into());
                }
                if range_has(range, time) {
                    asked.weights.push(value);
                }
            }
            if range_has(range, time) {
                asked.times.push(time);
            }
        }
    }
    if asked.times.is_empty() {
        return Err(format!("{} has no rows in the range", path.display()).into());
    }
    Ok(asked)
}

/// Reads what `--signals` names.
pub(crate) fn read(matches: &ArgMatches, range: TimeRange) -> Result<Asked> {
    let path = matches.get_one::<PathBuf>("signals").ok_or("--signals is missing")?;
    let interval = matches.get_one::<TimeDelta>("signal-interval").copied();
    Ok(Asked { interval, ..read_file(path, range)? })
}

fn range_has(range: TimeRange, time: i64) -> bool {
    range.start.is_none_or(|start| start.timestamp_micros() <= time)
        && range.end.is_none_or(|end| time < end.timestamp_micros())
}

/// One leg for `signal` or `target`, one more for each `target@dataset`.
fn legs(reader: &BatchReader, path: &Path) -> Result<Vec<Leg>> {
    let schema = reader.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let others = names.iter().filter_map(|name| name.strip_prefix("target@"));
    let others: Vec<Leg> = others.map(Leg::of_dataset).collect();
    if !names.contains(&"target") && (!others.is_empty() || !names.contains(&"signal")) {
        return Err(format!(
            "{} has the columns {}: wanted `timestamp` and `signal`, or `target` and `target@dataset` \
             for each further instrument",
            path.display(),
            names.join(", ")
        )
        .into());
    }
    Ok(std::iter::once(Leg::OWN).chain(others).collect())
}
