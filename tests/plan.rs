//! `rebuild --dry-run` and `--only-stale`.

use std::fs;

use serde_json::Value;

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, json, ok, run};
use crate::tree::tree;

/// The plan for October and November: what was found and the action of each month.
fn planned(market: &Market, flags: &str) -> Vec<(String, String)> {
    let before = tree(market.path());
    let plan = plan(market, flags);
    assert_eq!(tree(market.path()), before, "a plan wrote something");
    let word = |month: &Value, key: &str| month[key].as_str().unwrap().to_owned();
    plan.iter().map(|month| (word(month, "found"), word(month, "action"))).collect()
}

fn plan(market: &Market, flags: &str) -> Vec<Value> {
    let months = "--from 2025-10 --to 2025-11 --dry-run --format json";
    json(market.path(), &market.rebuild(&format!("{months} {flags}")))["plan"]
        .as_array()
        .unwrap()
        .clone()
}

#[track_caller]
fn check(market: &Market, flags: &str, expect: [(&str, &str); 2]) {
    let expect = expect.map(|(found, action)| (found.to_owned(), action.to_owned()));
    assert_eq!(planned(market, flags), expect, "{flags}");
}

/// What differs in a month, by name.
fn differences(month: &Value) -> Vec<&str> {
    let list = month["differences"].as_array();
    list.into_iter().flatten().map(|difference| difference["what"].as_str().unwrap()).collect()
}

#[test]
fn each_flag_does_with_each_month_what_it_says() {
    let market = Market::new();
    for (flags, action) in [
        ("", "build"),
        ("--skip-existing", "build"),
        ("--overwrite", "build"),
        ("--only-stale", "leave"),
    ] {
        check(&market, flags, [("missing", action); 2]);
    }
    assert!(!market.file("bins").exists());

    ok(market.path(), &market.rebuild("--bin-month 2025-10"));
    check(&market, "", [("fresh", "fail"), ("missing", "build")]);
    check(&market, "--skip-existing", [("fresh", "keep"), ("missing", "build")]);
    check(&market, "--overwrite", [("fresh", "replace"), ("missing", "build")]);
    check(&market, "--only-stale", [("fresh", "keep"), ("missing", "leave")]);

    let other = "--method isotonic";
    check(&market, &format!("--skip-existing {other}"), [("stale", "keep"), ("missing", "build")]);
    check(&market, &format!("--only-stale {other}"), [("stale", "replace"), ("missing", "leave")]);

    fs::write(market.file(&Market::bins("2025-10")), "no bins").unwrap();
    check(&market, "", [("damaged", "fail"), ("missing", "build")]);
    check(&market, "--skip-existing", [("damaged", "fail"), ("missing", "build")]);
    check(&market, "--only-stale", [("damaged", "replace"), ("missing", "leave")]);
    check(&market, "--overwrite", [("damaged", "replace"), ("missing", "build")]);

    // What cannot be made fails whatever was to become of it.
    market.predictions("DELETE FROM predictions WHERE ts >= '2025-10-31'");
    check(&market, "--overwrite", [("damaged", "replace"), ("missing", "fail")]);
    check(&market, "--only-stale", [("damaged", "replace"), ("missing", "leave")]);
    let reasons = plan(&market, "--overwrite")[1]["reasons"].to_string();
    assert!(reasons.contains("the predictions end at 2025-10-30 23:00"), "{reasons}");
}

#[test]
fn what_the_plan_says_is_what_happens() {
    for flags in ["--skip-existing", "--overwrite", "--only-stale"] {
        let market = Market::new();
        ok(market.path(), &market.rebuild("--bin-month 2025-10 --method isotonic"));
        let planned = planned(&market, flags);
        let done = json(
            market.path(),
            &market.rebuild(&format!("{flags} --from 2025-10 --to 2025-11 --format json")),
        );
        for (index, (_, action)) in planned.iter().enumerate() {
            let status = match action.as_str() {
                "build" | "replace" => "written",
                "keep" => "kept",
                "leave" => "left_out",
                other => panic!("{other}"),
            };
            assert_eq!(done["months"][index]["status"], status, "{flags}");
        }
    }
}

#[test]
fn everything_that_would_make_other_bins_makes_them_stale() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--bin-month all"));
    let stale = |flags: &str| differences(&plan(&market, flags)[1]).join(", ");
    assert_eq!(stale(""), "");
    for (flags, what) in [
        ("--method isotonic", "method"),
        ("--n-bins 10", "number of bins"),
        ("--label-cutoff none", "label cutoff, rows left out, rows, inputs' fingerprint"),
    ] {
        assert_eq!(stale(flags), what, "{flags}");
    }
    assert!(
        stale("--lookback-months 2").starts_with("window from"),
        "{}",
        stale("--lookback-months 2")
    );
    let other_label = stale("--target-key y_tp_before_sl_u0.03_d0.02_24h");
    assert!(other_label.starts_with("label"), "{other_label}");
    assert!(stale("--tie-policy proximity-to-open").starts_with("tie policy"));

    // One score changed a little; the month before does not see it.
    market.predictions("UPDATE predictions SET y_pred = y_pred + 1e-9 WHERE ts = '2025-10-05'");
    assert_eq!(stale(""), "inputs' fingerprint");
    check(&market, "--only-stale", [("fresh", "keep"), ("stale", "replace")]);
}

#[test]
fn labels_that_come_from_elsewhere_or_change_are_seen() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--bin-month all"));
    market.candles("UPDATE ohlcv_btcusdt_1h SET high = high * 1.1 WHERE timestamp = '2025-10-05'");
    let months = plan(&market, "");
    assert_eq!(differences(&months[1]), ["inputs' fingerprint"]);
    assert_eq!(months[0]["found"], "fresh");
    // Labels of a table make another file even where they are the same.
    market.candles(&format!(
        "CREATE TABLE targets AS SELECT timestamp, '{DATASET}' AS dataset,
             'y_tp_before_sl_u0.04_d0.02_24h' AS target_key,
             CAST(hour(timestamp) < 6 AS DOUBLE) AS target_value, now()::TIMESTAMP AS created_at
         FROM ohlcv_btcusdt_1h"
    ));
    for month in plan(&market, "") {
        assert_eq!(differences(&month)[..2], ["labels from", "tie policy"], "{month}");
    }
}

#[test]
fn only_stale_replaces_the_stale_and_damaged_and_touches_nothing_else() {
    let market = Market::from_on("2025-06-01", 150);
    ok(market.path(), &market.rebuild("--from 2025-07 --to 2025-10"));
    let [fresh, stale, damaged, missing] = ["2025-07", "2025-08", "2025-09", "2025-10"];
    market.predictions("UPDATE predictions SET y_pred = 0.5 WHERE ts = '2025-07-20'");
    let file = |month: &str| market.file(&Market::bins(month));
    let mut bytes = fs::read(file(damaged)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file(damaged), bytes).unwrap();
    fs::remove_file(file(missing)).unwrap();

    let before = tree(market.path());
    let report = json(
        market.path(),
        &market.rebuild("--from 2025-07 --to 2025-10 --only-stale --format json"),
    );
    let after = tree(market.path());
    let statuses: Vec<_> = report["months"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["kept", "written", "written", "left_out"]);
    let counts = &report["counts"];
    assert_eq!([&counts["kept"], &counts["written"], &counts["left_out"]], [1, 2, 1]);
    // Byte for byte, and not even written anew.
    assert_eq!(before[&file(fresh)], after[&file(fresh)]);
    for month in [stale, damaged] {
        assert_ne!(before[&file(month)], after[&file(month)], "{month}");
    }
    assert!(!file(missing).exists());
    assert_eq!(ok(market.path(), &market.verify("")), "3 files: 3 reproduced\n");

    // Nothing is left to do, so a second call changes nothing at all.
    ok(market.path(), &market.rebuild("--from 2025-07 --to 2025-10 --only-stale"));
    assert_eq!(tree(market.path()), after);
}

#[test]
fn a_stale_month_whose_data_is_gone_stays_as_it_is() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--bin-month all"));
    market.predictions("DELETE FROM predictions WHERE ts >= '2025-10-20'");
    let before = tree(&market.file("bins"));
    let ran = run(market.path(), &market.rebuild("--from 2025-10 --to 2025-11 --only-stale"));
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("2025-11 is not complete"), "{}", ran.err);
    assert_eq!(tree(&market.file("bins")), before);
}

#[test]
fn the_table_says_why() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--bin-month 2025-10"));
    let flags = "--from 2025-10 --to 2025-11 --dry-run --only-stale --n-bins 10";
    let table = ok(market.path(), &market.rebuild(flags));
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4, "{table}");
    assert_eq!(lines[0], format!("{DATASET} {RUN}"));
    let lines = &lines[1..];
    for part in ["2025-10", "stale", "replace", "number of bins 20 instead of 10"] {
        assert!(lines[1].contains(part), "{table}");
    }
    for part in ["2025-11", "missing", "leave"] {
        assert!(lines[2].contains(part), "{table}");
    }
}

#[test]
fn a_plan_ignores_a_configured_report_and_refuses_what_contradicts_it() {
    let market = Market::new();
    let output = crate::program::runner(market.path(), &market.rebuild("--dry-run"))
        .env("RUNNER_REPORT", "report.json")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!market.file("report.json").exists());
    for flags in ["--dry-run --quiet", "--only-stale --overwrite", "--only-stale --skip-existing"] {
        fails(market.path(), &market.rebuild(flags), 2, &["cannot be used with"]);
    }
}
