//! Inputs that the files do not give.

use std::path::Path;

use market_data::{
    CandleError, CandleFile, FileError, InputError, Instrument, MarketDataError, PredictionFile,
    RowSource, TableError, TimeRange,
};

use crate::rows::{between, candles, collect, in_minutes, inputs, instrument, predictions};
use crate::{Fixture, assert_says};

#[track_caller]
fn refused(instruments: &[Instrument], names: &[&str], wanted: &[&str]) -> InputError {
    let error = RowSource::open(instruments, &inputs(names)).unwrap_err();
    assert_says(&error, "", wanted);
    let MarketDataError::Inputs(error) = error else { panic!("{error:?}") };
    error
}

#[test]
fn a_file_that_is_not_configured_is_asked_for() {
    let fixture = Fixture::new(&candles("ohlcv_btc_1h", "2025-01-01 00:00", 5));
    let only = |path: &Path| Instrument { predictions: None, ..instrument(path) };
    let error =
        refused(&[only(&fixture.path)], &["close", "y_pred"], &["`y_pred`", "--pred-duckdb"]);
    assert!(matches!(error, InputError::NotConfigured { .. }), "{error:?}");
    let file = Some(PredictionFile::new(&fixture.path));
    let bare = [Instrument { predictions: file, ..Instrument::default() }];
    refused(&bare, &["close"], &["`close` needs a file of candles", "--ohlcv-duckdb"]);
    refused(&[Instrument::default()], &["funding_rate"], &["--ohlcv-duckdb"]);
    let error = refused(&[], &[], &["--ohlcv-duckdb or --pred-duckdb"]);
    assert!(matches!(error, InputError::NoTimes), "{error:?}");

    let own = Instrument { dataset: Some("btc_1h".into()), ..only(&fixture.path) };
    let error = refused(
        std::slice::from_ref(&own),
        &["close@eth_1h"],
        &["close@eth_1h", "files for btc_1h"],
    );
    assert!(matches!(error, InputError::UnknownInstrument { .. }), "{error:?}");
    let eth = Instrument { dataset: Some("eth_1h".into()), ..Instrument::default() };
    refused(&[own, eth], &["close@eth_1h"], &["`close@eth_1h`", "for eth_1h", "--ohlcv-duckdb"]);
}

#[test]
fn only_files_that_are_needed_are_opened() {
    let fixture = Fixture::new(&candles("ohlcv_btc_1h", "2025-01-01 00:00", 5));
    let missing = Some(PredictionFile::new("no/such/file.duckdb"));
    let instrument = Instrument { predictions: missing, ..instrument(&fixture.path) };
    let open = |names| RowSource::open(std::slice::from_ref(&instrument), &inputs(names));
    let source = open(&["close"]).unwrap();
    assert_eq!(collect(&source, TimeRange::ALL).unwrap().1.rows, 5);
    let error = open(&["close", "y_pred"]).unwrap_err();
    assert!(matches!(error, MarketDataError::File(FileError::NoSuchFile { .. })), "{error:?}");
}

#[test]
fn rows_of_other_length_would_look_ahead() {
    let sql = candles("ohlcv_btc_1h", "2025-01-01 00:00", 5)
        + &candles("ohlcv_eth_4h", "2025-01-01 00:00", 5)
            .replace("INTERVAL (i) HOUR", "INTERVAL (4 * i) HOUR")
        + &predictions("btc_15m", "2025-01-01 00:00", 5);
    let fixture = Fixture::new(&sql);
    let of = |table: &str, dataset: Option<&str>| Instrument {
        dataset: dataset.map(str::to_owned),
        candles: Some(CandleFile {
            table: Some(table.to_owned()),
            ..CandleFile::new(&fixture.path)
        }),
        ..instrument(&fixture.path)
    };
    let pair = [of("ohlcv_btc_1h", None), of("ohlcv_eth_4h", Some("eth_4h"))];
    let wanted = ["ohlcv_btc_1h", "every 3600 s", "ohlcv_eth_4h", "every 14400 s", "--ohlcv-table"];
    let error = refused(&pair, &["close", "close@eth_4h"], &wanted);
    assert!(matches!(error, InputError::IntervalsDiffer { .. }), "{error:?}");
    refused(&pair[..1], &["close", "y_pred"], &["the dataset btc_15m every 900 s"]);
}

#[test]
fn tables_without_rows_of_the_input_are_named() {
    let fixture = Fixture::new(&candles("ohlcv_btc_1h", "2025-01-01 00:00", 0));
    let error =
        refused(&[instrument(&fixture.path)], &["close"], &["market.duckdb", "ohlcv_btc_1h"]);
    assert!(matches!(error, InputError::NoRows { .. }), "{error:?}");
}

#[test]
fn funding_rates_must_be_of_one_dataset() {
    let open = |rows: &str, dataset: Option<&str>| {
        let fixture = Fixture::new(&format!(
            "{} CREATE TABLE funding_rates (timestamp TIMESTAMP, dataset VARCHAR, funding_rate DOUBLE);
             INSERT INTO funding_rates SELECT TIMESTAMP '2025-01-01', d, 0.1 FROM (VALUES {rows}) v(d)",
            candles("ohlcv_btc_1h", "2025-01-01 00:00", 5)
        ));
        let dataset = dataset.map(str::to_owned);
        let instrument = Instrument { dataset, ..instrument(&fixture.path) };
        let source = RowSource::open(&[instrument], &inputs(&["funding_rate"]))?;
        collect(&source, TimeRange::ALL).map(|(_, report)| report.rows)
    };
    assert_eq!(open("('btc_x_1h')", None).unwrap(), 5);
    assert_eq!(open("('btc_x_1h'), ('btc_y_1h')", Some("btc_y_1h")).unwrap(), 5);
    let error = open("('btc_x_1h'), ('btc_y_1h')", None).unwrap_err();
    assert!(matches!(error, MarketDataError::Inputs(InputError::FundingNotUnique { .. })));
    assert_says(&error, "market.duckdb", &["btc_x_1h, btc_y_1h", "--dataset"]);
    let error = open("('btc_x_1h')", Some("btc_z_1h")).unwrap_err();
    assert!(matches!(error, MarketDataError::Inputs(InputError::NoFunding { .. })));
    assert_says(&error, "market.duckdb", &["btc_z_1h", "btc_x_1h", "--dataset"]);
    let error = open("(NULL)", None).unwrap_err();
    assert!(matches!(error, MarketDataError::Inputs(InputError::NoRows { .. })), "{error:?}");
}

#[test]
fn an_empty_range_says_what_there_is() {
    let sql = candles("ohlcv_btc_1h", "2025-01-01 00:00", 5)
        + &predictions("btc_1h", "2025-01-01 03:00", 5);
    let fixture = Fixture::new(&sql);
    let names = inputs(&["close", "y_pred"]);
    let source = RowSource::open(&[instrument(&fixture.path)], &names).unwrap();
    for (start, end) in [
        ("2025-01-01 00:00", "2025-01-01 03:00"),
        ("2025-01-01 05:00", "2025-01-01 08:00"),
        ("2026-01-01 00:00", "2027-01-01 00:00"),
        ("2025-01-01 04:00", "2025-01-01 04:00"),
        ("2025-01-01 04:00", "2025-01-01 03:00"),
    ] {
        let error = source.rows(between(start, end)).unwrap_err();
        assert!(matches!(error, MarketDataError::Inputs(InputError::EmptyRange { .. })));
        let wanted = [
            format!("from {start}:00 up to {end}:00 UTC"),
            "`close` from 2025-01-01 00:00:00 to 2025-01-01 04:00:00".to_owned(),
            "`y_pred` from 2025-01-01 03:00:00 to 2025-01-01 07:00:00".to_owned(),
        ];
        assert_says(&error, "market.duckdb", &wanted.each_ref().map(String::as_str));
    }
    let late = TimeRange { start: Some(crate::instant("2030-01-01 00:00")), end: None };
    assert_says(&source.rows(late).unwrap_err(), "", &["from 2030-01-01 00:00:00 UTC on"]);
}

#[test]
fn inputs_that_never_meet_have_no_rows() {
    let sql = candles("ohlcv_btc_1h", "2025-01-01 00:00", 5)
        + &predictions("btc_1h", "2025-02-01 00:00", 5);
    let fixture = Fixture::new(&sql);
    let names = inputs(&["close", "y_pred"]);
    let source = RowSource::open(&[instrument(&fixture.path)], &names).unwrap();
    let error = source.rows(TimeRange::ALL).unwrap_err();
    assert_says(&error, "", &["at which all inputs have a value", "`close`", "`y_pred`"]);
    // Where the user names the range, every row of it is accounted for.
    let (batches, report) =
        collect(&source, between("2025-01-01 00:00", "2025-03-01 00:00")).unwrap();
    assert!(batches.is_empty());
    assert_eq!(report.to_string(), "0 rows; 5 left out: 5 without y_pred");
    assert_eq!((report.inputs[1].seen, report.inputs[1].dropped), (5, 5));
}

#[test]
fn a_bad_row_ends_the_stream_after_the_months_before() {
    let sql = candles("ohlcv_btc_1h", "2025-01-31 23:56", 5000)
        + "UPDATE ohlcv_btc_1h SET close = NULL WHERE timestamp = '2025-02-03';";
    let fixture = Fixture::new(&in_minutes(&sql));
    let source = RowSource::open(&[instrument(&fixture.path)], &inputs(&["close"])).unwrap();
    let mut stream = source.rows(TimeRange::ALL).unwrap();
    assert_eq!(stream.next().unwrap().unwrap().num_rows(), 4);
    let error = stream.next().unwrap().unwrap_err();
    assert!(matches!(error, MarketDataError::Table(TableError::BadValue { .. })), "{error:?}");
    assert!(stream.next().is_none());
}

#[test]
fn a_bad_volume_matters_only_to_those_who_read_it() {
    let sql = candles("ohlcv_btc_1h", "2025-01-01 00:00", 5)
        + "UPDATE ohlcv_btc_1h SET volume = NULL WHERE timestamp = '2025-01-01 03:00:00';";
    let fixture = Fixture::new(&sql);
    let rows = |names: &[&str]| {
        let source = RowSource::open(&[instrument(&fixture.path)], &inputs(names))?;
        collect(&source, TimeRange::ALL).map(|(_, report)| report.rows)
    };
    assert_eq!(rows(&["close", "open"]).unwrap(), 5);
    let error = rows(&["close", "volume"]).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Table(TableError::BadValue { column: "volume", .. })),
        "{error:?}"
    );
    let dropped = Fixture::new(&format!("{sql} ALTER TABLE ohlcv_btc_1h DROP volume"));
    let source = RowSource::open(&[instrument(&dropped.path)], &inputs(&["high"])).unwrap();
    assert_eq!(collect(&source, TimeRange::ALL).unwrap().1.rows, 5);
}

#[test]
fn months_must_fit_each_other() {
    let sql = candles("ohlcv_btc_1h", "2025-01-31 23:56", 10)
        + "UPDATE ohlcv_btc_1h SET timestamp = timestamp + INTERVAL 30 SECOND
           WHERE timestamp >= '2025-02-01';";
    let fixture = Fixture::new(&in_minutes(&sql));
    let source = RowSource::open(&[instrument(&fixture.path)], &inputs(&["close"])).unwrap();
    let error = collect(&source, TimeRange::ALL).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Candles(CandleError::CandleSpacing { .. })),
        "{error:?}"
    );
}
