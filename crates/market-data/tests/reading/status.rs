//! What a file holds, sound or not.

use std::time::Duration;

use chrono::TimeDelta;
use market_data::{
    CandleStatus, FileError, FileStatus, FundingStatus, MarketDataError, ModelStatus, TableContent,
    TableStatus, TargetStatus, TimeSpan, file_status,
};

use crate::{Fixture, instant};

fn status(sql: &str) -> FileStatus {
    file_status(&Fixture::new(sql).path, Duration::ZERO).unwrap()
}

fn only(sql: &str) -> TableStatus {
    let [table] = <[TableStatus; 1]>::try_from(status(sql).tables).unwrap();
    table
}

fn span(first: &str, last: &str, rows: u64) -> TimeSpan {
    TimeSpan { first: instant(first), last: instant(last), rows }
}

const CANDLE_COLUMNS: &str =
    "timestamp TIMESTAMP, open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE";

#[test]
fn damage_to_candles_is_counted() {
    let table = only(&format!(
        "CREATE TABLE ohlcv_btcusdt_perp_1h ({CANDLE_COLUMNS});
         INSERT INTO ohlcv_btcusdt_perp_1h VALUES
             ('2025-01-01 00:00:00', 1, 1, 1, 1, 1),
             ('2025-01-01 00:00:00', 1, 1, 1, 1, 1),
             ('2025-01-01 01:00:00', NULL, 1, 1, NULL, 1),
             ('2025-01-01 04:00:00', 1, 'nan', 1, 1, 1),
             ('2025-01-01 05:00:00', 0, -1, 'inf', 1, -1),
             ('2025-01-01 05:30:00', 1, 1, 1, 1, NULL),
             ('2025-01-01 07:00:00', 1, 1, 1, 1, 'inf'),
             ('infinity', 1, 1, 1, 1, 1),
             (NULL, 1, 1, 1, 1, 1);"
    ));
    let candles = CandleStatus {
        symbol: Some("btcusdt_perp".to_owned()),
        interval: Some(TimeDelta::hours(1)),
        span: Some(span("2025-01-01 00:00", "2025-01-01 07:00", 6)),
        duplicates: 1,
        gaps: 1,
        missing_candles: 2,
        misplaced: 2,
        without_time: 2,
        nulls: 2,
        bad_prices: 2,
        bad_volumes: 2,
        high_below_low: 1,
        outside_range: 0,
    };
    let name = "ohlcv_btcusdt_perp_1h".to_owned();
    assert_eq!(table, TableStatus { name, rows: Some(9), content: TableContent::Candles(candles) });
}

#[test]
fn candles_of_any_name_and_type_are_known_by_their_columns() {
    for data_type in
        ["TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMPTZ", "TIMESTAMPTZ_NS", "DATE"]
    {
        // The zoned types are made from seconds: a cast from text would need an extension.
        let time = if data_type.starts_with("TIMESTAMPTZ") {
            "to_timestamp(1735689600 + i * 172800)"
        } else {
            "TIMESTAMP '2025-01-01' + INTERVAL (2 * i) DAY"
        };
        let table = only(&format!(
            "CREATE TABLE mine AS SELECT CAST({time} AS {data_type}) AS timestamp, 1 AS open,
                 1 AS high, 1.5 AS low, 1 AS close, 1 AS volume FROM range(5) r(i) WHERE i <> 2"
        ));
        let TableContent::Candles(found) = &table.content else { panic!("{table:?}") };
        assert_eq!((&found.symbol, found.interval), (&None, Some(TimeDelta::days(2))));
        assert_eq!(
            found.span,
            Some(span("2025-01-01 00:00", "2025-01-09 00:00", 4)),
            "{data_type}"
        );
        assert_eq!((found.gaps, found.missing_candles, found.misplaced), (1, 1, 0));
    }
}

#[test]
fn empty_tables_have_no_span() {
    let table = only(&format!("CREATE TABLE ohlcv_x ({CANDLE_COLUMNS})"));
    let TableContent::Candles(found) = &table.content else { panic!("{table:?}") };
    assert_eq!((found.span, found.interval, table.rows), (None, None, Some(0)));
    let table = only("CREATE TABLE predictions (ts TIMESTAMP, y_pred DOUBLE, model_path VARCHAR)");
    assert_eq!(table.content, TableContent::Predictions { models: Vec::new() });
}

#[test]
fn predictions_are_counted_by_model_and_dataset() {
    let table = only(
        "CREATE TABLE predictions (ts TIMESTAMP, y_pred DOUBLE, model_path VARCHAR,
             feature_key VARCHAR, dataset VARCHAR, created_at TIMESTAMP);
         INSERT INTO predictions VALUES
             ('2025-01-01 00:00:00', 0.5, 'a', 'k2', 'btc', NULL),
             ('2025-01-01 00:00:00', 0.5, 'a', 'k1', 'btc', NULL),
             ('2025-01-02 00:00:00', 'nan', 'a', 'k1', 'btc', NULL),
             (NULL, NULL, 'a', NULL, 'btc', NULL),
             ('2025-01-03 00:00:00', 1.5, 'a', NULL, NULL, NULL),
             ('2025-01-03 00:00:00', 1, NULL, 'k', 'btc', NULL);",
    );
    let model =
        |path: Option<&str>, dataset: Option<&str>, keys: &[&str], span, rows| ModelStatus {
            model_path: path.map(str::to_owned),
            dataset: dataset.map(str::to_owned),
            feature_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            span,
            rows,
            without_time: 0,
            bad_scores: 0,
        };
    let third = Some(span("2025-01-03 00:00", "2025-01-03 00:00", 1));
    let first = Some(span("2025-01-01 00:00", "2025-01-02 00:00", 2));
    let models = vec![
        ModelStatus {
            without_time: 1,
            bad_scores: 2,
            ..model(Some("a"), Some("btc"), &["k1", "k2"], first, 4)
        },
        ModelStatus { bad_scores: 1, ..model(Some("a"), None, &[], third, 1) },
        model(None, Some("btc"), &["k"], third, 1),
    ];
    assert_eq!(table.content, TableContent::Predictions { models });
}

#[test]
fn labels_and_funding_are_counted_by_dataset() {
    let found = status(
        "CREATE TABLE targets (timestamp TIMESTAMP, dataset VARCHAR, target_key VARCHAR,
             target_value DOUBLE);
         INSERT INTO targets VALUES ('2025-01-01', 'btc', 'up', 1), ('2025-01-02', 'btc', 'up', 0),
             ('2025-01-02', 'btc', 'up', 0.5), ('2025-01-02', 'btc', 'up', NULL),
             ('2025-01-02', 'btc', 'down', 1);
         CREATE TABLE funding_rates (timestamp TIMESTAMP, dataset VARCHAR, funding_rate DOUBLE);
         INSERT INTO funding_rates VALUES ('2025-01-01', 'btc', 0.1), ('2025-01-01', 'btc', 'nan'),
             (NULL, 'btc', NULL), ('2025-01-02', NULL, 0);",
    );
    let [funding, targets] = <[TableStatus; 2]>::try_from(found.tables).unwrap();
    let target = |key: &str, span, rows, positives, bad_labels| TargetStatus {
        dataset: Some("btc".to_owned()),
        target_key: Some(key.to_owned()),
        span,
        rows,
        positives,
        without_time: 0,
        bad_labels,
    };
    let second = Some(span("2025-01-02 00:00", "2025-01-02 00:00", 1));
    let both = Some(span("2025-01-01 00:00", "2025-01-02 00:00", 2));
    let wanted = vec![target("down", second, 1, 1, 0), target("up", both, 4, 1, 2)];
    assert_eq!(targets.content, TableContent::Targets { targets: wanted });
    let rates = |dataset: Option<&str>, span, rows| FundingStatus {
        dataset: dataset.map(str::to_owned),
        span,
        rows,
        duplicates: 0,
        without_time: 0,
        bad_rates: 0,
    };
    let first = Some(span("2025-01-01 00:00", "2025-01-01 00:00", 1));
    let btc = FundingStatus {
        duplicates: 1,
        without_time: 1,
        bad_rates: 2,
        ..rates(Some("btc"), first, 3)
    };
    let wanted = vec![btc, rates(None, second, 1)];
    assert_eq!(funding.content, TableContent::Funding { datasets: wanted });
}

#[test]
fn what_cannot_be_read_says_why() {
    let found = status(
        "CREATE TABLE a (x INTEGER, \"y z\" VARCHAR); INSERT INTO a VALUES (1, 'z');
         CREATE TABLE predictions (ts VARCHAR, y_pred DOUBLE, model_path VARCHAR);
         CREATE TABLE targets (timestamp TIMESTAMP, dataset VARCHAR);
         CREATE TABLE ohlcv_x_1h (timestamp TIMESTAMP, open DOUBLE, close VARCHAR);
         CREATE TABLE gone (i INTEGER); CREATE VIEW z AS SELECT i FROM gone; DROP TABLE gone;",
    );
    let problem = |name: &str| {
        let table = found.tables.iter().find(|table| table.name == name).unwrap();
        let TableContent::Other { problem, columns } = &table.content else { panic!("{table:?}") };
        (table.rows, columns.join(","), problem.clone().unwrap_or_default())
    };
    assert_eq!(problem("a"), (Some(1), "x,y z".to_owned(), String::new()));
    for (table, wanted) in [
        ("predictions", "`ts` of `predictions` is VARCHAR"),
        ("targets", "`targets` lacks target_key"),
        ("ohlcv_x_1h", "lacks high, low, volume"),
    ] {
        let (rows, _, found) = problem(table);
        assert_eq!(rows, Some(0));
        assert!(found.contains(wanted), "{found}");
    }
    // A view whose table is gone cannot be counted; whether DuckDB lists it at all is its business.
    if found.tables.iter().any(|table| table.name == "z") {
        let (rows, _, found) = problem("z");
        assert_eq!(rows, None);
        assert!(found.contains("gone"), "{found}");
    }
}

#[test]
fn a_file_that_is_none_is_an_error() {
    let error = file_status("no/such.duckdb", Duration::ZERO).unwrap_err();
    assert!(matches!(error, MarketDataError::File(FileError::NoSuchFile { .. })), "{error:?}");
}
