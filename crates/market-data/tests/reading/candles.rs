//! Reading candles, and rows that are no candles.

use chrono::TimeDelta;
use market_data::{
    CandleError, Candles, Gap, MarketDataError, Prices, TableError, TimeRange, candle_range,
    candle_table, read_candles, read_prices,
};

use crate::{Fixture, assert_says, instant, micros};

const COLUMNS: &str = "\"timestamp\" TIMESTAMP, extra VARCHAR, open DOUBLE, high DOUBLE, \
    low DOUBLE, close DOUBLE, volume DOUBLE";

/// A table of these rows, each the time and prices as SQL.
fn read(table: &str, rows: &[&str]) -> Result<Candles, MarketDataError> {
    let inserts = rows.iter().map(|row| {
        let (time, values) = row.split_once(',').unwrap();
        format!("INSERT INTO {table} VALUES ({time}, 'x', {values});")
    });
    let sql = format!("CREATE TABLE {table} ({COLUMNS}); {}", inserts.collect::<Vec<_>>().concat());
    let db = Fixture::new(&sql).open();
    read_candles(&db, &candle_table(&db, Some(table))?, TimeRange::ALL)
}

fn hours(table: &str, hours: &[u32]) -> Result<Candles, MarketDataError> {
    let rows: Vec<String> =
        hours.iter().map(|hour| format!("'2025-01-01 {hour:02}:00:00', 1, 1, 1, 1, 1")).collect();
    read(table, &rows.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn rows_come_out_ordered_and_complete() {
    let candles = read(
        "ohlcv_btcusdt_1h",
        &["'2025-01-01 02:00:00', 3, 4, 2, 3.5, 0", "'2025-01-01 01:00:00', 1, 2, 0.5, 1.5, 7"],
    )
    .unwrap();
    let expected = Candles {
        timestamps: vec![micros("2025-01-01 01:00"), micros("2025-01-01 02:00")],
        open: vec![1.0, 3.0],
        high: vec![2.0, 4.0],
        low: vec![0.5, 2.0],
        close: vec![1.5, 3.5],
        volume: vec![7.0, 0.0],
        interval: TimeDelta::hours(1),
    };
    assert_eq!(candles, expected);
}

#[test]
fn every_type_of_time_is_read_and_filtered_alike() {
    for data_type in [
        "TIMESTAMP",
        "TIMESTAMP_S",
        "TIMESTAMP_MS",
        "TIMESTAMP_NS",
        "TIMESTAMPTZ",
        "TIMESTAMPTZ_NS",
        "DATE",
    ] {
        // The zoned type is made from seconds: a cast from text would need an extension.
        let time = match data_type {
            "TIMESTAMPTZ" | "TIMESTAMPTZ_NS" => {
                format!("CAST(to_timestamp(1735689600 + i * 86400) AS {data_type})")
            }
            _ => format!("CAST(TIMESTAMP '2025-01-01' + INTERVAL (i) DAY AS {data_type})"),
        };
        let db = Fixture::new(&format!(
            "CREATE TABLE ohlcv_x_1d AS SELECT {time} AS \"timestamp\", 1.0 AS open, 1.0 AS high,
                 1.0 AS low, 1.0 AS close, 1.0 AS volume FROM range(5) r(i)"
        ))
        .open();
        let table = candle_table(&db, None).unwrap();
        let span = candle_range(&db, &table).unwrap().unwrap();
        assert_eq!(
            (span.first, span.last, span.rows),
            (instant("2025-01-01 00:00"), instant("2025-01-05 00:00"), 5),
            "{data_type}"
        );
        let range = TimeRange::from(instant("2025-01-02 00:00")..instant("2025-01-04 00:00"));
        let found = read_candles(&db, &table, range).unwrap().timestamps;
        let wanted = ["2025-01-02 00:00", "2025-01-03 00:00"].map(micros);
        assert_eq!(found, wanted, "{data_type}");
    }
}

#[test]
fn every_type_of_number_is_read() {
    let db = Fixture::new(
        "CREATE TABLE ohlcv_x_1h AS SELECT TIMESTAMP '2025-01-01' AS \"timestamp\",
             CAST(1.25 AS DECIMAL(18, 3)) AS open, CAST(2.5 AS FLOAT) AS high,
             CAST(1 AS INTEGER) AS low, CAST(2 AS BIGINT) AS close, CAST(7 AS UHUGEINT) AS volume",
    )
    .open();
    let candles = read_candles(&db, &candle_table(&db, None).unwrap(), TimeRange::ALL).unwrap();
    let row = [candles.open, candles.high, candles.low, candles.close, candles.volume].concat();
    assert_eq!(row, [1.25, 2.5, 1.0, 2.0, 7.0]);
}

#[test]
fn ranges_are_half_open_on_either_side() {
    let db = Fixture::new(
        "CREATE TABLE ohlcv_x_1h AS SELECT TIMESTAMP '2025-01-01' + INTERVAL (i) HOUR AS \"timestamp\",
             1.0 AS open, 1.0 AS high, 1.0 AS low, 1.0 AS close, 1.0 AS volume FROM range(10) r(i)",
    )
    .open();
    let table = candle_table(&db, None).unwrap();
    let [start, end] = ["2025-01-01 03:00", "2025-01-01 05:00"].map(instant);
    for (range, rows) in [
        (TimeRange::ALL, 10),
        (TimeRange { start: Some(start), end: None }, 7),
        (TimeRange { start: None, end: Some(end) }, 5),
        (TimeRange::from(start..end), 2),
        (TimeRange::from(end..start), 0),
    ] {
        assert_eq!(read_candles(&db, &table, range).unwrap().len(), rows, "{range:?}");
    }
    assert!(read_candles(&db, &table, TimeRange::from(end..start)).unwrap().is_empty());
}

#[test]
fn missing_columns_are_all_named() {
    let db =
        Fixture::new("CREATE TABLE ohlcv_x_1h (\"timestamp\" TIMESTAMP, open DOUBLE, low DOUBLE)")
            .open();
    let table = candle_table(&db, None).unwrap();
    let error = read_candles(&db, &table, TimeRange::ALL).unwrap_err();
    let MarketDataError::Table(TableError::MissingColumns { missing, found, .. }) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(missing, &["high", "close", "volume"]);
    assert_eq!(found, &["timestamp", "open", "low"]);
    let wanted = ["`ohlcv_x_1h` lacks high, close, volume", "it has timestamp, open, low"];
    assert_says(&error, "market.duckdb", &wanted);
}

#[test]
fn text_is_neither_time_nor_number() {
    for (column, was, wanted) in [
        ("timestamp", "\"timestamp\" TIMESTAMP", "TIMESTAMP in UTC"),
        ("close", "close DOUBLE", "a number"),
    ] {
        let columns = COLUMNS.replace(was, &format!("\"{column}\" VARCHAR"));
        let db = Fixture::new(&format!("CREATE TABLE ohlcv_x_1h ({columns})")).open();
        let table = candle_table(&db, None).unwrap();
        let error = read_candles(&db, &table, TimeRange::ALL).unwrap_err();
        assert!(
            matches!(error, MarketDataError::Table(TableError::ColumnType { .. })),
            "{error:?}"
        );
        assert_says(&error, "market.duckdb", &[column, "is VARCHAR", wanted, "ohlcv_x_1h"]);
    }
}

#[test]
fn the_first_bad_value_is_named() {
    let good = "'2025-01-01 01:00:00', 1, 1, 1, 1, 1";
    for (values, column, found) in [
        ("NULL, 1, 1, 1, 1", "open", "NULL"),
        ("1, 'NaN', 1, 1, 1", "high", "NaN"),
        ("1, 'inf', 1, 1, 1", "high", "inf"),
        ("1, 1, 0, 1, 1", "low", "0"),
        ("1, 1, 1, -2.5, 1", "close", "-2.5"),
        ("1, 1, 1, 1, NULL", "volume", "NULL"),
        ("1, 1, 1, 1, -1", "volume", "-1"),
    ] {
        let bad = format!("'2025-01-01 02:00:00', {values}");
        let later = "'2025-01-01 03:00:00', -7, -7, -7, -7, -7";
        let error = read("ohlcv_x_1h", &[later, &bad, good]).unwrap_err();
        assert!(
            matches!(&error, MarketDataError::Table(TableError::BadValue { column: name, timestamp, .. })
                if *name == column && *timestamp == micros("2025-01-01 02:00")),
            "{error:?}"
        );
        let found = format!("is {found} at 2025-01-01 02:00:00");
        assert_says(&error, "market.duckdb", &[column, "ohlcv_x_1h", &found]);
    }
}

#[test]
fn prices_are_read_whatever_the_volume_is() {
    for volume in ["CAST(NULL AS DOUBLE)", "-1.0", "'none'", "1.0"] {
        let db = Fixture::new(&format!(
            "CREATE TABLE ohlcv_x_1h AS SELECT TIMESTAMP '2025-01-01' + INTERVAL (3 * i) HOUR AS
                 timestamp, 1 AS open, 4 AS high, 0.5 AS low, 2 AS close, {volume} AS volume
             FROM range(2) r(i)"
        ))
        .open();
        let table = candle_table(&db, None).unwrap();
        let prices = read_prices(&db, &table, TimeRange::ALL).unwrap();
        let wanted = Prices {
            timestamps: ["2025-01-01 00:00", "2025-01-01 03:00"].map(micros).to_vec(),
            open: vec![1.0; 2],
            high: vec![4.0; 2],
            low: vec![0.5; 2],
            close: vec![2.0; 2],
            interval: TimeDelta::hours(1),
        };
        assert_eq!(prices, wanted);
        assert_eq!((prices.len(), prices.is_empty()), (2, false));
        assert_eq!(prices.gaps().iter().map(|gap| gap.missing).collect::<Vec<_>>(), [2]);
        assert_eq!(read_candles(&db, &table, TimeRange::ALL).is_ok(), volume == "1.0");
    }
    let db = Fixture::new(
        "CREATE TABLE ohlcv_x_1h AS SELECT TIMESTAMP '2025-01-01' AS timestamp, 1 AS open,
             1 AS high, 0 AS low, 1 AS close",
    )
    .open();
    let table = candle_table(&db, None).unwrap();
    let error = read_prices(&db, &table, TimeRange::ALL).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Table(TableError::BadValue { column: "low", .. })),
        "{error:?}"
    );
}

#[test]
fn times_must_be_there_and_differ() {
    let error = read("ohlcv_x_1h", &["NULL, 1, 1, 1, 1, 1"]).unwrap_err();
    assert!(matches!(error, MarketDataError::Table(TableError::NullTimestamp { .. })), "{error:?}");
    assert_says(&error, "market.duckdb", &["ohlcv_x_1h", "NULL as `timestamp`"]);

    let error = hours("ohlcv_x_1h", &[3, 2, 1, 2]).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Table(TableError::DuplicateTimestamp { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["ohlcv_x_1h", "2025-01-01 02:00:00"]);
}

#[test]
fn the_interval_comes_from_the_name_or_the_smallest_spacing() {
    assert_eq!(hours("ohlcv_x_1h", &[0, 4, 8]).unwrap().interval, TimeDelta::hours(1));
    assert_eq!(hours("mine", &[0, 4, 6, 12]).unwrap().interval, TimeDelta::hours(2));

    let error = hours("mine", &[4]).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Candles(CandleError::IntervalUnknown { rows: 1, .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["`mine`", "1 row(s)"]);

    let error = hours("ohlcv_x_4h", &[0, 4, 5]).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Candles(CandleError::CandleSpacing { .. })),
        "{error:?}"
    );
    let wanted = ["14400 s", "2025-01-01 05:00:00 follows 2025-01-01 04:00:00"];
    assert_says(&error, "market.duckdb", &wanted);
}

#[test]
fn gaps_are_found() {
    let candles = hours("ohlcv_x_1h", &[0, 1, 5, 6, 8]).unwrap();
    let gap = |after, before, missing| {
        let [after, before] = [after, before].map(micros);
        Gap { after, before, missing }
    };
    let wanted = [
        gap("2025-01-01 01:00", "2025-01-01 05:00", 3),
        gap("2025-01-01 06:00", "2025-01-01 08:00", 1),
    ];
    assert_eq!(candles.gaps(), wanted);
}

#[test]
fn an_empty_table_covers_nothing() {
    let db = Fixture::new(&format!("CREATE TABLE ohlcv_x_1h ({COLUMNS})")).open();
    let table = candle_table(&db, None).unwrap();
    assert_eq!(candle_range(&db, &table).unwrap(), None);
    assert!(read_candles(&db, &table, TimeRange::ALL).unwrap().is_empty());
}
