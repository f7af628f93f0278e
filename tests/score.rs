//! `ml-calibrated-bins score`: files of scores in, probability and bin out.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, TimestampMicrosecondArray,
};
use arrow::datatypes::{Float64Type, UInt16Type};
use market_data::TimeRange;
use ml_calibrated_bins::BinsConfig;
use scored_labels::Sources;
use tabular::{BatchWriter, Destination, Format};

use crate::market::Market;
use crate::oracles::{case, real_data, runs};
use crate::program::{fails, json, ok, run};

const DUCKDB: &str = "--pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --bins-root bins";

fn with_bins() -> Market {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet --bin-month all"));
    market
}

fn score(more: &str) -> String {
    format!("ml-calibrated-bins score --bins-root bins {more}")
}

fn read(path: &Path) -> RecordBatch {
    let reader = tabular::read(path, 1_000_000).unwrap();
    let schema = reader.schema();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    arrow::compute::concat_batches(&schema, &batches).unwrap()
}

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let rows = RecordBatch::try_from_iter(columns).unwrap();
    let file = Destination::File { path: path.to_owned(), overwrite: true, inputs: Vec::new() };
    let format = Format::of_path(path).unwrap();
    let mut writer = BatchWriter::new(file, format, rows.schema()).unwrap();
    writer.write(&rows).unwrap();
    writer.finish().unwrap();
}

/// Six rows around the end of October, with two columns that are nobody's business.
fn rows() -> Vec<(&'static str, ArrayRef)> {
    let first = "2025-10-31T21:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let hours = (0..6).map(|hour| first.timestamp_micros() + hour * 3_600_000_000);
    let hours = TimestampMicrosecondArray::from_iter_values(hours);
    let scores = Float64Array::from(vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
    vec![
        ("id", Arc::new(Int64Array::from_iter_values(1..=6)) as _),
        ("timestamp", Arc::new(hours) as _),
        ("y_pred", Arc::new(scores) as _),
        ("note", Arc::new(Float64Array::from(vec![Some(1.5), None, None, None, None, None])) as _),
    ]
}

/// `(p_cal, q_bin)` of each row.
fn scored(batch: &RecordBatch) -> Vec<Option<(f64, u64)>> {
    let cast = |name, to| arrow::compute::cast(batch.column_by_name(name).unwrap(), &to).unwrap();
    let p_cal = cast("p_cal", arrow::datatypes::DataType::Float64);
    let q_bin = cast("q_bin", arrow::datatypes::DataType::UInt64);
    let p_cal = p_cal.as_primitive::<Float64Type>();
    let q_bin = q_bin.as_primitive::<arrow::datatypes::UInt64Type>();
    p_cal.iter().zip(q_bin).map(|(p_cal, q_bin)| p_cal.zip(q_bin)).collect()
}

fn names(batch: &RecordBatch) -> Vec<String> {
    batch.schema().fields().iter().map(|field| field.name().clone()).collect()
}

#[test]
fn every_format_in_and_out() {
    let market = with_bins();
    let endings = ["csv", "parquet", "arrow", "json", "jsonl"];
    let inspect = |month: &str, score: f64| {
        let inspect = format!(
            "ml-calibrated-bins inspect {month} --bins-root bins --format json --test {score:?}"
        );
        let test = json(market.path(), &inspect)["tests"][0].clone();
        Some((test["p_cal"].as_f64().unwrap(), test["q_bin"].as_u64().unwrap()))
    };
    let october = [0.0, 0.2, 0.4].map(|score| inspect("2025-10", score));
    let november = [0.6, 0.8, 1.0].map(|score| inspect("2025-11", score));
    let wanted = [october, november].concat();
    for from in endings {
        let input = market.file(&format!("in.{from}"));
        write(&input, rows());
        for to in endings {
            let output = format!("out.{to}");
            let arguments = score(&format!("in.{from} --output {output} --overwrite"));
            assert_eq!(ok(market.path(), &arguments), "");
            let out = read(&market.file(&output));
            assert_eq!(names(&out), ["id", "timestamp", "y_pred", "note", "p_cal", "q_bin"]);
            assert_eq!(scored(&out), wanted, "{from} to {to}");
            if (from, to) == ("parquet", "arrow") {
                let before = read(&input);
                assert_eq!(before.columns(), &out.columns()[..4], "unchanged, to the bit");
                assert_eq!(before.schema().fields()[..], out.schema().fields()[..4]);
            }
        }
    }
    fails(market.path(), &score("in.csv --output out.csv"), 1, &["--overwrite"]);
    fails(market.path(), &score("in.csv --output out.xlsx"), 2, &["out.xlsx", ".parquet"]);
    let out = ok(market.path(), &score("in.csv"));
    assert!(
        out.starts_with("id,timestamp,y_pred,note,p_cal,q_bin\n1,2025-10-31 21:00:00,"),
        "{out}"
    );
    assert!(ok(market.path(), &score("in.csv --format table")).contains("q_bin"));
}

#[test]
fn one_months_bins_for_all_rows() {
    let market = with_bins();
    write(&market.file("in.parquet"), rows());
    let out = |flags: &str| {
        ok(market.path(), &score(&format!("in.parquet -o out.arrow --overwrite {flags}")));
        scored(&read(&market.file("out.arrow")))
    };
    let (own, october) = (out(""), out("--bin-month 2025-10"));
    assert_eq!(own[..3], october[..3]);
    assert_ne!(own[3..], october[3..]);
    assert_eq!(out("--bins-for 2025-11=2025-10"), october);
    let missing = score("in.parquet --bin-month 2025-12 --missing-month skip");
    fails(market.path(), &missing, 1, &["no bins for 2025-12", "2025-10", "2025-11"]);
}

#[test]
fn duckdb_and_the_library_give_what_signals_gives() {
    let market = with_bins();
    let flags = format!("{DUCKDB} --missing-month skip");
    let signals = ok(market.path(), &format!("ml-calibrated-bins signals {flags}"));
    let without_signal: String =
        signals.lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n").collect();
    let ran = run(market.path(), &format!("ml-calibrated-bins score {flags}"));
    assert_eq!(ran.out, without_signal, "{}", ran.err);
    assert!(ran.err.contains("720 rows of 2025-09 without p_cal"), "{}", ran.err);

    // The same rows from a file.
    let arguments = "ml-calibrated-bins signals --start 2025-10-01 --output signals.parquet";
    ok(market.path(), &format!("{arguments} {DUCKDB}"));
    let signals = read(&market.file("signals.parquet"));
    let inputs = ["timestamp", "y_pred"].map(|name| (name, signals.column_by_name(name).unwrap()));
    write(&market.file("in.csv"), inputs.map(|(name, column)| (name, column.clone())).into());
    ok(market.path(), &score("in.csv --output out.arrow"));
    let out = read(&market.file("out.arrow"));
    assert_eq!(out.num_rows(), 24 * 35);
    assert_eq!(scored(&out), scored(&signals));

    let sources = Sources::new(market.file("pred.duckdb"), market.file("ohlcv.duckdb"));
    let config = BinsConfig::new(market.file("bins"));
    let october = "2025-10-01T00:00:00Z".parse().unwrap();
    let range = TimeRange { start: Some(october), end: None };
    let library = ml_calibrated_bins::signals(&sources, &config, range).unwrap();
    assert_eq!(library.columns(), signals.columns());
    assert_eq!(names(&library), names(&signals));
}

/// A CSV file of `text`, which must be refused with an error that names the file and `parts`.
fn refused(market: &Market, text: &str, parts: &[&str]) {
    fs::write(market.file("bad.csv"), text).unwrap();
    let parts = [&["bad.csv"], parts].concat();
    fails(market.path(), &score("bad.csv --output out.csv"), 1, &parts);
    assert!(!market.file("out.csv").exists(), "{text}");
}

#[test]
fn rows_that_cannot_be_scored() {
    let market = with_bins();
    let file = |rows: [&str; 3]| format!("timestamp,y_pred\n{}\n", rows.join("\n"));
    let [a, b, c] =
        ["2025-10-01 00:00:00,0.1", "2025-10-01 01:00:00,0.2", "2025-10-01 02:00:00,0.3"];
    refused(&market, "timestamp,score\n2025-10-01,0.5\n", &["`y_pred`", "score"]);
    refused(&market, "time,y_pred\n2025-10-01,0.5\n", &["`timestamp`", "time"]);
    let taken = "timestamp,y_pred,q_bin,p_cal\n2025-10-01,0.5,1,0.5\n";
    refused(&market, taken, &["`p_cal`", "`q_bin`", "already"]);
    for bad in ["NaN", "inf", "1.0000001", "-0.1"] {
        refused(&market, &file([a, &b.replace("0.2", bad), c]), &["row 2", bad, "from 0 to 1"]);
    }
    refused(&market, &file([a, b, "2025-10-01 02:00:00,"]), &["row 3", "no `y_pred`"]);
    refused(&market, &file([a, b, ",0.5"]), &["row 3", "no `timestamp`"]);
    refused(&market, &file([a, b, "2025-10-01 02:00:00,high"]), &["`y_pred`", "high"]);
    refused(&market, &file([a, b, "soon,0.5"]), &["`timestamp`", "soon"]);
    refused(&market, &file([a, c, b]), &["row 3", "2025-10-01 01:00:00", "sort"]);
    refused(&market, &file([a, b, b]), &["row 3", "repeats", "2025-10-01 01:00:00"]);
    refused(&market, "timestamp,y_pred\n", &["no rows"]);
    refused(&market, "timestamp,y_pred\n2025-10-01,\n", &["row 1", "no `y_pred`"]);
    fails(market.path(), &score("nowhere.csv"), 1, &["nowhere.csv"]);
    fails(market.path(), &score("--ohlcv-duckdb ohlcv.duckdb"), 2, &["nothing to score"]);
}

#[test]
fn rows_are_counted_across_batches() {
    let market = with_bins();
    let first = "2025-10-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let times = (0..70_000).map(|second| first.timestamp_micros() + second * 1_000_000);
    let mut scores = vec![0.5; 70_000];
    scores[69_998] = 1.5;
    write(
        &market.file("long.parquet"),
        vec![
            ("timestamp", Arc::new(TimestampMicrosecondArray::from_iter_values(times)) as _),
            ("y_pred", Arc::new(Float64Array::from(scores)) as _),
        ],
    );
    let arguments = score("long.parquet --output out.arrow");
    fails(market.path(), &arguments, 1, &["long.parquet", "row 69999", "1.5"]);
    assert!(!market.file("out.arrow").exists(), "half a file is no file");
}

/// The guard of the output speaks before anything is read, and with --sample bins are the sample's.
#[test]
fn what_is_wrong_with_the_call_is_told_first_and_the_sample_has_bins_of_its_own() {
    let market = Market::new();
    fs::write(market.file("x.csv"), "timestamp,y_pred\n2025-11-01 00:00:00,0.5\n").unwrap();
    let call = "ml-calibrated-bins score x.csv -o x.csv --overwrite";
    fails(market.path(), call, 2, &["x.csv", "is a file that is read"]);
    fails(market.path(), "ml-calibrated-bins score x.csv", 1, &["data/bins"]);
    let of_sample = "ml-calibrated-bins score x.csv --sample";
    fails(market.path(), of_sample, 1, &["data/sample/bins"]);
    ok(market.path(), "ml-calibrated-bins rebuild --sample --bin-month 2025-11 --quiet");
    assert_eq!(ok(market.path(), of_sample).lines().count(), 2);
}

#[test]
fn months_without_bins_stop_or_are_counted() {
    let market = with_bins();
    let text = "timestamp,y_pred\n2025-09-30 23:00:00,0.5\n2025-10-01 00:00:00,0.5\n";
    fs::write(market.file("bad.csv"), text).unwrap();
    fails(market.path(), &score("bad.csv"), 1, &["no bins for 2025-09", "2025-10", "2025-11"]);
    let ran = run(market.path(), &score("bad.csv --missing-month skip"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("1 row of 2025-09 without p_cal"), "{}", ran.err);
    assert!(ran.out.contains("2025-09-30 23:00:00,0.5,,\n"), "{}", ran.out);
}

#[test]
fn zones_are_converted_for_the_month_and_said() {
    let market = with_bins();
    // Half past midnight in Berlin is still October in UTC.
    let utc = "2025-10-31T23:30:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let times = TimestampMicrosecondArray::from(vec![utc.timestamp_micros()]);
    let row = |times| {
        vec![("timestamp", Arc::new(times) as ArrayRef), ("y_pred", rows()[2].1.slice(3, 1))]
    };
    write(&market.file("utc.parquet"), row(times.clone()));
    write(&market.file("berlin.parquet"), row(times.with_timezone("Europe/Berlin")));
    let ran = run(market.path(), &score("berlin.parquet --output out.parquet"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("Europe/Berlin") && ran.err.contains("UTC"), "{}", ran.err);
    let berlin = read(&market.file("out.parquet"));
    assert_eq!(berlin.column(0), read(&market.file("berlin.parquet")).column(0));
    let quiet = run(market.path(), &score("utc.parquet --output utc.arrow"));
    assert!(
        !quiet.err.contains("zone") && quiet.err.contains("Scored with the bins of"),
        "{}",
        quiet.err
    );
    let october = score("utc.parquet --bin-month 2025-10 -o october.arrow");
    ok(market.path(), &october);
    assert_eq!(scored(&berlin), scored(&read(&market.file("utc.arrow"))));
    assert_eq!(scored(&berlin), scored(&read(&market.file("october.arrow"))));
}

/// A month of real predictions out of a Parquet file, against numpy.
#[test]
fn a_month_of_real_predictions() {
    let Some(data) = real_data("a_month_of_real_predictions") else { return };
    let run = runs(&data).into_iter().next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let bins = folder.path().join("bins");
    ok(&data, &run.rebuild(&bins, "--bin-month 2025-03 --quiet"));

    // The file calls the time `ts` and has all months.
    let file = data.join("parquet/binance_btcusdt_perp_predictions.parquet");
    let all = read(&file);
    let times = tabular::utc_micros(all.column_by_name("ts").unwrap()).unwrap();
    let march =
        |micros| strategy_core::YearMonth::containing_micros(micros).to_string() == "2025-03";
    let first = times.values().iter().position(|&micros| march(micros)).unwrap();
    let rows = times.values().iter().filter(|&&micros| march(micros)).count();
    let march = all.slice(first, rows);
    let column = |name| march.column_by_name(name).unwrap().clone();
    let input = folder.path().join("march.parquet");
    write(
        &input,
        vec![
            ("timestamp", column("ts")),
            ("y_pred", column("y_pred")),
            ("model_path", column("model_path")),
        ],
    );
    let arguments = format!(
        "ml-calibrated-bins score {} --bins-root {} --output {}",
        input.display(),
        bins.display(),
        folder.path().join("out.parquet").display()
    );
    ok(&data, &arguments);

    let out = read(&folder.path().join("out.parquet"));
    let p_cal = out.column_by_name("p_cal").unwrap().as_primitive::<Float64Type>();
    let q_bin = out.column_by_name("q_bin").unwrap().as_primitive::<UInt16Type>();
    let wanted = case(&run.oracle, &"2025-03".into(), "platt", "month-start");
    let count = |bin: u16| q_bin.iter().filter(|found| *found == Some(bin)).count();
    let counts: Vec<serde_json::Value> = (1..=20).map(|bin| count(bin).into()).collect();
    assert_eq!(serde_json::Value::from(counts), wanted["bin_counts"]);
    let sum = wanted["p_cal_sum"].as_f64().unwrap();
    assert!((p_cal.values().iter().sum::<f64>() - sum).abs() <= 1e-9 * sum);
}
