//! The merge in Rust against DuckDB's join of the same random data.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use duckdb::params;
use market_data::{InputError, Instrument, MarketDataError, RowSource, TimeRange};
use proptest::collection::btree_set;
use proptest::option;
use proptest::prelude::*;

use crate::rows::{collect, column, inputs, instrument};
use crate::{Fixture, instant, open_for_writing};

/// Three days before the end of a month.
const BASE: &str = "2024-01-29 00:00";
const NAMES: [&str; 4] = ["close", "y_pred", "funding_rate", "low@eth_1h"];

fn after_base(half_hours: i64) -> DateTime<Utc> {
    instant(BASE) + TimeDelta::minutes(30 * half_hours)
}

fn list(steps: &BTreeSet<i64>) -> String {
    let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
    format!("(SELECT unnest([{}]::BIGINT[]) AS i)", steps.join(", "))
}

fn tables(
    own: &BTreeSet<i64>,
    scores: &BTreeSet<i64>,
    eth: &BTreeSet<i64>,
    rates: &BTreeSet<i64>,
) -> String {
    let at = |unit: &str| format!("TIMESTAMP '{BASE}:00' + INTERVAL (i * {unit}) MINUTE");
    let candles = |table: &str, hours: &BTreeSet<i64>| {
        format!(
            "CREATE TABLE {table} AS SELECT {} AS timestamp, 1000.0 + i AS open, 1000.5 + i AS high,
                 900.0 + i AS low, 950.0 + i AS close, 1.0 AS volume FROM {};",
            at("60"),
            list(hours)
        )
    };
    format!(
        "{} {}
         CREATE TABLE predictions AS SELECT {} AS ts, i / 1000.0 AS y_pred, 'm/r/x' AS model_path,
             'btc_1h' AS dataset FROM {};
         CREATE TABLE funding_rates AS SELECT {} AS timestamp, 'btc_1h' AS dataset,
             i / 1000000.0 AS funding_rate FROM {};",
        candles("ohlcv_btc_1h", own),
        candles("ohlcv_eth_1h", eth),
        at("60"),
        list(scores),
        at("30"),
        list(rates),
    )
}

type Row = (i64, [f64; 4]);

fn by_sql(fixture: &Fixture, start: Option<i64>, end: Option<i64>) -> Vec<Row> {
    let bound = |half_hours: Option<i64>, open: i64| {
        half_hours.map_or(open, |half_hours| after_base(half_hours).timestamp_micros())
    };
    let connection = open_for_writing(&fixture.path);
    let mut statement = connection
        .prepare(
            "SELECT epoch_us(c.timestamp), c.close, p.y_pred, e.low,
                 (SELECT arg_max(f.funding_rate, f.timestamp) FROM funding_rates f
                  WHERE f.timestamp <= c.timestamp + INTERVAL 1 HOUR) AS rate
             FROM ohlcv_btc_1h c JOIN predictions p ON p.ts = c.timestamp
                 JOIN ohlcv_eth_1h e ON e.timestamp = c.timestamp
             WHERE rate IS NOT NULL AND epoch_us(c.timestamp) >= ? AND epoch_us(c.timestamp) < ?
             ORDER BY 1",
        )
        .unwrap();
    let rows = statement
        .query_map(params![bound(start, i64::MIN), bound(end, i64::MAX)], |row| {
            Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(4)?, row.get(3)?]))
        })
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn by_merge(fixture: &Fixture, range: TimeRange) -> Vec<Row> {
    let of = |table: &str, dataset: &str| {
        let mut instrument =
            Instrument { dataset: Some(dataset.to_owned()), ..instrument(&fixture.path) };
        instrument.candles.as_mut().unwrap().table = Some(table.to_owned());
        instrument
    };
    let instruments = [of("ohlcv_btc_1h", "btc_1h"), of("ohlcv_eth_1h", "eth_1h")];
    let source = RowSource::open(&instruments, &inputs(&NAMES)).unwrap();
    let (batches, report) = match collect(&source, range) {
        Err(MarketDataError::Inputs(InputError::EmptyRange { .. })) => return Vec::new(),
        collected => collected.unwrap(),
    };
    let columns = NAMES.map(|name| column(&batches, name));
    let rows: Vec<Row> = (0..columns[0].len())
        .map(|row| (columns[0][row].0, columns.each_ref().map(|column| column[row].1)))
        .collect();
    assert_eq!(report.rows, rows.len() as u64);
    for input in &report.inputs {
        assert_eq!(input.seen, report.rows + input.dropped, "{input:?}");
    }
    assert_eq!(report.inputs[0].dropped, report.left_out);
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn rows_are_those_of_a_join_in_sql(
        own in btree_set(0_i64..140, 1..120),
        scores in btree_set(0_i64..140, 1..120),
        eth in btree_set(0_i64..140, 1..120),
        rates in btree_set(-200_i64..290, 1..20),
        start in option::of(-10_i64..290),
        end in option::of(-10_i64..290),
    ) {
        let fixture = Fixture::new(&tables(&own, &scores, &eth, &rates));
        let range = TimeRange { start: start.map(after_base), end: end.map(after_base) };
        prop_assert_eq!(by_merge(&fixture, range), by_sql(&fixture, start, end));
    }
}
