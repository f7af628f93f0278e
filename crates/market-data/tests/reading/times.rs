//! Times that are no time: of another type, NULL, infinite.

use std::fmt::Debug;

use market_data::{
    MarketDataError, PredictionQuery, RowSource, TableError, TimeRange, candle_range, candle_table,
    prediction_range, read_candles, read_funding, read_predictions, read_prices, read_targets,
};

use crate::rows::{candles, inputs, instrument, predictions};
use crate::{Fixture, assert_says, instant, micros};

/// Every type that a column of times may have.
const TYPES: [&str; 7] = [
    "TIMESTAMP",
    "TIMESTAMP_S",
    "TIMESTAMP_MS",
    "TIMESTAMP_NS",
    "TIMESTAMPTZ",
    "TIMESTAMPTZ_NS",
    "DATE",
];

/// `infinity` or `-infinity` of a type as SQL; text cannot be cast to every type.
fn infinite(text: &str, data_type: &str) -> String {
    match data_type {
        "TIMESTAMPTZ_NS" => format!("CAST(CAST('{text}' AS TIMESTAMPTZ) AS TIMESTAMPTZ_NS)"),
        _ => format!("CAST('{text}' AS {data_type})"),
    }
}

/// A day of January 2025 as SQL; casts between zones would need an extension.
fn day(day: u32, data_type: &str) -> String {
    match data_type {
        "TIMESTAMPTZ" | "TIMESTAMPTZ_NS" => {
            let seconds = micros(&format!("2025-01-{day:02} 00:00")) / 1_000_000;
            format!("CAST(to_timestamp({seconds}) AS {data_type})")
        }
        _ => format!("CAST(TIMESTAMP '2025-01-{day:02}' AS {data_type})"),
    }
}

/// A range that a row without a finite time is never in.
fn january() -> TimeRange {
    (instant("2025-01-01 00:00")..instant("2025-02-01 00:00")).into()
}

#[track_caller]
fn assert_infinite<T: Debug>(found: Result<T, MarketDataError>, table: &str, text: &str) {
    let error = found.unwrap_err();
    assert!(
        matches!(error, MarketDataError::Table(TableError::InfiniteTimestamp { .. })),
        "{error:?}"
    );
    let in_table = format!(" in table `{table}`");
    let says = [&format!("timestamp {text}"), in_table.as_str(), "delete the row"];
    assert_says(&error, "market.duckdb", &says);
}

#[test]
fn infinite_times_of_predictions_are_refused_in_every_type() {
    let query = PredictionQuery::of_model("a/m");
    for text in ["infinity", "-infinity"] {
        for data_type in TYPES {
            let time = infinite(text, data_type);
            for times in [time.clone(), format!("{}), ({time}", day(2, data_type))] {
                let db = Fixture::new(&format!(
                    "CREATE TABLE predictions AS SELECT ts, 0.5 AS y_pred, 'a/m' AS model_path
                     FROM (VALUES ({times})) r(ts)"
                ))
                .open();
                assert_infinite(prediction_range(&db, &query), "predictions", text);
                let january = PredictionQuery { range: january(), ..query };
                for query in [query, january] {
                    assert_infinite(read_predictions(&db, &query), "predictions", text);
                }
            }
        }
    }
}

#[test]
fn infinite_times_of_other_tables_are_refused() {
    for text in ["infinity", "-infinity"] {
        let db = Fixture::new(&format!(
            "{} INSERT INTO ohlcv_btc_1h VALUES ('{text}', 1, 1, 1, 1, 1);
             CREATE TABLE targets AS SELECT TIMESTAMP '{text}' AS timestamp, 'btc' AS dataset,
                 'up' AS target_key, 1 AS target_value;
             CREATE TABLE funding_rates AS SELECT TIMESTAMP '{text}' AS timestamp,
                 'btc' AS dataset, 0.1 AS funding_rate;",
            candles("ohlcv_btc_1h", "2025-01-01 00:00", 5)
        ))
        .open();
        let table = candle_table(&db, None).unwrap();
        assert_infinite(candle_range(&db, &table), "ohlcv_btc_1h", text);
        for range in [TimeRange::ALL, january()] {
            assert_infinite(read_candles(&db, &table, range), "ohlcv_btc_1h", text);
            assert_infinite(read_prices(&db, &table, range), "ohlcv_btc_1h", text);
            assert_infinite(read_targets(&db, "btc", "up", range), "targets", text);
            assert_infinite(read_funding(&db, "btc", range), "funding_rates", text);
        }
        // Labels of another rule do not suffer.
        assert_eq!(read_targets(&db, "btc", "down", TimeRange::ALL).unwrap(), None);
    }
}

#[test]
fn a_finite_time_that_no_calendar_has_is_no_empty_table() {
    let db = Fixture::new(
        "CREATE TABLE predictions AS SELECT TIMESTAMP '290000-01-01' AS ts, 0.5 AS y_pred,
             'a/m' AS model_path",
    )
    .open();
    let found = prediction_range(&db, &PredictionQuery::of_model("a/m"));
    assert_infinite(found, "predictions", "beyond the calendar");
}

#[test]
fn predictions_without_a_time_are_counted() {
    let db = Fixture::new(
        "CREATE TABLE predictions (ts TIMESTAMP, y_pred DOUBLE, model_path VARCHAR);
         INSERT INTO predictions VALUES (NULL, 0.1, 'a/m'), ('2025-01-01 05:00:00', 0.2, 'a/m'),
             (NULL, 0.3, 'a/m'), ('2025-01-01 05:00:00', 0.4, 'b/m');",
    )
    .open();
    let query = PredictionQuery { range: january(), ..PredictionQuery::of_model("a/m") };
    for error in
        [prediction_range(&db, &query).unwrap_err(), read_predictions(&db, &query).unwrap_err()]
    {
        assert!(
            matches!(error, MarketDataError::Table(TableError::NullTimestamp { rows: 2, .. })),
            "{error:?}"
        );
        assert_says(&error, "market.duckdb", &["2 row(s) of `predictions` have NULL as `ts`"]);
    }
    // Those of another model do not matter.
    let other = PredictionQuery { model_path: "b/m", ..query };
    assert_eq!(read_predictions(&db, &other).unwrap().y_pred, [0.4]);
}

#[test]
fn rows_for_strategies_have_the_same_rule() {
    let sql = candles("ohlcv_btc_1h", "2025-01-01 00:00", 5)
        + &predictions("btc_1h", "2025-01-01 00:00", 5);
    for (statement, input, variant) in [
        ("INSERT INTO ohlcv_btc_1h VALUES ('infinity', 1, 1, 1, 1, 1)", "close", "infinity"),
        ("UPDATE predictions SET ts = '-infinity' WHERE y_pred = 0", "y_pred", "-infinity"),
        ("UPDATE predictions SET ts = NULL WHERE y_pred = 0", "y_pred", "1 row(s)"),
    ] {
        let fixture = Fixture::new(&format!("{sql} {statement}"));
        let error = RowSource::open(&[instrument(&fixture.path)], &inputs(&[input])).unwrap_err();
        assert_says(&error, "market.duckdb", &[variant]);
    }
}

#[test]
fn times_of_creation_are_never_compared_as_text() {
    let fixture = |table: &str, created: &str| {
        let [old, new] = [9, 10].map(|number| match created {
            "VARCHAR" | "INTEGER" => format!("CAST({number} AS {created})"),
            _ => day(number, created),
        });
        let columns = match table {
            "predictions" => "TIMESTAMP '2025-01-01' AS ts, v AS y_pred, 'a/m' AS model_path",
            _ => {
                "TIMESTAMP '2025-01-01' AS timestamp, v AS target_value, 'btc' AS dataset,
                  'up' AS target_key"
            }
        };
        Fixture::new(&format!(
            "CREATE TABLE {table} AS SELECT {columns}, created_at
             FROM (VALUES (0, {old}), (1, {new})) r(v, created_at)"
        ))
    };
    let query = PredictionQuery::of_model("a/m");
    for created in TYPES {
        let found = read_predictions(&fixture("predictions", created).open(), &query).unwrap();
        assert_eq!(found.y_pred, [1.0], "{created}");
        let db = fixture("targets", created).open();
        let found = read_targets(&db, "btc", "up", TimeRange::ALL).unwrap().unwrap();
        assert_eq!(found.labels, [true], "{created}");
    }
    for created in ["VARCHAR", "INTEGER"] {
        let db = fixture("predictions", created).open();
        let of_predictions = read_predictions(&db, &query).unwrap_err();
        let db = fixture("targets", created).open();
        let of_targets = read_targets(&db, "btc", "up", TimeRange::ALL).unwrap_err();
        for (error, table) in [(of_predictions, "predictions"), (of_targets, "targets")] {
            assert!(
                matches!(error, MarketDataError::Table(TableError::ColumnType { .. })),
                "{error:?}"
            );
            let says = format!("column `created_at` of `{table}` is {created}, but must be");
            assert_says(&error, "market.duckdb", &[&says, "TIMESTAMP in UTC"]);
        }
    }
}
