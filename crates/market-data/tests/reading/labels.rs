//! Labels out of `targets`, and funding rates.

use market_data::{
    MarketDataError, TableError, TargetLabels, TimeRange, read_funding, read_targets, target_keys,
};

use crate::{Fixture, assert_says, instant, micros};

fn targets(rows: &str) -> Fixture {
    Fixture::new(&format!(
        "CREATE TABLE targets (\"timestamp\" TIMESTAMP, dataset VARCHAR, target_key VARCHAR,
             target_value DOUBLE, created_at TIMESTAMP);
         INSERT INTO targets VALUES {rows};"
    ))
}

fn read(fixture: &Fixture, key: &str) -> Result<Option<TargetLabels>, MarketDataError> {
    read_targets(&fixture.open(), "btc", key, TimeRange::ALL)
}

#[test]
fn labels_are_read_by_dataset_and_key() {
    let fixture = targets(
        "('2025-01-01 02:00:00', 'btc', 'k', 0, '2025-02-01'),
         ('2025-01-01 01:00:00', 'btc', 'k', 1, '2025-02-01'),
         ('2025-01-01 01:00:00', 'btc', 'other', 0, '2025-02-01'),
         ('2025-01-01 01:00:00', 'eth', 'k', 0, '2025-02-01')",
    );
    let found = read(&fixture, "k").unwrap().unwrap();
    assert_eq!(found.timestamps, ["2025-01-01 01:00", "2025-01-01 02:00"].map(micros));
    assert_eq!(found.labels, [true, false]);

    let db = fixture.open();
    assert_eq!(target_keys(&db, "btc").unwrap(), ["k", "other"]);
    assert_eq!(target_keys(&db, "sol").unwrap(), [""; 0]);
    let range = TimeRange::from(instant("2025-01-01 02:00")..instant("2025-01-01 03:00"));
    assert_eq!(read_targets(&db, "btc", "k", range).unwrap().unwrap().labels, [false]);
}

#[test]
fn no_labels_at_all_differ_from_none_in_the_range() {
    let fixture = targets("('2025-01-01', 'btc', 'k', 1, NULL)");
    assert_eq!(read(&fixture, "unknown").unwrap(), None);
    let db = fixture.open();
    let late = TimeRange { start: Some(instant("2030-01-01 00:00")), end: None };
    let found = read_targets(&db, "btc", "k", late).unwrap().unwrap();
    assert!(found.timestamps.is_empty());
    assert_eq!(read_targets(&db, "eth", "k", late).unwrap(), None);

    let without = Fixture::new("CREATE TABLE other (i INTEGER)");
    assert_eq!(read(&without, "k").unwrap(), None);
    assert_eq!(target_keys(&without.open(), "btc").unwrap(), [""; 0]);
}

#[test]
fn the_newest_label_wins_and_contradictions_are_errors() {
    let newest = targets(
        "('2025-01-01', 'btc', 'k', 0, '2025-02-01'), ('2025-01-01', 'btc', 'k', 1, '2025-02-02'),
         ('2025-01-01', 'btc', 'k', 0, NULL)",
    );
    assert_eq!(read(&newest, "k").unwrap().unwrap().labels, [true]);

    let tied = targets("('2025-01-01', 'btc', 'k', 0, NULL), ('2025-01-01', 'btc', 'k', 1, NULL)");
    let error = read(&tied, "k").unwrap_err();
    assert!(
        matches!(error, MarketDataError::Table(TableError::DuplicateTimestamp { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["`targets`", "2025-01-01 00:00:00"]);
}

#[test]
fn labels_are_zero_or_one() {
    for (value, found) in [("0.5", "0.5"), ("2", "2"), ("NULL", "NULL"), ("'NaN'", "NaN")] {
        let fixture = targets(&format!("('2025-01-01 05:00:00', 'btc', 'k', {value}, NULL)"));
        let error = read(&fixture, "k").unwrap_err();
        assert!(matches!(error, MarketDataError::Table(TableError::BadValue { .. })), "{error:?}");
        let found = format!("is {found} at 2025-01-01 05:00:00");
        assert_says(&error, "market.duckdb", &["`target_value` of `targets`", &found, "0 or 1"]);
    }
}

#[test]
fn a_table_of_targets_must_have_its_columns() {
    let fixture = Fixture::new("CREATE TABLE targets (\"timestamp\" TIMESTAMP, dataset VARCHAR)");
    let error = read(&fixture, "k").unwrap_err();
    assert!(
        matches!(error, MarketDataError::Table(TableError::MissingColumns { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["`targets` lacks target_key, target_value"]);
}

#[test]
fn funding_rates_are_read_by_dataset() {
    let table = "CREATE TABLE funding_rates (\"timestamp\" TIMESTAMP, dataset VARCHAR, funding_rate DOUBLE);";
    let fixture = Fixture::new(&format!(
        "{table} INSERT INTO funding_rates VALUES ('2025-01-01 08:00:00', 'btc', -0.0001),
             ('2025-01-01', 'btc', 0.0002), ('2025-01-01', 'eth', 0.5);"
    ));
    let db = fixture.open();
    let found = read_funding(&db, "btc", TimeRange::ALL).unwrap().unwrap();
    assert_eq!(found.timestamps, ["2025-01-01 00:00", "2025-01-01 08:00"].map(micros));
    assert_eq!(found.rates, [0.0002, -0.0001]);
    let late = TimeRange { start: Some(instant("2030-01-01 00:00")), end: None };
    assert!(read_funding(&db, "btc", late).unwrap().unwrap().rates.is_empty());
    assert_eq!(read_funding(&db, "sol", TimeRange::ALL).unwrap(), None);
    let without = Fixture::new("CREATE TABLE other (i INTEGER)").open();
    assert_eq!(read_funding(&without, "btc", TimeRange::ALL).unwrap(), None);

    for (rows, variant) in [
        ("('2025-01-01', 'btc', NULL)", "NULL at 2025-01-01 00:00:00"),
        ("('2025-01-01', 'btc', 0.1), ('2025-01-01', 'btc', 0.1)", "several rows for 2025-01-01"),
    ] {
        let db = Fixture::new(&format!("{table} INSERT INTO funding_rates VALUES {rows};")).open();
        let error = read_funding(&db, "btc", TimeRange::ALL).unwrap_err();
        assert_says(&error, "market.duckdb", &["`funding_rates`", variant]);
    }
}
