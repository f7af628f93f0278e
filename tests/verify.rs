//! `verify`: whole files, damaged ones, and the proof from the data.

use std::fs;

use serde_json::Value;

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, json, ok, run};

const VERIFY: &str = "ml-calibrated-bins verify --bins-root bins";

fn verified(market: &Market, arguments: &str) -> (i32, Vec<Value>) {
    let ran = run(market.path(), &format!("{arguments} --format json"));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    (ran.code, report["files"].as_array().unwrap().clone())
}

#[track_caller]
fn is_reproduced(market: &Market, flags: &str) {
    let _ = fs::remove_dir_all(market.file("bins"));
    ok(market.path(), &market.rebuild(&format!("{flags} --from 2025-10 --to 2025-11 --quiet")));
    assert_eq!(ok(market.path(), &market.verify("")), "2 files: 2 reproduced\n", "{flags}");
}

#[test]
fn every_setting_is_read_back_from_the_file() {
    let market = Market::new();
    for flags in [
        "",
        "--method isotonic",
        "--n-bins 10",
        "--n-bins 7 --method isotonic",
        "--label-cutoff none",
        "--lookback-months 2",
        "--lookback-months 1200",
        "--tie-policy proximity-to-open",
        "--target-key y_tp_before_sl_u0.03_d0.02_12h",
        "--created-at 2025-11-01T00:00:00Z",
    ] {
        is_reproduced(&market, flags);
    }
}

#[test]
fn bins_of_a_window_that_was_not_complete_are_reproduced() {
    let market = Market::new();
    market.candles("DELETE FROM ohlcv_btcusdt_1h WHERE timestamp >= '2025-10-30'");
    is_reproduced(&market, "--allow-incomplete");
}

#[test]
fn labels_of_the_table_are_reproduced() {
    let market = Market::new();
    market.candles(&format!(
        "CREATE TABLE targets AS SELECT timestamp, '{DATASET}' AS dataset,
             'y_tp_before_sl_u0.04_d0.02_24h' AS target_key,
             CAST(hour(timestamp) < 6 AS DOUBLE) AS target_value, now()::TIMESTAMP AS created_at
         FROM ohlcv_btcusdt_1h"
    ));
    is_reproduced(&market, "");
}

#[test]
fn a_remounted_model_and_in_sample_rows_are_reproduced() {
    let market = Market::new();
    is_reproduced(&market, &format!("--model-path /mnt/other/{RUN}/model.txt"));

    let folder = market.file(&format!("models/{DATASET}/{RUN}"));
    fs::create_dir_all(&folder).unwrap();
    let rows: Vec<String> =
        (0..24).map(|hour| format!("2025-10-03 {hour:02}:00:00,0.4{hour},1.0\n")).collect();
    fs::write(folder.join("pred_train.csv"), format!("timestamp,y_pred,y_true\n{}", rows.concat()))
        .unwrap();
    is_reproduced(&market, "");
    market.predictions("DELETE FROM predictions WHERE ts >= '2025-10-03' AND ts < '2025-10-04'");
    is_reproduced(&market, "--train-predictions");
    is_reproduced(&market, "--no-train-predictions");

    // With the file gone the rows that came from it are gone too.
    is_reproduced(&market, "--train-predictions");
    fs::remove_dir_all(folder).unwrap();
    let (code, files) = verified(&market, &market.verify(""));
    assert_eq!(code, 1);
    assert_eq!(files[1]["status"], "different", "{files:?}");
}

#[test]
fn a_file_of_in_sample_rows_that_were_all_left_out_was_read_all_the_same() {
    // Of the last hours of the window no label was known when the month began.
    let market = Market::new();
    let hours = "ts >= '2025-10-31 06:00' AND ts < '2025-10-31 12:00'";
    market.predictions(&format!("DELETE FROM predictions WHERE {hours}"));
    let folder = market.file(&format!("models/{DATASET}/{RUN}"));
    fs::create_dir_all(&folder).unwrap();
    let rows: Vec<String> =
        (6..12).map(|hour| format!("2025-10-31 {hour:02}:00:00,0.5,1.0\n")).collect();
    fs::write(folder.join("pred_train.csv"), format!("timestamp,y_pred,y_true\n{}", rows.concat()))
        .unwrap();

    let inspect = "ml-calibrated-bins inspect 2025-11 --bins-root bins --format json";
    let mut left_out = Vec::new();
    for flag in ["--no-train-predictions", "--train-predictions"] {
        is_reproduced(&market, flag);
        let bins = json(market.path(), inspect);
        assert_eq!(
            bins["prediction_sources"].as_array().unwrap().len(),
            1,
            "in-sample rows took part: {bins}"
        );
        left_out.push(bins["label"]["left_out"]["after_cutoff"].as_u64().unwrap());
    }
    assert_eq!(left_out, [18, 24], "the file's rows were not among those left out");

    // Some bins of the run made with the file, others without.
    ok(market.path(), &market.rebuild("--bin-month 2025-10 --no-train-predictions --overwrite"));
    assert_eq!(ok(market.path(), &market.verify("")), "2 files: 2 reproduced\n");
    // With the file gone their number is wrong.
    fs::remove_dir_all(folder).unwrap();
    let ran = run(market.path(), &market.verify(""));
    assert!(ran.out.ends_with("2 files: 1 reproduced, 1 different\n"), "{}", ran.out);
}

#[test]
fn one_changed_score_is_found_and_told() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--bin-month all"));
    market.predictions("UPDATE predictions SET y_pred = y_pred + 1e-12 WHERE ts = '2025-10-05'");
    assert_eq!(ok(market.path(), VERIFY), "2 files: 2 whole\n");
    let ran = run(market.path(), &market.verify(""));
    assert_eq!(ran.code, 1);
    for part in [
        &format!("different: {} is not what the data gives", Market::bins("2025-11")),
        "fingerprint",
        "2 files: 1 reproduced, 1 different",
    ] {
        assert!(ran.out.contains(part), "{}", ran.out);
    }
    assert!(ran.err.contains("1 of 2 files of bins did not pass"), "{}", ran.err);

    let (_, files) = verified(&market, &market.verify(""));
    assert_eq!(files[0]["status"], "reproduced");
    assert_eq!(
        (&files[1]["status"], &files[1]["bin_month"]),
        (&"different".into(), &"2025-11".into())
    );
    let differences = files[1]["differences"].as_array().unwrap();
    let fingerprint = differences.iter().find(|d| d["what"] == "fingerprint").unwrap();
    assert_ne!(fingerprint["found"], fingerprint["wanted"]);
}

#[test]
fn damaged_and_misplaced_files_are_told_beside_whole_ones() {
    let market = Market::from_on("2025-06-01", 150);
    ok(market.path(), &market.rebuild("--bin-month all"));
    let file = |month: &str| market.file(&Market::bins(month));
    let whole = fs::read(file("2025-07")).unwrap();
    fs::write(file("2025-08"), &whole[..whole.len() / 2]).unwrap();
    fs::copy(file("2025-07"), file("2025-09")).unwrap();
    fs::copy(file("2025-07"), market.file("bins/elsewhere.msgpack")).unwrap();
    fs::write(file("2025-07").with_file_name("notes.txt"), "mine").unwrap();
    fs::write(file("2025-07").with_file_name(".2025-07.msgpack.1-1.tmp"), "half").unwrap();
    fs::write(file("2025-07").with_file_name(".gitignore"), "*").unwrap();

    let ran = run(market.path(), &format!("{VERIFY} --format json"));
    assert_eq!(ran.code, 1, "{}", ran.out);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let statuses: Vec<_> = report["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["path"].as_str().unwrap().rsplit('/').next().unwrap(), &file["status"]))
        .collect();
    let damaged: Vec<_> =
        statuses.iter().filter(|(_, status)| *status == "damaged").map(|(name, _)| *name).collect();
    assert_eq!(damaged.len(), 3, "{statuses:?}");
    for name in ["2025-08.msgpack", "2025-09.msgpack", "elsewhere.msgpack"] {
        assert!(damaged.contains(&name), "{statuses:?}");
    }
    let strays: Vec<_> = report["strays"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stray| stray["kind"].as_str().unwrap())
        .collect();
    assert_eq!(strays, ["temporary", "file"], "{report}");

    // The proof goes on beside them, and says the same of them.
    let (code, files) = verified(&market, &market.verify(""));
    assert_eq!(code, 1);
    let count = |word: &str| files.iter().filter(|file| file["status"] == word).count();
    assert_eq!((count("reproduced"), count("damaged")), (2, 3), "{files:?}");

    // Looking changes nothing: the leftover is for the next rebuild to remove.
    assert!(file("2025-07").with_file_name(".2025-07.msgpack.1-1.tmp").exists());
    assert_eq!(
        ok(market.path(), &format!("{VERIFY} --to 2025-07 --format json"))
            .matches("\"whole\"")
            .count(),
        1
    );
}

#[test]
fn a_month_can_be_verified_alone() {
    let market = Market::from_on("2025-06-01", 150);
    ok(market.path(), &market.rebuild("--bin-month all"));
    fs::write(market.file(&Market::bins("2025-08")), "").unwrap();
    for (flags, code) in
        [("--from 2025-09", 0), ("--to 2025-07", 0), ("--from 2025-08 --to 2025-08", 1), ("", 1)]
    {
        for command in [VERIFY.to_owned(), market.verify("")] {
            assert_eq!(run(market.path(), &format!("{command} {flags}")).code, code, "{flags}");
        }
    }
    fails(market.path(), &format!("{VERIFY} --from 2026-01"), 1, &["there are no bins under bins"]);
    let report =
        json(market.path(), &format!("{VERIFY} --from 2025-09 --to 2025-09 --format json"));
    assert_eq!(report["files"][0]["run_name"], RUN);
}

#[test]
fn what_there_is_no_data_for_is_not_proven() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--bin-month all"));
    market.predictions("DELETE FROM predictions WHERE ts < '2025-10-01'");
    let (code, files) = verified(&market, &market.verify(""));
    assert_eq!(code, 1);
    assert_eq!(
        (&files[0]["status"], &files[1]["status"]),
        (&"not_reproduced".into(), &"reproduced".into())
    );
    assert!(files[0]["reason"].as_str().unwrap().contains("no predictions for 2025-10"));

    fs::rename(market.file("pred.duckdb"), market.file("gone")).unwrap();
    let (code, files) = verified(&market, &market.verify(""));
    assert_eq!(code, 1);
    assert!(files.iter().all(|file| file["status"] == "not_reproduced"), "{files:?}");
    assert!(files[0]["reason"].as_str().unwrap().contains("there is no file pred.duckdb"));
}
