//! Tables, their columns, and names that would break careless SQL.

use chrono::TimeDelta;
use market_data::{
    CandleError, MarketDataError, Table, TableError, TimeRange, candle_table, read_candles,
};

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
    assert!(matches!(error, MarketDataError::Table(TableError::MissingTable { .. })), "{error:?}");
    assert_says(&error, "market.duckdb", &["no table `d`", "a, b, c"]);
}

/// One table is asked for by name, all are listed: both ways find the same.
#[test]
fn a_table_alone_is_the_table_in_the_list() {
    let sql = "CREATE TABLE \"we\"\"ird; -- 'x\" (a INTEGER, \"b.c\" DECIMAL(9, 2), g INTEGER AS (a + 1));
         CREATE TABLE \"B.main\" (z TIMESTAMPTZ, e ENUM('p', 'q'), s STRUCT(a INTEGER, \"B c\" TEXT));
         CREATE TABLE duckdb_tables (i TINYINT);
         CREATE VIEW v AS SELECT a + 1 AS one, 'x' AS two FROM \"we\"\"ird; -- 'x\";
         CREATE VIEW w AS SELECT * FROM duckdb_tables;
         CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.hidden (i INTEGER);";
    let fixture = Fixture::new(sql);
    let names: Vec<String> = {
        let db = fixture.open();
        db.tables().unwrap().iter().map(|table| table.name().to_owned()).collect()
    };
    assert_eq!(names.len(), 5);
    for name in &names {
        let db = fixture.open();
        let alone = db.table(name).unwrap();
        assert_eq!(db.table(name).unwrap(), alone);
        assert_eq!(db.tables().unwrap().iter().find(|table| table.name() == name), Some(&alone));
    }
    // Neither another schema's nor one that DuckDB brings along.
    for missing in ["hidden", "elsewhere.hidden", "pg_class", "duckdb_columns", "sqlite_master", ""]
    {
        let error = fixture.open().table(missing).unwrap_err();
        assert!(
            matches!(error, MarketDataError::Table(TableError::MissingTable { .. })),
            "{missing}: {error:?}"
        );
    }
    assert_eq!(fixture.open().table("b.MAIN").unwrap().columns().len(), 3);
}

/// Tables alone, tables beside views and many tables are found out about in different ways.
#[test]
fn columns_are_the_same_whatever_stands_beside_them() {
    let odd = "CREATE TABLE \"we\"\"ird; -- 'x\" (a INTEGER, \"b.c\" DECIMAL(9, 2), g INTEGER AS (a + 1));
         CREATE TABLE \"B.main\" (z TIMESTAMPTZ, e ENUM('p', 'q'), s STRUCT(a INTEGER, \"B c\" TEXT),
             l INTEGER[3], n TIMESTAMP_NS, h HUGEINT, d DATE);
         CREATE TABLE pg_class (i TINYINT); CREATE TABLE duckdb_tables (i TINYINT);";
    let alone = Fixture::new(odd).open();
    let alone = alone.tables().unwrap();
    assert_eq!(alone.len(), 4);
    let types: Vec<&str> = alone[0].columns().iter().map(|c| c.data_type.as_str()).collect();
    assert_eq!(types[0], "TIMESTAMP WITH TIME ZONE");
    assert_eq!(&types[3..], ["INTEGER[3]", "TIMESTAMP_NS", "HUGEINT", "DATE"]);
    let columns = |table: &Table| (table.name().to_owned(), table.columns().to_vec());
    let many: Vec<_> = (0..20).map(|i| format!("CREATE TABLE x{i} (i INTEGER);")).collect();
    let many = many.concat();
    for beside in ["CREATE VIEW xs AS SELECT 1 AS one;", &many] {
        let db = Fixture::new(&format!("{odd}{beside}")).open();
        let tables = db.tables().unwrap();
        let others = tables.iter().filter(|table| !table.name().starts_with('x'));
        assert!(others.map(columns).eq(alone.iter().map(columns)), "{beside}: {tables:?}");
    }
    assert_eq!(Fixture::new("").open().tables().unwrap(), []);
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
    let MarketDataError::Candles(CandleError::CandleTableNotUnique { found, .. }) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(found, &["ohlcv_btcusdt_1h", "ohlcv_btcusdt_4h"]);
    assert_says(&error, "market.duckdb", &["ohlcv_btcusdt_1h, ohlcv_btcusdt_4h", "--ohlcv-table"]);

    for name in ["ohlcv_btcusdt_4h", "OHLCV_BTCUSDT_4H"] {
        let table = candle_table(&db, Some(name)).unwrap();
        assert_eq!(table.interval(), Some(TimeDelta::hours(4)));
    }
    let mine = candle_table(&db, Some("mine")).unwrap();
    assert_eq!((mine.symbol(), mine.interval()), (None, None));

    let error = candle_table(&db, Some("ohlcv_btcusdt_1d")).unwrap_err();
    assert!(matches!(error, MarketDataError::Table(TableError::MissingTable { .. })), "{error:?}");
    assert_says(&error, "market.duckdb", &["ohlcv_btcusdt_1d", "mine, ohlcv_btcusdt_1h"]);

    let error = candle_table(&Fixture::new("CREATE TABLE t (i INTEGER)").open(), None).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Candles(CandleError::NoCandleTable { .. })),
        "{error:?}"
    );
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
