//! Real market data: every case that scikit-learn and numpy computed, through the built program.

use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::datatypes::{Float64Type, Int8Type, UInt16Type};
use serde_json::Value;

use crate::program::{json, ok, workspace};

/// The folder with real data; a test that needs it is skipped without.
pub(crate) fn real_data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("REAL_DATA").map(PathBuf::from);
    let Some(folder) = folder else {
        eprintln!("{test}: skipped, REAL_DATA is not set");
        return None;
    };
    // Relative to where the person runs the tests: the top of the workspace.
    let root = workspace();
    Some(fs::canonicalize(root.join(folder)).unwrap())
}

pub(crate) struct Run {
    pub(crate) dataset: String,
    pub(crate) model_path: String,
    pub(crate) symbol: &'static str,
    pub(crate) oracle: Value,
}

pub(crate) fn runs(data: &Path) -> Vec<Run> {
    ["btcusdt", "ethusdt"]
        .map(|symbol| {
            let path = data.join(format!("oracles/{symbol}-2025.json"));
            let oracle: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            let dataset = format!("binance_{symbol}_perp_1h");
            let run_name = oracle["run_name"].as_str().unwrap();
            let model_path = format!("models/{dataset}/{run_name}/model.txt");
            Run { dataset, model_path, symbol, oracle }
        })
        .into()
}

impl Run {
    pub(crate) fn rebuild(&self, bins: &Path, flags: &str) -> String {
        format!(
            "ml-calibrated-bins rebuild --pred-duckdb binance_{0}_perp_prediction_classifier.duckdb \
             --ohlcv-duckdb binance_{0}_perp_ohlcv.duckdb --model-path {1} --dataset {2} \
             --bins-root {3} {flags}",
            self.symbol,
            self.model_path,
            self.dataset,
            bins.display()
        )
    }
}

#[test]
fn every_case_of_2025() {
    let Some(data) = real_data("every_case_of_2025") else { return };
    let mut compared = 0;
    for run in runs(&data) {
        for method in ["platt", "isotonic"] {
            for cutoff in ["month-start", "none"] {
                let folder = tempfile::tempdir().unwrap();
                let flags = format!(
                    "--from 2025-01 --to 2025-12 --format json --method {method} --label-cutoff {cutoff}"
                );
                let report = json(&data, &run.rebuild(folder.path(), &flags));
                for month in report["months"].as_array().unwrap() {
                    let oracle = case(&run.oracle, &month["bin_month"], method, cutoff);
                    compare(&month["metadata"], oracle);
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, 96);
}

pub(crate) fn case<'a>(oracle: &'a Value, month: &Value, method: &str, cutoff: &str) -> &'a Value {
    let cases = oracle["cases"].as_array().unwrap();
    let wanted = |case: &&Value| {
        case["bin_month"] == *month && case["method"] == method && case["label_cutoff"] == cutoff
    };
    cases.iter().find(wanted).unwrap()
}

fn compare(found: &Value, oracle: &Value) {
    let about = format!("{} {} {}", oracle["bin_month"], oracle["method"], oracle["label_cutoff"]);
    assert_eq!(found["cal_rows"], oracle["cal_rows"], "{about}");
    close(&found["diagnostics"]["base_rate"], &oracle["base_rate"], 1e-15, &about);
    if oracle["method"] == "platt" {
        for name in ["slope", "intercept"] {
            let wanted = oracle[name].as_f64().unwrap();
            close(&found["calibrator"][name], &oracle[name], 1e-6 * wanted.abs(), &about);
        }
    } else {
        all_close(&found["calibrator"]["x"], &oracle["x_thresholds"], 1e-12, &about);
        all_close(&found["calibrator"]["y"], &oracle["y_thresholds"], 1e-12, &about);
    }
    all_close(&found["bin_edges"], &oracle["bin_edges"], 1e-9, &about);
}

fn all_close(found: &Value, wanted: &Value, tolerance: f64, about: &str) {
    let (found, wanted) = (found.as_array().unwrap(), wanted.as_array().unwrap());
    assert_eq!(found.len(), wanted.len(), "{about}");
    for (found, wanted) in found.iter().zip(wanted) {
        close(found, wanted, tolerance, about);
    }
}

pub(crate) fn close(found: &Value, wanted: &Value, tolerance: f64, about: &str) {
    let (found, wanted) = (found.as_f64().unwrap(), wanted.as_f64().unwrap());
    assert!((found - wanted).abs() <= tolerance, "{about}: found {found}, wanted {wanted}");
}

/// The month's own scores through the month's bins, as `signals` gives them.
#[test]
fn signals_of_2025() {
    let Some(data) = real_data("signals_of_2025") else { return };
    for run in runs(&data) {
        for method in ["platt", "isotonic"] {
            for cutoff in ["month-start", "none"] {
                let folder = tempfile::tempdir().unwrap();
                let bins = folder.path().join("bins");
                let flags = format!(
                    "--from 2025-01 --to 2025-12 --quiet --method {method} --label-cutoff {cutoff}"
                );
                ok(&data, &run.rebuild(&bins, &flags));
                let file = folder.path().join("signals.arrow");
                let signals = run.rebuild(&bins, "").replace("rebuild", "signals");
                let range = "--start 2025-01-01 --end 2025-12-31";
                ok(&data, &format!("{signals} {range} --output {}", file.display()));
                compare_signals(&file, &run.oracle, method, cutoff);
            }
        }
    }
}

#[derive(Default)]
struct Month {
    p_cal: Vec<f64>,
    q_bin: Vec<u16>,
    sides: Vec<i8>,
}

fn compare_signals(file: &Path, oracle: &Value, method: &str, cutoff: &str) {
    let mut months = std::collections::BTreeMap::<String, Month>::new();
    for batch in tabular::read(file, 10_000).unwrap() {
        let batch = batch.unwrap();
        let times = tabular::utc_micros(batch.column_by_name("timestamp").unwrap()).unwrap();
        let p_cal = batch.column_by_name("p_cal").unwrap().as_primitive::<Float64Type>();
        let q_bin = batch.column_by_name("q_bin").unwrap().as_primitive::<UInt16Type>();
        let side = batch.column_by_name("signal").unwrap().as_primitive::<Int8Type>();
        for row in 0..batch.num_rows() {
            let month = strategy_core::YearMonth::containing_micros(times.value(row)).to_string();
            let month = months.entry(month).or_default();
            month.p_cal.push(p_cal.value(row));
            month.q_bin.push(q_bin.value(row));
            month.sides.push(side.value(row));
        }
    }
    assert_eq!(months.len(), 12);
    for (name, month) in months {
        let wanted = case(oracle, &Value::from(name.as_str()), method, cutoff);
        let about = format!("{name} {method} {cutoff}");
        assert_eq!(month.q_bin.len() as u64, wanted["month_rows"].as_u64().unwrap(), "{about}");
        let count = |bin: u16| month.q_bin.iter().filter(|&&found| found == bin).count();
        let counts: Vec<Value> = (1..=20).map(|bin| count(bin).into()).collect();
        assert_eq!(Value::from(counts), wanted["bin_counts"], "{about}");
        let side = |side: i8| Value::from(month.sides.iter().filter(|&&s| s == side).count());
        assert_eq!(
            (side(1), side(-1)),
            (wanted["long"].clone(), wanted["short"].clone()),
            "{about}"
        );
        assert_eq!(Value::from(month.q_bin[0]), wanted["first_q_bin"], "{about}");
        let first = wanted["first_p_cal"].as_f64().unwrap();
        assert!((month.p_cal[0] - first).abs() <= 1e-9 * first, "{about}");
        let sum = wanted["p_cal_sum"].as_f64().unwrap();
        assert!((month.p_cal.iter().sum::<f64>() - sum).abs() <= 1e-9 * sum, "{about}");
    }
}

/// The flags of the old system's README, word for word.
#[test]
fn the_old_command_line_works() {
    let Some(data) = real_data("the_old_command_line_works") else { return };
    for run in runs(&data) {
        let folder = tempfile::tempdir().unwrap();
        let flags = "--bin-month 2025-11 --lookback-months 12 --n-bins 20 --method platt";
        let report = ok(&data, &run.rebuild(folder.path(), flags));
        assert!(report.contains("8,736 calibrated: 8,736 out of sample"), "{report}");
        assert!(report.contains("from the table targets"), "{report}");
        assert!(!report.contains("warning"), "{report}");
    }
}

/// Labels made from candles equal the `targets` table: the same rows have the same labels, so the
/// fingerprints over (timestamp, score, label) agree over all the time there are predictions for.
#[test]
fn labels_from_candles_equal_the_table() {
    let Some(data) = real_data("labels_from_candles_equal_the_table") else { return };
    for run in runs(&data) {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let candles = format!("binance_{}_perp_ohlcv.duckdb", run.symbol);
        fs::copy(data.join(&candles), here.join(&candles)).unwrap();
        let database = duckdb::Connection::open(here.join(&candles)).unwrap();
        database.execute_batch("DROP TABLE targets").unwrap();
        drop(database);
        let months =
            "--from 2023-07 --to 2026-05 --lookback-months 6 --format json --label-cutoff none";
        let from_table = json(&data, &run.rebuild(&here.join("a"), months));
        let arguments = run.rebuild(&here.join("b"), months).replace(
            &format!("--ohlcv-duckdb {candles}"),
            &format!("--ohlcv-duckdb {}", here.join(&candles).display()),
        );
        let from_candles = json(&data, &arguments);
        let fingerprints = |report: &Value, source: &str| {
            let months = report["months"].as_array().unwrap().clone();
            let of = |month: &Value| {
                assert_eq!(month["metadata"]["label"]["source"], source);
                month["metadata"]["fingerprint"].clone()
            };
            months.iter().map(of).collect::<Vec<_>>()
        };
        let table = fingerprints(&from_table, "targets");
        assert_eq!(table.len(), 35);
        assert_eq!(table, fingerprints(&from_candles, "candles"));
    }
}
