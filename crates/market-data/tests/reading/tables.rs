//! Tables, their columns, and names that would break careless SQL.

use chrono::TimeDelta;
use market_data::{MarketDataError, Table, TimeRange, candle_table, read_candles};

use crate::{Fixture, assert_says};

#[test]
fn tables_are_listed_with_columns_and_types() {
    let fixture = Fixture::new(
        "CREATE TABLE b (\"timestamp\" TIMESTAMP, price DECIMAL(18, 3));
         CREATE TABLE a (x DOUBLE);
         CREATE VIEW c AS SELECT 1 AS one;
         CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.hidden (i INTEGER);",
    );
    let db = fixture.open();
    let tables = db.tables().unwrap();
    let names: Vec<&str> = tables.iter().map(Table::name).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let columns: Vec<(&str, &str)> =
        tables[1].columns().iter().map(|c| (c.name.as_str(), c.data_type.as_str())).collect();
    assert_eq!(columns, [("timestamp", "TIMESTAMP"), ("price", "DECIMAL(18,3)")]);
    assert_eq!(tables[1].path(), fixture.path);

    assert_eq!(db.table("B").unwrap(), tables[1]);
    let error = db.table("d").unwrap_err();
    assert!(matches!(error, MarketDataError::MissingTable { .. }), "{error:?}");
    assert_says(&error, "market.duckdb", &["no table `d`", "a, b, c"]);
}

#[test]
fn the_only_candle_table_is_found() {
    let db = Fixture::new(
        "CREATE TABLE OHLCV_btcusdt_perp_15m (i INTEGER); CREATE TABLE targets (i INTEGER);",
    )
    .open();
    let table = candle_table(&db, None).unwrap();
    assert_eq!(table.name(), "OHLCV_btcusdt_perp_15m");
    assert_eq!(table.symbol(), Some("btcusdt_perp"));
    assert_eq!(table.interval(), Some(TimeDelta::minutes(15)));
}

#[test]
fn candle_tables_are_never_guessed() {
    let db = Fixture::new(
        "CREATE TABLE ohlcv_btcusdt_1h (i INTEGER); CREATE TABLE ohlcv_btcusdt_4h (i INTEGER);
         CREATE TABLE mine (i INTEGER);",
    )
    .open();
    let error = candle_table(&db, None).unwrap_err();
    let MarketDataError::CandleTableNotUnique { found, .. } = &error else { panic!("{error:?}") };
    assert_eq!(found, &["ohlcv_btcusdt_1h", "ohlcv_btcusdt_4h"]);
    assert_says(&error, "market.duckdb", &["ohlcv_btcusdt_1h, ohlcv_btcusdt_4h", "--ohlcv-table"]);

    for name in ["ohlcv_btcusdt_4h", "OHLCV_BTCUSDT_4H"] {
        let table = candle_table(&db, Some(name)).unwrap();
        assert_eq!(table.interval(), Some(TimeDelta::hours(4)));
    }
    let mine = candle_table(&db, Some("mine")).unwrap();
    assert_eq!((mine.symbol(), mine.interval()), (None, None));

    let error = candle_table(&db, Some("ohlcv_btcusdt_1d")).unwrap_err();
    assert!(matches!(error, MarketDataError::MissingTable { .. }), "{error:?}");
    assert_says(&error, "market.duckdb", &["ohlcv_btcusdt_1d", "mine, ohlcv_btcusdt_1h"]);

    let error = candle_table(&Fixture::new("CREATE TABLE t (i INTEGER)").open(), None).unwrap_err();
    assert!(matches!(error, MarketDataError::NoCandleTable { .. }), "{error:?}");
    assert_says(&error, "market.duckdb", &["it has t", "--ohlcv-table"]);
}

#[test]
fn names_are_quoted() {
    let db = Fixture::new(
        "CREATE TABLE \"we\"\"ird; DROP TABLE x; --\" AS
         SELECT TIMESTAMP '2025-01-01' + INTERVAL (i) HOUR AS \"TIMESTAMP\",
                1.0 AS \"Open\", 1.0 AS high, 1.0 AS low, 1.0 AS close, 0.0 AS volume
         FROM range(3) r(i)",
    )
    .open();
    let table = candle_table(&db, Some("we\"ird; DROP TABLE x; --")).unwrap();
    assert_eq!(read_candles(&db, &table, TimeRange::ALL).unwrap().len(), 3);
}
