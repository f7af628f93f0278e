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

/// 70 minutes before the end of a month: minutes are read a month at a time.
const BASE: &str = "2024-01-31 22:50";
const NAMES: [&str; 4] = ["close", "y_pred", "funding_rate", "low@eth_1m"];

fn after_base(half_minutes: i64) -> DateTime<Utc> {
    instant(BASE) + TimeDelta::seconds(30 * half_minutes)
}

/// Steps as a table, stored in order or not.
fn list(steps: &BTreeSet<i64>, in_order: bool) -> String {
    let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
    let order = if in_order { "i" } else { "hash(i)" };
    format!("(SELECT unnest([{}]::BIGINT[]) AS i) ORDER BY {order}", steps.join(", "))
}

fn tables(
    own: &BTreeSet<i64>,
    scores: &BTreeSet<i64>,
    eth: &BTreeSet<i64>,
    rates: &BTreeSet<i64>,
    in_order: bool,
) -> String {
    let at = |unit: &str| format!("TIMESTAMP '{BASE}:00' + INTERVAL (i * {unit}) SECOND");
    let candles = |table: &str, minutes: &BTreeSet<i64>| {
        format!(
            "CREATE TABLE {table} AS SELECT {} AS timestamp, 1000.0 + i AS open, 1000.5 + i AS high,
                 900.0 + i AS low, 950.0 + i AS close, 1.0 AS volume FROM {};",
            at("60"),
            list(minutes, in_order)
        )
    };
    format!(
        "{} {}
         CREATE TABLE predictions AS SELECT {} AS ts, i / 1000.0 AS y_pred, 'm/r/x' AS model_path,
             'btc_1m' AS dataset FROM {};
         CREATE TABLE funding_rates AS SELECT {} AS timestamp, 'btc_1m' AS dataset,
             i / 1000000.0 AS funding_rate FROM {};",
        candles("ohlcv_btc_1m", own),
        candles("ohlcv_eth_1m", eth),
        at("60"),
        list(scores, in_order),
        at("30"),
        list(rates, in_order),
    )
}

type Row = (i64, [f64; 4]);

fn by_sql(fixture: &Fixture, start: Option<i64>, end: Option<i64>) -> Vec<Row> {
    let bound = |half_minutes: Option<i64>, open: i64| {
        half_minutes.map_or(open, |half_minutes| after_base(half_minutes).timestamp_micros())
    };
    let connection = open_for_writing(&fixture.path);
    let mut statement = connection
        .prepare(
            "SELECT epoch_us(c.timestamp), c.close, p.y_pred, e.low,
                 (SELECT CASE WHEN len(l) = 1 OR epoch_us(c.timestamp) + 60000000 - l[1].t
                                   <= 2 * (l[1].t - l[2].t) THEN l[1].r END
                  FROM (SELECT list({'t': epoch_us(f.timestamp), 'r': f.funding_rate}
                                    ORDER BY f.timestamp DESC) AS l
                        FROM funding_rates f
                        WHERE f.timestamp <= c.timestamp + INTERVAL 1 MINUTE)) AS rate
             FROM ohlcv_btc_1m c JOIN predictions p ON p.ts = c.timestamp
                 JOIN ohlcv_eth_1m e ON e.timestamp = c.timestamp
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
    let instruments = [of("ohlcv_btc_1m", "btc_1m"), of("ohlcv_eth_1m", "eth_1m")];
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
        in_order in any::<bool>(),
    ) {
        let fixture = Fixture::new(&tables(&own, &scores, &eth, &rates, in_order));
        let range = TimeRange { start: start.map(after_base), end: end.map(after_base) };
        prop_assert_eq!(by_merge(&fixture, range), by_sql(&fixture, start, end));
    }
}
