//! `runner data`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, ok, run, runner};

const STATUS: &str = "data status --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb \
                      --bins-root bins --lookback-months";

/// The status with a lookback of `months`.
fn status(market: &Market, lookback: u8) -> Value {
    crate::program::json(market.path(), &format!("{STATUS} {lookback} --format json"))
}

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_sound_market_has_no_problems() {
    let market = Market::new();
    let found = status(&market, 1);
    let names = [
        "sample",
        "files",
        "symbols",
        "lookback_months",
        "models",
        "bins_roots",
        "bins",
        "problems",
    ];
    assert_eq!(keys(&found), BTreeSet::from(names), "the names are a public interface");
    assert_eq!(found["sample"], false);
    assert_eq!(found["symbols"], json!(["btcusdt"]));
    assert_eq!(found["problems"], json!([]));
    assert_eq!(found["bins"], json!([]));

    let predictions = &found["files"][0]["tables"][0];
    assert_eq!(predictions["name"], "predictions");
    assert_eq!(predictions["kind"], "predictions");
    assert_eq!(predictions["rows"], 24 * 65);
    assert_eq!(predictions["models"][0]["feature_keys"], json!(["v1"]));
    let candles = &found["files"][1]["tables"][0];
    assert_eq!(candles["kind"], "candles");
    assert_eq!(candles["interval_seconds"], 3600.0);
    assert_eq!(candles["span"]["first"], "2025-09-01T00:00:00Z");
    assert_eq!(candles["span"]["last"], "2025-11-04T23:00:00Z");
    assert_eq!((&candles["gaps"], &candles["duplicates"]), (&json!(0), &json!(0)));
}

#[test]
fn months_that_can_be_rebuilt_stand_beside_those_that_have_bins() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet --bin-month 2025-11"));
    fs::write(market.path().join(format!("bins/{DATASET}/{RUN}/notes.msgpack")), "").unwrap();
    let found = status(&market, 1);
    let model = &found["models"][0];
    assert_eq!(
        *model,
        json!({
            "model_path": format!("models/{DATASET}/{RUN}/model.txt"),
            "run_name": RUN,
            "dataset": DATASET,
            "feature_keys": ["v1"],
            "months_rebuildable": ["2025-10", "2025-11"],
            "months_with_bins": ["2025-11"],
        })
    );
    assert_eq!(
        found["bins"],
        json!([{"dataset": DATASET, "run_name": RUN, "months": ["2025-11"]}])
    );
    assert_eq!(status(&market, 2)["models"][0]["months_rebuildable"], json!(["2025-11"]));
    assert_eq!(status(&market, 3)["models"][0]["months_rebuildable"], json!([]));

    let text = ok(market.path(), &format!("{STATUS} 1"));
    assert!(text.contains(" of predictions before them: 2025-10 to 2025-11"), "{text}");
    assert!(text.contains("months with bins: 2025-11\n"), "{text}");
    assert!(text.contains("Problems: 0"), "{text}");
}

#[test]
fn gaps_duplicates_and_bad_values_are_counted() {
    let market = Market::new();
    market.candles(
        "DELETE FROM ohlcv_btcusdt_1h WHERE timestamp IN (TIMESTAMP '2025-09-10 03:00',
             TIMESTAMP '2025-09-10 04:00', TIMESTAMP '2025-09-20 00:00');
         INSERT INTO ohlcv_btcusdt_1h SELECT * FROM ohlcv_btcusdt_1h
             WHERE timestamp = TIMESTAMP '2025-10-01';
         CREATE TABLE targets AS SELECT timestamp, 'test' AS dataset, 'key' AS target_key,
             CASE WHEN i = 0 THEN 0.5 WHEN i < 4 THEN 1.0 ELSE 0.0 END AS target_value
             FROM (SELECT TIMESTAMP '2025-09-01' + INTERVAL (i) HOUR AS timestamp, i
                   FROM range(10) t(i));
         CREATE TABLE funding_rates AS SELECT TIMESTAMP '2025-09-01' AS timestamp,
             'test' AS dataset, 0.0001 AS funding_rate;
         CREATE TABLE notes (text VARCHAR)",
    );
    market.predictions("UPDATE predictions SET y_pred = 1.5 WHERE ts = TIMESTAMP '2025-09-05'");
    let found = status(&market, 1);
    let tables = found["files"][1]["tables"].as_array().unwrap();
    let table = |name: &str| tables.iter().find(|table| table["name"] == name).unwrap();
    let candles = table("ohlcv_btcusdt_1h");
    assert_eq!(candles["gaps"], 2);
    assert_eq!(candles["missing_candles"], 3);
    assert_eq!(candles["duplicates"], 1);
    let labels = &table("targets")["targets"][0];
    assert_eq!((&labels["positives"], &labels["bad_labels"]), (&json!(3), &json!(1)));
    assert_eq!(table("funding_rates")["datasets"][0]["rows"], 1);
    assert_eq!(table("notes")["kind"], "other");

    let problems = found["problems"].as_array().unwrap();
    let model = format!("models/{DATASET}/{RUN}/model.txt {DATASET}: ");
    let expected = [
        ("predictions", format!("{model}scores that are NULL or not in [0, 1]: 1")),
        ("ohlcv_btcusdt_1h", "gaps: 2, in which candles are missing: 3".to_owned()),
        ("ohlcv_btcusdt_1h", "rows repeat a timestamp: 1".to_owned()),
        ("targets", "test key: labels that are neither 0 nor 1: 1".to_owned()),
    ];
    let told: Vec<_> = problems
        .iter()
        .map(|p| (p["table"].as_str().unwrap(), p["problem"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(told, expected);
    assert_eq!(keys(&problems[0]), BTreeSet::from(["path", "table", "problem"]));

    let text = ok(market.path(), &format!("{STATUS} 1"));
    assert!(text.contains("gaps 2 (candles missing 3), duplicates 1"), "{text}");
    assert!(text.contains("rows 10, positive 3"), "{text}");
    assert!(text.contains("Problems: 4"), "{text}");
}

#[test]
fn the_configuration_counts_here_too() {
    let market = Market::new();
    let top =
        "pred_duckdb = \"pred.duckdb\"\nohlcv_duckdb = \"ohlcv.duckdb\"\nlookback_months = 2\n";
    fs::write(market.file("runner.toml"), top).unwrap();
    let found = crate::program::json(market.path(), "data status --format json");
    assert_eq!(found["sample"], false);
    assert_eq!(found["lookback_months"], 2);
    fs::write(market.file("runner.toml"), format!("{top}[data]\nlookback_months = 1\n")).unwrap();
    let found = crate::program::json(market.path(), "data status --format json");
    assert_eq!(found["lookback_months"], 1);
}

#[test]
fn with_nothing_configured_the_sample_is_made_and_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let made = run(folder.path(), "data sample");
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.err.contains("sample made in data/sample"), "{}", made.err);
    assert_eq!(made.out.lines().count(), 8);
    for path in made.out.lines() {
        assert!(folder.path().join(path).is_file(), "{path}");
    }
    let again = run(folder.path(), "data sample");
    assert!(again.err.contains("sample found in data/sample"), "{}", again.err);
    assert_eq!(again.out, made.out);

    let found = crate::program::json(folder.path(), "data status --format json");
    assert_eq!(found["sample"], true);
    assert_eq!(found["files"].as_array().unwrap().len(), 4);
    assert_eq!(found["symbols"], json!(["btcusdt", "ethusdt"]));
    assert_eq!(found["problems"], json!([]));
    assert_eq!(found["models"][0]["months_rebuildable"][0], "2025-01");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let here = tempfile::tempdir().unwrap();
    fails(here.path(), "data status --pred-duckdb none.duckdb", 1, &["none.duckdb"]);
}

#[test]
fn help_and_list_do_not_look_at_files() {
    for arguments in ["--help", "list", "data status --help"] {
        let output = runner(Path::new("."), arguments)
            .env("RUNNER_PRED_DUCKDB", "none.duckdb")
            .env("RUNNER_OHLCV_DUCKDB", "none.duckdb")
            .output()
            .unwrap();
        assert!(output.status.success(), "`{arguments}`");
    }
}
