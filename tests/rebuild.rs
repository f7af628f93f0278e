//! `rebuild` on small files: what it makes, prints and warns of.

use std::fs;

use crate::market::{DATASET, Market, RUN};
use crate::program::{json, ok, run};

#[test]
fn without_month_the_newest_is_made_and_everything_told() {
    let market = Market::new();
    let report = ok(market.path(), &market.rebuild(""));
    let path = Market::bins("2025-11");
    for part in [
        format!("Calibrated bins of {DATASET} for 2025-11"),
        RUN.to_owned(),
        "2025-10-01 00:00 up to 2025-11-01 00:00 UTC".to_owned(),
        "from the candles, ties conservative; cutoff month-start".to_owned(),
        "720 calibrated: 720 out of sample".to_owned(),
        "24 label not known when the month began".to_owned(),
        "platt: slope".to_owned(),
        "gradient norm".to_owned(),
        "Brier".to_owned(),
        "log loss".to_owned(),
        "95 % interval".to_owned(),
        format!("wrote {path}"),
    ] {
        assert!(report.contains(&part), "no `{part}` in\n{report}");
    }
    let bins = report.lines().filter(|line| line.contains(" to ") && line.ends_with('%')).count();
    assert_eq!(bins, 20, "{report}");
    assert!(market.file(&path).is_file());
}

#[test]
fn several_months_in_one_call() {
    let market = Market::new();
    let paths = ok(market.path(), &market.rebuild("--quiet --bin-month 2025-11 2025-10"));
    assert_eq!(paths, format!("{}\n{}\n", Market::bins("2025-10"), Market::bins("2025-11")));
    let again =
        ok(market.path(), &market.rebuild("--quiet --overwrite --from 2025-10 --to 2025-11"));
    assert_eq!(again, paths);
    let all = ok(market.path(), &market.rebuild("--quiet --overwrite --bin-month all"));
    assert_eq!(all, paths);
}

#[test]
fn the_json_report_has_it_all() {
    let market = Market::new();
    let report = json(market.path(), &market.rebuild("--format json --bin-month 2025-10 2025-11"));
    let months = report["months"].as_array().unwrap();
    assert_eq!(months.len(), 2);
    let month = &months[1];
    assert_eq!(month["bin_month"], "2025-11");
    assert_eq!(month["status"], "written");
    assert_eq!(month["path"], Market::bins("2025-11"));
    assert_eq!(month["warnings"].as_array().unwrap().len(), 0, "{month}");
    let metadata = &month["metadata"];
    assert_eq!(metadata["cal_rows"], 720);
    assert_eq!(metadata["bin_edges"].as_array().unwrap().len(), 19);
    assert_eq!(metadata["calibrator"]["method"], "platt");
    assert_eq!(metadata["label"]["left_out"]["after_cutoff"], 24);
    assert!(metadata["fit"]["gradient_norm"].as_f64().unwrap() <= 1e-10 * 720.0);
}

#[test]
fn labels_of_the_table_go_before_those_of_the_candles() {
    let market = Market::new();
    market.candles(&format!(
        "CREATE TABLE targets AS SELECT timestamp, '{DATASET}' AS dataset,
             'y_tp_before_sl_u0.04_d0.02_24h' AS target_key,
             CAST(hour(timestamp) < 6 AS DOUBLE) AS target_value, now()::TIMESTAMP AS created_at
         FROM ohlcv_btcusdt_1h WHERE day(timestamp) <> 7"
    ));
    let report = json(market.path(), &market.rebuild("--format json"));
    let month = &report["months"][0];
    assert_eq!(month["metadata"]["label"]["source"], "targets");
    assert_eq!(month["metadata"]["diagnostics"]["base_rate"], 0.25);
    assert_eq!(month["metadata"]["label"]["left_out"]["without_label"], 24);
    assert_eq!(month["warnings"][0]["kind"], "missing_labels");
}

#[test]
fn the_cutoff_can_be_lifted_by_name() {
    let market = Market::new();
    let report = json(market.path(), &market.rebuild("--format json --label-cutoff none"));
    let metadata = &report["months"][0]["metadata"];
    assert_eq!(metadata["cal_rows"], 744);
    assert_eq!(metadata["label"]["cutoff"], "none");
}

#[test]
fn nothing_after_the_month_began_matters() {
    let market = Market::new();
    let first = json(market.path(), &market.rebuild("--format json"));
    market.candles(
        "UPDATE ohlcv_btcusdt_1h SET high = 1e6, close = 5e5 WHERE timestamp >= '2025-11-01'",
    );
    market.predictions("UPDATE predictions SET y_pred = 0.99 WHERE ts >= '2025-11-01'");
    let second = json(market.path(), &market.rebuild("--format json --overwrite"));
    let part = |report: &serde_json::Value, name| report["months"][0]["metadata"][name].clone();
    for name in ["fingerprint", "calibrator", "bin_edges", "diagnostics"] {
        assert_eq!(part(&first, name), part(&second, name), "{name} changed");
    }
}

#[test]
fn holes_in_candles_and_predictions_are_told() {
    let market = Market::new();
    market.candles("DELETE FROM ohlcv_btcusdt_1h WHERE timestamp = '2025-10-10 05:00'");
    market.predictions(
        "DELETE FROM predictions WHERE ts BETWEEN '2025-10-20 00:00' AND '2025-10-20 09:00'",
    );
    let ran = run(market.path(), &market.rebuild(""));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let parts = [
        "no prediction for 10 of the window's 744 candles",
        "the window lacks 1 of its 744 candles, the first at 2025-10-10 05:00 UTC",
        "label over a gap in the candles",
    ];
    for part in parts {
        assert!(ran.out.contains(part), "no `{part}` in\n{}", ran.out);
    }
}

#[test]
fn in_sample_predictions_fill_holes_with_a_warning_or_not_at_all() {
    let market = Market::new();
    let folder = market.file(&format!("models/{DATASET}/{RUN}"));
    fs::create_dir_all(&folder).unwrap();
    let rows: Vec<String> =
        (0..24).map(|hour| format!("2025-10-03 {hour:02}:00:00,0.4{hour},1.0\n")).collect();
    fs::write(folder.join("pred_train.csv"), format!("timestamp,y_pred,y_true\n{}", rows.concat()))
        .unwrap();
    market.predictions("DELETE FROM predictions WHERE ts >= '2025-10-03' AND ts < '2025-10-04'");

    let with = json(market.path(), &market.rebuild("--format json --train-predictions"));
    assert_eq!(with["months"][0]["metadata"]["cal_rows"], 720);
    assert_eq!(with["months"][0]["warnings"][0]["kind"], "in_sample");
    assert_eq!(with["months"][0]["warnings"][0]["rows"], 24);

    let without =
        json(market.path(), &market.rebuild("--format json --overwrite --no-train-predictions"));
    assert_eq!(without["months"][0]["metadata"]["cal_rows"], 696);
    assert_eq!(without["months"][0]["warnings"][0]["kind"], "missing_predictions");
}

#[test]
fn a_model_on_a_remounted_disk_is_found_and_said() {
    let market = Market::new();
    let arguments = market.rebuild(&format!("--model-path /mnt/other/{RUN}/model.txt"));
    let report = ok(market.path(), &arguments);
    assert!(report.contains("warning: no prediction is stored under /mnt/other"), "{report}");
}

#[test]
fn a_score_that_points_the_wrong_way_is_warned_of() {
    let market = Market::new();
    market.predictions("UPDATE predictions SET y_pred = 1 - y_pred");
    let upright = ok(Market::new().path(), &market.rebuild(""));
    let reversed = ok(market.path(), &market.rebuild(""));
    let warned = [&upright, &reversed].map(|report| report.contains("higher scores mean lower"));
    assert_eq!(warned, [false, true], "{upright}\n{reversed}");
}

#[test]
fn flags_may_come_from_the_environment() {
    let market = Market::new();
    let mut command = crate::program::runner(market.path(), "ml-calibrated-bins rebuild --quiet");
    let output = command
        .env("RUNNER_PRED_DUCKDB", "pred.duckdb")
        .env("RUNNER_OHLCV_DUCKDB", "ohlcv.duckdb")
        .env("RUNNER_LOOKBACK_MONTHS", "1")
        .env("RUNNER_BINS_ROOT", "elsewhere")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("elsewhere/"));
}

#[test]
fn candles_missing_at_the_windows_edge_are_told() {
    let market = Market::new();
    market.candles("DELETE FROM ohlcv_btcusdt_1h WHERE timestamp < '2025-10-02'");
    let report = json(market.path(), &market.rebuild("--format json"));
    let warnings = report["months"][0]["warnings"].as_array().unwrap().clone();
    let missing = warnings.iter().find(|warning| warning["kind"] == "missing_candles").unwrap();
    assert_eq!((&missing["missing"], &missing["of"]), (&24.into(), &744.into()));
    assert_eq!(report["months"][0]["metadata"]["cal_rows"], 696);
}

#[test]
fn the_account_of_a_month_does_not_depend_on_the_others_in_the_call() {
    let market = Market::new();
    market.candles(
        "DELETE FROM ohlcv_btcusdt_1h
         WHERE timestamp BETWEEN '2025-09-30 12:00' AND '2025-10-02 00:00'",
    );
    let of = |flags: &str| {
        let report =
            json(market.path(), &market.rebuild(&format!("--format json --overwrite {flags}")));
        let month = report["months"][0].clone();
        assert_eq!(month["bin_month"], "2025-10");
        (month["metadata"]["label"]["left_out"].clone(), month["warnings"].clone())
    };
    assert_eq!(of("--bin-month 2025-10"), of("--bin-month 2025-10 2025-11"));
}

#[test]
fn kept_bins_are_held_against_what_was_asked_for() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet"));
    let same = run(market.path(), &market.rebuild("--skip-existing"));
    assert!(same.out.contains("2025-11 kept") && !same.out.contains("warning"), "{}", same.out);
    let other =
        run(market.path(), &market.rebuild("--skip-existing --method isotonic --n-bins 10"));
    assert_eq!(other.code, 0, "{}", other.err);
    for part in ["method platt instead of isotonic", "number of bins 20 instead of 10"] {
        assert!(other.out.contains(part), "{}", other.out);
    }
}

#[test]
fn warnings_are_heard_under_quiet() {
    let market = Market::new();
    market.predictions("UPDATE predictions SET y_pred = 1 - y_pred");
    let ran = run(market.path(), &market.rebuild("--quiet"));
    assert_eq!(ran.out, format!("{}\n", Market::bins("2025-11")));
    assert!(ran.err.contains("warning: 2025-11: the slope is -"), "{}", ran.err);
}

#[test]
fn a_reader_who_goes_away_does_not_stop_the_work() {
    use std::process::Stdio;
    let market = Market::new();
    for format in ["text", "json"] {
        let arguments = market.rebuild(&format!("--overwrite --bin-month all --format {format}"));
        let mut child = crate::program::runner(market.path(), &arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for month in ["2025-10", "2025-11"] {
            fs::remove_file(market.file(&Market::bins(month))).unwrap();
        }
    }
}
