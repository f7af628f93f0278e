//! Rows of several inputs: which there are, what is in them, and what is left out.

use std::path::Path;

use arrow::array::RecordBatch;
use chrono::{DateTime, Utc};
use market_data::{
    CandleFile, Instrument, MarketDataError, PredictionFile, RowReport, RowSource, TimeRange,
};
use strategy_core::{Input, Rows};

use crate::{Fixture, instant, micros};

/// `count` hourly candles from `start` on, all prices 100 and up by one an hour.
pub(crate) fn candles(table: &str, start: &str, count: u32) -> String {
    format!(
        "CREATE TABLE {table} AS SELECT TIMESTAMP '{start}:00' + INTERVAL (i) HOUR AS timestamp,
             100.0 + i AS open, 101.0 + i AS high, 99.0 + i AS low, 100.5 + i AS close,
             CAST(i AS DOUBLE) AS volume FROM range({count}) r(i);"
    )
}

/// `count` hourly predictions of one model from `start` on.
pub(crate) fn predictions(dataset: &str, start: &str, count: u32) -> String {
    format!(
        "CREATE TABLE predictions AS SELECT TIMESTAMP '{start}:00' + INTERVAL (i) HOUR AS ts,
             i / 10000.0 AS y_pred, 'm/run/model.txt' AS model_path, 'k' AS feature_key,
             '{dataset}' AS dataset, TIMESTAMP '2030-01-01' AS created_at FROM range({count}) r(i);"
    )
}

/// Funding rates at these times, 0.001 the first, 0.002 the second.
fn funding(times: &[&str]) -> String {
    let rows = times.iter().enumerate().map(|(index, time)| {
        format!(
            "INSERT INTO funding_rates VALUES ('{time}', 'btc_1h', {});",
            0.001 * (index as f64 + 1.0)
        )
    });
    "CREATE TABLE funding_rates (timestamp TIMESTAMP, dataset VARCHAR, funding_rate DOUBLE);"
        .to_owned()
        + &rows.collect::<String>()
}

/// The same rows minute by minute: those are read a calendar month at a time.
pub(crate) fn in_minutes(hourly: &str) -> String {
    hourly.replace("HOUR", "MINUTE").replace("_1h", "_1m")
}

pub(crate) fn inputs(names: &[&str]) -> Vec<Input> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// An instrument with everything in one file.
pub(crate) fn instrument(path: &Path) -> Instrument {
    Instrument {
        candles: Some(CandleFile::new(path)),
        predictions: Some(PredictionFile::new(path)),
        ..Instrument::default()
    }
}

pub(crate) fn between(start: &str, end: &str) -> TimeRange {
    (instant(start)..instant(end)).into()
}

/// All batches of a range, and what was left out.
pub(crate) fn collect(
    source: &RowSource,
    range: TimeRange,
) -> Result<(Vec<RecordBatch>, RowReport), MarketDataError> {
    let mut stream = source.rows(range)?;
    let batches = stream.by_ref().collect::<Result<_, _>>()?;
    Ok((batches, stream.report().clone()))
}

/// The timestamps and the values of one column over all batches, checked as a strategy checks them.
pub(crate) fn column(batches: &[RecordBatch], name: &str) -> Vec<(i64, f64)> {
    let input: Input = name.parse().unwrap();
    let values: Vec<(i64, f64)> = batches
        .iter()
        .flat_map(|batch| {
            let rows = Rows::new(batch).unwrap();
            assert!(!rows.is_empty(), "an empty batch");
            let values = rows.column(&input).unwrap();
            rows.timestamps().iter().copied().zip(values.iter().copied()).collect::<Vec<_>>()
        })
        .collect();
    assert!(values.is_sorted_by(|a, b| a.0 < b.0), "batches overlap");
    values
}

fn read(fixture: &Fixture, names: &[&str], range: TimeRange) -> (Vec<RecordBatch>, RowReport) {
    let source = RowSource::open(&[instrument(&fixture.path)], &inputs(names)).unwrap();
    collect(&source, range).unwrap()
}

#[test]
fn columns_are_named_by_input_and_rows_complete() {
    let sql = candles("ohlcv_btc_1h", "2025-01-31 23:56", 10)
        + &predictions("btc_1h", "2025-01-31 23:58", 12)
        + &funding(&["2025-01-31 16:00:00", "2025-02-01 00:00:00"]);
    let fixture = Fixture::new(&in_minutes(&sql));
    let names = ["volume", "y_pred", "close", "funding_rate", "close"];
    let (batches, report) = read(&fixture, &names, TimeRange::ALL);

    let schema = batches[0].schema();
    let found: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(found, ["timestamp", "volume", "y_pred", "close", "funding_rate"]);
    assert!(schema.fields().iter().all(|field| !field.is_nullable()));
    // One batch a month.
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [2, 6]);
    let start = micros("2025-01-31 23:58");
    let close = column(&batches, "close");
    assert_eq!(close.len(), 8);
    assert_eq!(close[0], (start, 102.5));
    assert_eq!(close[7], (start + 7 * 60_000_000, 109.5));
    assert_eq!(column(&batches, "volume")[1].1, 3.0);
    assert_eq!(column(&batches, "y_pred")[2].1, 0.0002);
    let rates: Vec<f64> = column(&batches, "funding_rate").into_iter().map(|(_, v)| v).collect();
    // The candle of 23:59 closes at midnight.
    assert_eq!(rates, [0.001, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002]);
    assert_eq!(report.to_string(), "8 rows");
    assert_eq!(report.inputs.len(), 4);
}

#[test]
fn what_is_left_out_is_counted_by_input() {
    let sql = candles("ohlcv_btc_1h", "2025-01-31 20:00", 10)
        + &predictions("btc_1h", "2025-01-31 22:00", 12)
        + &funding(&["2025-02-01 01:00:00"]);
    let range = between("2025-01-31 00:00", "2025-02-02 00:00");
    let (batches, report) = read(&Fixture::new(&sql), &["close", "y_pred", "funding_rate"], range);
    assert_eq!(column(&batches, "close")[0].0, micros("2025-02-01 00:00"));
    assert_eq!(report.to_string(), "6 rows; 4 left out: 2 without y_pred, 4 without funding_rate");
    let counts = |index: usize| {
        let input = &report.inputs[index];
        (input.input.to_string(), input.seen, input.dropped, input.missing)
    };
    assert_eq!(counts(0), ("close".to_owned(), 10, 4, 0));
    assert_eq!(counts(1), ("y_pred".to_owned(), 12, 6, 2));
    assert_eq!(counts(2), ("funding_rate".to_owned(), 6, 0, 4));
}

/// The rate at the candle of 10:00, which closes at 11:00.
fn rate_at_ten(times: &[&str]) -> Option<f64> {
    let fixture = Fixture::new(&(candles("ohlcv_btc_1h", "2025-03-01 10:00", 1) + &funding(times)));
    let (batches, _) = read(&fixture, &["close", "funding_rate"], TimeRange::ALL);
    column(&batches, "funding_rate").first().map(|(_, rate)| *rate)
}

#[test]
fn a_rate_is_known_from_the_close_of_the_candle_on() {
    assert_eq!(rate_at_ten(&["2025-03-01 10:59:59.999999"]), Some(0.001));
    assert_eq!(rate_at_ten(&["2025-03-01 11:00:00"]), Some(0.001));
    assert_eq!(rate_at_ten(&["2025-03-01 11:00:00.000001"]), None);
    let around = ["2025-03-01 10:00:00", "2025-03-01 11:00:00", "2025-03-01 11:00:00.000001"];
    assert_eq!(rate_at_ten(&around), Some(0.002));
    // The last rate before the range counts, however old it is.
    for old in ["2025-02-28 16:00:00", "2025-02-26 00:00:00", "2019-09-10 08:00:00"] {
        assert_eq!(rate_at_ten(&[old]), Some(0.001), "{old}");
    }
}

#[test]
fn a_rate_is_carried_over_the_border_of_months() {
    let sql = candles("ohlcv_btc_1h", "2025-01-01 00:00", 60 * 24 * 100)
        + &funding(&["2025-01-05 00:00:00", "2025-03-01 00:00:00"]);
    let sql = in_minutes(&sql);
    let (batches, report) = read(&Fixture::new(&sql), &["funding_rate"], TimeRange::ALL);
    let rates = column(&batches, "funding_rate");
    assert_eq!(rates[0], (micros("2025-01-04 23:59"), 0.001));
    let change = rates.iter().find(|(_, rate)| *rate == 0.002).unwrap();
    assert_eq!(change.0, micros("2025-02-28 23:59"));
    assert_eq!((report.rows, report.left_out), (144_000 - 5_759, 5_759));
    assert_eq!(batches.len(), 4);
}

/// A stretch has about as many rows as a month of minutes, so batches are no larger for being fewer.
#[test]
fn hours_are_read_five_years_at_a_time() {
    let sql = candles("ohlcv_btc_1h", "2019-12-31 20:00", 24 * 366 * 6);
    let (batches, report) = read(&Fixture::new(&sql), &["close"], TimeRange::ALL);
    let close = column(&batches, "close");
    assert_eq!((close.len(), report.to_string()), (52_704, "52704 rows".to_owned()));
    assert!(close.windows(2).all(|pair| pair[1] == (pair[0].0 + 3_600_000_000, pair[0].1 + 1.0)));
    let first: Vec<i64> =
        batches.iter().map(|batch| Rows::new(batch).unwrap().timestamps()[0]).collect();
    assert_eq!(first, [micros("2019-12-31 20:00"), micros("2024-12-01 00:00")]);
}

#[test]
fn predictions_alone_set_the_times() {
    let sql = candles("ohlcv_btc_1h", "2025-01-01 00:00", 2)
        + &predictions("btc_1h", "2025-01-01 00:00", 5)
        + &funding(&["2025-01-01 02:00:00"]);
    let fixture = Fixture::new(&sql);
    let (batches, report) = read(&fixture, &["y_pred"], TimeRange::ALL);
    assert_eq!((column(&batches, "y_pred").len(), report.left_out), (5, 0));
    let (_, report) = read(&fixture, &["y_pred", "funding_rate"], TimeRange::ALL);
    assert_eq!((report.rows, report.left_out), (4, 1));
    // Without any input, the candles do.
    let (batches, _) = read(&fixture, &[], TimeRange::ALL);
    assert_eq!((batches[0].num_columns(), batches[0].num_rows()), (1, 2));
}

#[test]
fn ranges_are_half_open_and_open_bounds_are_the_datas() {
    let sql = candles("ohlcv_btc_1h", "2025-01-01 00:00", 10)
        + &predictions("btc_1h", "2025-01-01 03:00", 12);
    let fixture = Fixture::new(&sql);
    let bound = |text: &str| Some(instant(text));
    let check = |start: Option<DateTime<Utc>>, end, rows, left_out| {
        let (_, report) = read(&fixture, &["close", "y_pred"], TimeRange { start, end });
        assert_eq!((report.rows, report.left_out), (rows, left_out), "{start:?} {end:?}");
    };
    check(None, None, 7, 0);
    check(bound("2025-01-01 00:00"), None, 7, 3);
    check(bound("1900-01-01 00:00"), bound("2900-01-01 00:00"), 7, 3);
    check(bound("2025-01-01 04:00"), bound("2025-01-01 06:00"), 2, 0);
    check(None, bound("2025-01-01 04:00"), 1, 0);
}

#[test]
fn other_instruments_are_joined_by_dataset() {
    let btc = Fixture::new(&candles("ohlcv_btc_1h", "2025-01-01 00:00", 5));
    let eth = Fixture::new(
        &(candles("ohlcv_eth_1h", "2025-01-01 02:00", 5)
            + &predictions("eth_1h", "2025-01-01 03:00", 5)),
    );
    let of = |path: &Path, dataset: &str| Instrument {
        dataset: Some(dataset.to_owned()),
        ..instrument(path)
    };
    let names = ["close", "close@eth_1h", "y_pred@eth_1h", "open@btc_1h"];
    let instruments = [of(&btc.path, "btc_1h"), of(&eth.path, "eth_1h")];
    let source = RowSource::open(&instruments, &inputs(&names)).unwrap();
    let (batches, _) = collect(&source, TimeRange::ALL).unwrap();
    let at = micros("2025-01-01 03:00");
    let first = names.map(|name| column(&batches, name)[0]);
    assert_eq!(first, [(at, 103.5), (at, 101.5), (at, 0.0), (at, 103.0)]);
    assert_eq!(source.available().len(), 3);
}

#[test]
fn months_without_rows_are_skipped() {
    let candle = |time: &str| format!("('{time}', 1, 1, 1, 1, 1)");
    let times = [
        "1990-05-01 00:00:00",
        "1998-01-01 00:00:00",
        "2025-01-31 23:00:00",
        "2199-01-01 00:00:00",
    ];
    let fixture = Fixture::new(&format!(
        "CREATE TABLE ohlcv_btc_1h (timestamp TIMESTAMP, open DOUBLE, high DOUBLE, low DOUBLE,
             close DOUBLE, volume DOUBLE);
         INSERT INTO ohlcv_btc_1h VALUES {}",
        times.map(candle).join(", ")
    ));
    let (batches, report) = read(&fixture, &["close"], TimeRange::ALL);
    let found: Vec<i64> = column(&batches, "close").iter().map(|(time, _)| *time).collect();
    assert_eq!(found, times.map(|time| micros(&time[..16])));
    assert_eq!(report.rows, 4);
}

#[test]
fn long_months_come_in_slices() {
    let fixture = Fixture::new(
        "CREATE TABLE ohlcv_btc_1s AS SELECT TIMESTAMP '2025-01-31' + INTERVAL (i) SECOND AS timestamp,
             1.0 AS open, 1.0 AS high, 1.0 AS low, 1.0 + i AS close, 0 AS volume
         FROM range(180000) r(i)",
    );
    let (batches, _) = read(&fixture, &["close"], TimeRange::ALL);
    let sizes: Vec<usize> = batches.iter().map(RecordBatch::num_rows).collect();
    assert_eq!(sizes, [65_536, 86_400 - 65_536, 65_536, 93_600 - 65_536]);
    let close = column(&batches, "close");
    assert!(close.iter().zip(0_u32..).all(|((_, close), i)| *close == 1.0 + f64::from(i)));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_is_opened_once_under_whatever_name() {
    let sql = candles("ohlcv_btc_1h", "2025-01-01 00:00", 5)
        + &predictions("btc_1h", "2025-01-01 00:00", 5);
    let fixture = Fixture::new(&sql);
    let link = fixture.folder.path().join("link.duckdb");
    std::os::unix::fs::symlink(&fixture.path, &link).unwrap();
    let predictions = Some(PredictionFile::new(link));
    let instrument = Instrument { predictions, ..instrument(&fixture.path) };
    let source = RowSource::open(&[instrument], &inputs(&["close", "y_pred"])).unwrap();
    let real = fixture.path.canonicalize().unwrap();
    let handles = std::fs::read_dir("/proc/self/fd").unwrap().filter(|entry| {
        let target = entry.as_ref().ok().and_then(|entry| std::fs::read_link(entry.path()).ok());
        target.as_ref() == Some(&real)
    });
    assert_eq!(handles.count(), 1);
    assert_eq!(collect(&source, TimeRange::ALL).unwrap().1.rows, 5);
}

#[test]
fn an_interval_that_no_name_tells_comes_from_the_rows() {
    let sql = candles("mine", "2025-01-01 00:00", 5)
        .replace("INTERVAL (i) HOUR", "INTERVAL (2 * i) HOUR")
        + &funding(&["2025-01-01 04:00:00", "2025-01-01 06:00:00.000001"]);
    let fixture = Fixture::new(&sql);
    let table = Some("mine".to_owned());
    let candles = Some(CandleFile { table, ..CandleFile::new(&fixture.path) });
    let instrument = Instrument { candles, ..Instrument::default() };
    let names = inputs(&["close", "funding_rate"]);
    let instrument = Instrument { dataset: Some("btc_1h".to_owned()), ..instrument };
    let error = RowSource::open(std::slice::from_ref(&instrument), &names).unwrap_err();
    assert!(
        error.to_string().contains("every 7200 s, but the dataset btc_1h every 3600 s"),
        "{error}"
    );

    let source = RowSource::open(&[Instrument { dataset: None, ..instrument }], &names).unwrap();
    assert_eq!(source.interval(), Some(chrono::TimeDelta::hours(2)));
    let (batches, _) = collect(&source, TimeRange::ALL).unwrap();
    let rates = column(&batches, "funding_rate");
    assert_eq!(
        rates[..3],
        [
            (micros("2025-01-01 02:00"), 0.001),
            (micros("2025-01-01 04:00"), 0.001),
            (micros("2025-01-01 06:00"), 0.002)
        ]
    );
}

#[test]
fn what_was_paid_is_what_was_settled_in_the_candle() {
    let sql = candles("ohlcv_btc_1h", "2025-01-01 00:00", 12)
        + &funding(&["2025-01-01 01:00:00", "2025-01-01 02:30:00", "2025-01-01 03:00:00"]);
    let fixture = Fixture::new(&sql);
    let source =
        RowSource::open(&[instrument(&fixture.path)], &inputs(&["close", "funding_paid"])).unwrap();
    let (batches, report) = collect(&source, TimeRange::ALL).unwrap();
    let paid = column(&batches, "funding_paid");
    // (open, close]: the stamp at a candle's close is its own, two in one candle add up.
    assert_eq!(
        paid[..3],
        [
            (micros("2025-01-01 00:00"), 0.001),
            (micros("2025-01-01 01:00"), 0.0),
            (micros("2025-01-01 02:00"), 0.002 + 0.003),
        ]
    );
    // The last two events lie half an hour apart: after an hour, nobody knows.
    assert_eq!(paid.last().map(|row| row.0), Some(micros("2025-01-01 03:00")));
    assert_eq!(report.inputs[1].stale, 8);
    assert!(report.to_string().contains("8 with one older than two of its intervals"), "{report}");
}

#[test]
fn rows_without_an_input_that_may_be_missing_are_kept() {
    let sql = candles("ohlcv_btc_1h", "2025-01-01 00:00", 4)
        + "CREATE TABLE predictions AS SELECT TIMESTAMP '2025-01-01 01:00' AS ts, 0.25 AS y_pred,
               'm/run_a/model.txt' AS model_path, 'btc_1h' AS dataset;
           INSERT INTO predictions VALUES ('2025-01-01 02:00', 0.5, 'm/run_b/model.txt', 'btc_1h');";
    let fixture = Fixture::new(&sql);
    let names = inputs(&["close", "y_pred#run_a?", "y_pred#run_b?"]);
    let source = RowSource::open(&[instrument(&fixture.path)], &names).unwrap();
    let (batches, report) = collect(&source, TimeRange::ALL).unwrap();
    assert_eq!((report.rows, report.left_out), (4, 0));
    let values = |name: &str| column(&batches, name).iter().map(|row| row.1).collect::<Vec<_>>();
    let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    let nan = f64::NAN;
    assert_eq!(bits(values("y_pred#run_a?")), bits(vec![nan, 0.25, nan, nan]));
    assert_eq!(bits(values("y_pred#run_b?")), bits(vec![nan, nan, 0.5, nan]));
    let unknown =
        RowSource::open(&[instrument(&fixture.path)], &inputs(&["close", "y_pred#run_c"]));
    let error = unknown.unwrap_err().to_string();
    assert!(error.contains("no predictions of the run run_c; its runs: run_a, run_b"), "{error}");
}
