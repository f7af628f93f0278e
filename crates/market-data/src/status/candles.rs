//! Counting what is in a table of candles.

use chrono::TimeDelta;

use super::content::{CandleStatus, TableContent};
use super::counted::{Group, first_row, groups, rows_of};
use crate::candles::{NUMBERS, TIME, micros_of};
use crate::{CandleTable, Database, MarketDataError, Table};

pub(super) fn candles(db: &Database, table: Table) -> Result<TableContent, MarketDataError> {
    let table = CandleTable::from(table);
    let rows = rows_of(db, table.as_table(), TIME, &NUMBERS, &[])?;
    let any = |test: &dyn Fn(&str) -> String, names: &[&str]| {
        names.iter().map(|name| test(name)).collect::<Vec<_>>().join(" OR ")
    };
    // NULL makes a comparison NULL, and a filter does not count that.
    let conditions = [
        any(&|name| format!("{name} IS NULL"), &NUMBERS),
        any(
            &|price| format!("NOT ({price} > 0 AND isfinite({price}))"),
            &["open", "high", "low", "close"],
        ),
        "NOT (volume >= 0 AND isfinite(volume))".to_owned(),
        "high < low".to_owned(),
        "high >= low AND NOT (open BETWEEN low AND high AND close BETWEEN low AND high)".to_owned(),
    ];
    let group = groups(db, &rows, &[], &conditions)?.into_iter().next();
    let spacings = format!(
        "(SELECT micros - lag(micros) OVER (ORDER BY micros) AS spacing
          FROM (SELECT DISTINCT micros FROM {rows} WHERE micros IS NOT NULL))"
    );
    let interval = match table.interval() {
        Some(interval) => Some(interval),
        None => first_row(db, &format!("SELECT min(spacing) FROM {spacings}"))?
            .first()
            .copied()
            .flatten()
            .map(TimeDelta::microseconds),
    };
    let gaps = match interval.map(micros_of) {
        None => Vec::new(),
        Some(step) => first_row(
            db,
            &format!(
                "SELECT count(*) FILTER (WHERE spacing // {step} > 1),
                     CAST(sum(spacing // {step} - 1) FILTER (WHERE spacing // {step} > 1) AS BIGINT),
                     count(*) FILTER (WHERE spacing % {step} <> 0)
                 FROM {spacings}"
            ),
        )?,
    };
    let gap = |index: usize| gaps.get(index).copied().flatten().map_or(0, i64::unsigned_abs);
    let meeting = |index| group.as_ref().map_or(0, |group| group.meeting(index));
    Ok(TableContent::Candles(CandleStatus {
        symbol: table.symbol().map(str::to_owned),
        interval,
        span: group.as_ref().and_then(|group| group.span),
        duplicates: group.as_ref().map_or(0, Group::duplicates),
        gaps: gap(0),
        missing_candles: gap(1),
        misplaced: gap(2),
        without_time: group.as_ref().map_or(0, |group| group.without_time),
        nulls: meeting(0),
        bad_prices: meeting(1),
        bad_volumes: meeting(2),
        high_below_low: meeting(3),
        outside_range: meeting(4),
    }))
}
