//! `evaluate`: out of sample, month by month.

use std::time::Instant;

use serde_json::Value;

use crate::market::{DATASET, Market};
use crate::oracles::{case, close, real_data, runs};
use crate::program::{fails, json, ok};

const KINDS: [&str; 3] = ["raw", "platt", "isotonic"];

fn evaluate(market: &Market, more: &str) -> Value {
    json(market.path(), &arguments(more))
}

fn arguments(more: &str) -> String {
    format!(
        "ml-calibrated-bins evaluate --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb \
         --lookback-months 1 {more}"
    )
}

#[test]
fn calibrating_the_sample_helps() {
    let folder = tempfile::tempdir().unwrap();
    let report = json(folder.path(), "ml-calibrated-bins evaluate --format json");
    let overall = &report["overall"];
    let brier = |kind: &str| overall[kind]["brier"].as_f64().unwrap();
    assert!(brier("platt") < brier("raw"), "{overall}");
    assert!(brier("isotonic") < brier("raw"), "{overall}");
    // A rising map leaves the order of rows within a month alone.
    for month in report["months"].as_array().unwrap() {
        if month["rows"] != 0 {
            close(&month["platt"]["auc"], &month["raw"]["auc"], 1e-12, "AUC");
        }
    }
    assert!(report["ordering"]["kendall_tau"].as_f64().unwrap() > 0.3, "{}", report["ordering"]);
    let signals = &report["signals"];
    let rate = |side: &str| signals[side]["hit_rate"].as_f64().unwrap();
    assert!(rate("long") > rate("short"), "{signals}");
    assert!(!folder.path().join("data/sample/bins").exists(), "evaluating stores no bins");

    let text = ok(folder.path(), "ml-calibrated-bins evaluate");
    for part in ["Walk-forward evaluation of sample_btcusdt_perp_1h", "Brier", "Kendall's tau"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn rows_bins_and_signals_add_up() {
    let market = Market::new();
    let report = evaluate(&market, "--from 2025-10 --to 2025-11 --format json --block-horizons 2");
    let number = |value: &Value| value.as_u64().unwrap();
    let sum = |list: &Value, name: &str| -> u64 {
        list.as_array().unwrap().iter().map(|entry| number(&entry[name])).sum()
    };
    let overall = &report["overall"];
    assert_eq!(report["dataset"], DATASET);
    assert_eq!(report["block_rows"], 48);
    // The candles end with 2025-11-04: the last 24 hours have no label yet.
    assert_eq!((number(&overall["rows"]), number(&overall["without_label"])), (792 + 24, 24));
    assert_eq!(sum(&report["months"], "rows"), number(&overall["rows"]));
    assert_eq!(sum(&report["bins"], "rows"), number(&overall["rows"]));
    let hits = overall["base_rate"].as_f64().unwrap() * overall["rows"].as_f64().unwrap();
    assert!((sum(&report["bins"], "hits") as f64 - hits).abs() < 1e-6);
    let side = |side: &str, bins: std::ops::Range<usize>| {
        let wanted = Value::from(report["bins"].as_array().unwrap()[bins].to_vec());
        assert_eq!(number(&report["signals"][side]["rows"]), sum(&wanted, "rows"), "{side}");
        assert_eq!(number(&report["signals"][side]["hits"]), sum(&wanted, "hits"), "{side}");
    };
    side("long", 18..20);
    side("short", 0..2);
    let again = "--from 2025-10 --to 2025-11 --format json --block-horizons 2";
    assert_eq!(report, evaluate(&market, again), "the same seed, the same report");
}

/// What came after a month began decides how good its calibration was, not what it was.
#[test]
fn later_labels_change_no_calibration() {
    let market = Market::new();
    let october = "--from 2025-10 --to 2025-10 --format json";
    let calibrated = |report: &Value| -> Vec<(Value, Value)> {
        let bins = report["bins"].as_array().unwrap();
        bins.iter().map(|bin| (bin["rows"].clone(), bin["mean_p_cal"].clone())).collect()
    };
    let raise = |from: &str| {
        market.candles(&format!(
            "UPDATE ohlcv_btcusdt_1h SET high = high * 1.02, low = low * 0.999
             WHERE timestamp {from} TIMESTAMP '2025-10-01'"
        ));
    };
    // With all labels there are now, September's last day would see October's candles.
    let peeking = || {
        let flags = "--bin-month 2025-10 --label-cutoff none --format json --overwrite";
        json(market.path(), &market.rebuild(flags))["months"][0]["metadata"]["fingerprint"].clone()
    };
    let (before, peeked) = (evaluate(&market, october), peeking());
    raise(">=");
    let after = evaluate(&market, october);
    assert_ne!(peeked, peeking(), "there must be something to see");
    assert_ne!(before["overall"]["base_rate"], after["overall"]["base_rate"]);
    assert_eq!(calibrated(&before), calibrated(&after));
    raise("<");
    let other = evaluate(&market, october);
    assert_eq!(after["overall"]["base_rate"], other["overall"]["base_rate"]);
    assert_ne!(calibrated(&after), calibrated(&other), "earlier labels do change it");
}

#[test]
fn what_has_no_value_is_null_with_a_note() {
    let market = Market::new();
    // From November on prices do not move: no label is 1.
    market.candles(
        "UPDATE ohlcv_btcusdt_1h SET open = 100, high = 100, low = 100, close = 100
         WHERE timestamp >= TIMESTAMP '2025-11-01'",
    );
    let report = evaluate(&market, "--from 2025-11 --to 2025-11 --format json");
    for kind in KINDS {
        let quality = &report["months"][0][kind];
        assert!(quality["brier"].is_f64(), "{quality}");
        assert!(quality["auc"].is_null() && quality["calibration_slope"].is_null(), "{quality}");
    }
    assert!(report["ordering"]["kendall_tau"].is_null());
    let notes = report["notes"].to_string();
    assert!(notes.contains("AUC of raw") && notes.contains("label false"), "{notes}");
    let text = ok(market.path(), &arguments("--from 2025-11 --to 2025-11"));
    assert!(text.contains("note: 2025-11: ") && text.contains('–'), "{text}");

    // Nothing of the month can be judged yet.
    market.candles("DELETE FROM ohlcv_btcusdt_1h WHERE timestamp >= TIMESTAMP '2025-11-01'");
    let report = evaluate(&market, "--from 2025-10 --to 2025-11 --format json");
    let november = &report["months"][1];
    assert_eq!(november["rows"], 0);
    assert!(november["base_rate"].is_null() && november["platt"]["brier"].is_null());
    let parts = ["nothing to evaluate from 2025-11 to 2025-11", "1560 rows"];
    fails(market.path(), &arguments("--from 2025-11 --to 2025-11"), 1, &parts);

    // Ten bins have no default thresholds: everything but signals.
    let report = evaluate(&market, "--from 2025-10 --to 2025-10 --n-bins 10 --format json");
    assert!(report["signals"].is_null());
    assert!(report["notes"].to_string().contains("--long-bin-threshold"));
}

#[test]
fn what_cannot_be_is_refused() {
    let market = Market::new();
    let refuse = |more: &str, code, parts: &[&str]| {
        fails(market.path(), &arguments(more), code, parts);
    };
    refuse("--from 2025-11 --to 2025-10", 2, &["2025-11", "2025-10", "--from", "--to"]);
    refuse("--from 2025-10 --confidence 1", 2, &["between 0 and 1"]);
    refuse("--from 2025-10 --resamples 10", 2, &["cannot evaluate", "10 resamples are too few"]);
    refuse("--from 2025-10 --long-bin-threshold 2", 2, &["1 ≤ short < long ≤ 20"]);
    refuse("--from 2025-09 --to 2025-09", 1, &["no predictions for 2025-09"]);
}

#[test]
fn brier_of_2025() {
    let Some(data) = real_data("brier_of_2025") else { return };
    let mut compared = 0;
    for run in runs(&data) {
        let started = Instant::now();
        let report = json(
            &data,
            &format!(
                "ml-calibrated-bins evaluate \
                 --pred-duckdb binance_{0}_perp_prediction_classifier.duckdb \
                 --ohlcv-duckdb binance_{0}_perp_ohlcv.duckdb --model-path {1} --dataset {2} \
                 --from 2025-01 --to 2025-12 --format json",
                run.symbol, run.model_path, run.dataset
            ),
        );
        eprintln!("{} of 2025 took {:.2} s", run.symbol, started.elapsed().as_secs_f64());
        for month in report["months"].as_array().unwrap() {
            for method in ["platt", "isotonic"] {
                let wanted = case(&run.oracle, &month["month"], method, "month-start");
                let about = format!("{} {} {method}", run.symbol, month["month"]);
                assert_eq!(month["rows"], wanted["scored_rows"], "{about}");
                close(&month["raw"]["brier"], &wanted["brier_raw"], 1e-9, &about);
                close(&month[method]["brier"], &wanted["brier_cal"], 1e-9, &about);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 48);
}

#[test]
fn what_a_rebuild_would_warn_of_is_heard() {
    let market = Market::new();
    market.predictions("DELETE FROM predictions WHERE ts = '2025-10-03 05:00'");
    let ran = crate::program::run(market.path(), &arguments("--from 2025-11 --to 2025-11"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("no prediction for 1 of the window's 744"), "{}", ran.err);
}
