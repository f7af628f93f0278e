//! What a stream takes of a file, and files that are written anew hour by hour.

use chrono::TimeDelta;
use duckdb::Connection;
use market_data::{Arrival, Feed, Replay, arrivals, candle_table};

use crate::{Fixture, micros};

const HOUR: TimeDelta = TimeDelta::hours(1);

fn predictions() -> Feed {
    Feed::Predictions {
        model_path: "m/a/x".to_owned(),
        dataset: "btc_1h".to_owned(),
        feature_key: None,
    }
}

#[test]
fn a_refused_value_refuses_its_own_row() {
    let db = Fixture::new(
        "CREATE TABLE predictions AS SELECT TIMESTAMP '2025-11-01' + INTERVAL (i) HOUR AS ts, y_pred,
             'm/a/x' AS model_path, 'btc_1h' AS dataset, TIMESTAMP '2025-11-02' AS created_at
         FROM (VALUES (0, 0.5), (1, 'nan'::DOUBLE), (2, NULL), (3, 1.5), (4, 0.25), (4, 0.75), (5, 1.0))
             t(i, y_pred)",
    )
    .open();
    let found = arrivals(&db, &predictions(), i64::MIN, HOUR, 100).unwrap();
    let told: Vec<_> = found.rows.into_iter().map(|row| row.values).collect();
    let refused = |what: &str| Err(format!("wanted a score in [0, 1], found {what}"));
    let twice = Err("stored twice, with different values".to_owned());
    let wanted =
        [Ok(vec![0.5]), refused("NaN"), refused("NULL"), refused("1.5"), twice, Ok(vec![1.0])];
    assert_eq!(told, wanted);
}

#[test]
fn what_is_long_comes_in_stretches_and_gaps_are_passed_over() {
    let db = Fixture::new(
        "CREATE TABLE ohlcv_btc_1h AS SELECT TIMESTAMP '2025-11-01' + INTERVAL (i) HOUR AS timestamp,
             1.0 AS open, 2.0 AS high, 0.5 AS low, 1.0 AS close, 0.0 AS volume
         FROM range(500) t(i) WHERE i NOT BETWEEN 100 AND 299",
    )
    .open();
    let feed = Feed::Candles(candle_table(&db, None).unwrap());
    let (mut from, mut times, mut reads) = (i64::MIN, Vec::new(), 0);
    loop {
        let found = arrivals(&db, &feed, from, HOUR, 90).unwrap();
        times.extend(found.rows.iter().map(|row: &Arrival| row.time));
        reads += 1;
        match found.read_to {
            Some(read_to) => from = read_to + 1,
            None => break,
        }
    }
    let hours = (0..500).filter(|hour| !(100..300).contains(hour));
    let start = micros("2025-11-01 00:00");
    assert!(times.iter().copied().eq(hours.map(|hour| start + hour * 3_600_000_000)));
    assert_eq!(reads, 5);
    let last = arrivals(&db, &feed, start + 499 * 3_600_000_000, HOUR, 90).unwrap();
    assert_eq!((last.rows.len(), last.read_to), (1, None));
    assert_eq!(arrivals(&db, &feed, start + 500 * 3_600_000_000, HOUR, 90).unwrap().rows, []);
}

#[test]
fn a_replay_writes_the_same_rows_as_they_become_known() {
    let source = Fixture::new(
        "CREATE TABLE ohlcv_btc_1h (timestamp TIMESTAMP PRIMARY KEY, close DOUBLE, note VARCHAR);
         INSERT INTO ohlcv_btc_1h SELECT TIMESTAMP '2025-11-01' + INTERVAL (i) HOUR, i + 0.1, 'n' || i
         FROM range(20) t(i);
         CREATE TABLE funding_rates AS SELECT TIMESTAMP '2025-11-01' + INTERVAL (8 * i) HOUR AS timestamp,
             'btc_1h' AS dataset, 0.0001 * i AS funding_rate FROM range(3) t(i)",
    );
    let target = source.folder.path().join("target.duckdb");
    let mut replay = Replay::new(&source.path, &target, HOUR).unwrap();
    let count = |table: &str| -> i64 {
        let connection = Connection::open(&target).unwrap();
        connection
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
            .unwrap()
    };
    // The candle of 07:00 is known at 08:00, as is the rate of 08:00.
    assert_eq!(replay.write_until(micros("2025-11-01 07:59")).unwrap().rows, 7 + 1);
    assert_eq!((count("ohlcv_btc_1h"), count("funding_rates")), (7, 1));
    assert_eq!(replay.write_until(micros("2025-11-01 08:00")).unwrap().rows, 2);
    // Another process goes on.
    let mut replay = Replay::new(&source.path, &target, HOUR).unwrap();
    replay.go_on().unwrap();
    assert_eq!(replay.write_until(i64::MAX).unwrap().rows, 12 + 1);
    let connection = Connection::open(&target).unwrap();
    let attach = format!("ATTACH '{}' AS source (READ_ONLY)", source.path.display());
    connection.execute_batch(&attach).unwrap();
    for table in ["ohlcv_btc_1h", "funding_rates"] {
        let sql =
            format!("SELECT count(*) FROM (FROM source.{table} EXCEPT ALL FROM target.{table})");
        let missing: i64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(missing, 0, "{table}");
    }
}
