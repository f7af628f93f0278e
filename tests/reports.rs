//! What a rebuild reports to programs, also when it fails.

use std::fs;

use serde_json::Value;

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, ok, run};

fn report(market: &Market) -> Value {
    serde_json::from_str(&fs::read_to_string(market.file("out/report.json")).unwrap()).unwrap()
}

fn counts(report: &Value) -> [u64; 5] {
    ["written", "kept", "left_out", "failed", "not_begun"]
        .map(|name| report["counts"][name].as_u64().unwrap())
}

#[test]
fn the_file_holds_what_json_prints() {
    let market = Market::new();
    let printed = ok(
        market.path(),
        &market.rebuild("--bin-month all --format json --report out/report.json"),
    );
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(report(&market), printed);
    assert_eq!(counts(&printed), [2, 0, 0, 0, 0]);
    for month in printed["months"].as_array().unwrap() {
        assert_eq!((&month["dataset"], &month["run_name"]), (&DATASET.into(), &RUN.into()));
    }
    // Beside any other form of output, and over the report of the call before.
    for flags in ["--quiet", "", "--format text"] {
        ok(
            market.path(),
            &market.rebuild(&format!("{flags} --skip-existing --report out/report.json")),
        );
        assert_eq!(counts(&report(&market)), [0, 1, 0, 0, 0]);
    }
    assert_eq!(fs::read_dir(market.file("out")).unwrap().count(), 1, "leftovers");
}

#[test]
fn with_keep_going_every_month_has_its_end() {
    let market = Market::new();
    market.standing_still("2025-09-01", "2025-10-01");
    let flags = "--bin-month 2025-10 2025-11 2024-01 --keep-going --report out/report.json";
    let ran = run(market.path(), &market.rebuild(flags));
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("2 of 3 months failed"), "{}", ran.err);
    for part in ["2024-01: no predictions for 2024-01", "2025-10: cannot calibrate 2025-10: "] {
        assert!(ran.err.contains(part), "no `{part}` in\n{}", ran.err);
    }
    let report = report(&market);
    assert_eq!(counts(&report), [1, 0, 0, 2, 0]);
    let months = report["months"].as_array().unwrap();
    let ends: Vec<_> = months.iter().map(|month| month["status"].as_str().unwrap()).collect();
    assert_eq!(ends, ["failed", "failed", "written"]);
    assert_eq!(months[1]["error"]["kind"], "failed");
    assert!(months[1]["error"]["message"].as_str().unwrap().contains("cannot calibrate 2025-10: "));
}

#[test]
fn without_it_the_first_failure_ends_the_call_and_the_rest_is_not_begun() {
    let market = Market::from_on("2025-06-01", 150);
    let flags = "--from 2025-05 --to 2025-10 --jobs 1 --report out/report.json";
    let ran = run(market.path(), &market.rebuild(flags));
    assert_eq!(ran.code, 1);
    assert_eq!(ran.err.matches("no predictions for 2025-05").count(), 1, "told once:\n{}", ran.err);
    let report = report(&market);
    assert_eq!(counts(&report), [0, 0, 0, 1, 5]);
    assert_eq!(report["months"][0]["error"]["kind"], "failed");
    assert_eq!(report["months"][5]["status"], "not_begun");
    assert!(!market.file("bins").join(DATASET).join(RUN).join("2025-06.msgpack").exists());
}

#[test]
fn kinds_of_failure_can_be_told_apart() {
    let market = Market::new();
    let report_flag = "--report out/report.json";
    ok(market.path(), &market.rebuild("--quiet"));
    fails(market.path(), &market.rebuild(report_flag), 1, &["exists already", "--skip-existing"]);
    assert_eq!(report(&market)["failed_runs"][0]["kind"], "exists");

    market.predictions("DELETE FROM predictions WHERE ts >= '2025-10-31'");
    let incomplete = format!("--bin-month 2025-11 --overwrite {report_flag}");
    fails(market.path(), &market.rebuild(&incomplete), 1, &["not complete"]);
    let month = &report(&market)["months"][0];
    assert_eq!(month["error"]["kind"], "incomplete");

    let writer = duckdb::Connection::open(market.file("pred.duckdb")).unwrap();
    let locked = format!("--overwrite --lock-timeout 0 {report_flag}");
    fails(market.path(), &market.rebuild(&locked), 1, &["pred.duckdb"]);
    assert_eq!(report(&market)["failed_runs"][0]["kind"], "locked");
    drop(writer);

    fs::rename(market.file("pred.duckdb"), market.file("gone")).unwrap();
    fails(market.path(), &market.rebuild(&format!("--overwrite {report_flag}")), 1, &["no file"]);
    assert_eq!(report(&market)["failed_runs"][0]["kind"], "failed");
}

#[test]
fn a_report_never_takes_the_place_of_data() {
    let market = Market::new();
    for name in ["pred.duckdb", "ohlcv.duckdb"] {
        let before = fs::read(market.file(name)).unwrap();
        let error = [name, "is a file that is read", "name another file"];
        for path in [name.to_owned(), format!("./{name}"), market.file(name).display().to_string()]
        {
            fails(market.path(), &market.rebuild(&format!("--report {path}")), 2, &error);
        }
        assert_eq!(fs::read(market.file(name)).unwrap(), before);
    }
    assert!(!market.file("bins").exists());
}

#[test]
#[cfg(unix)]
fn a_report_is_an_ordinary_file_and_nothing_else_takes_harm() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let market = Market::new();
    fs::create_dir(market.file("folder")).unwrap();
    let usage = "name another file";
    fails(market.path(), &market.rebuild("--report folder"), 2, &["folder is a folder", usage]);
    fails(market.path(), &market.rebuild("--report /dev/null"), 2, &["a device or a pipe", usage]);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());

    // Readable by others as any new file is, and behind a link where the link leads.
    fs::write(market.file("plain"), "").unwrap();
    symlink("plain", market.file("link")).unwrap();
    ok(market.path(), &market.rebuild("--quiet --report link"));
    ok(market.path(), &market.rebuild("--quiet --overwrite --report new"));
    assert!(market.file("link").is_symlink());
    let mode = |name: &str| fs::metadata(market.file(name)).unwrap().permissions().mode();
    fs::write(market.file("other"), "").unwrap();
    assert_eq!((mode("plain"), mode("new")), (mode("other"), mode("other")));
    for name in ["plain", "new"] {
        assert!(fs::read_to_string(market.file(name)).unwrap().contains("\"written\": 1"));
    }
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_and_the_bins_are_there() {
    let market = Market::new();
    fs::write(market.file("file"), "").unwrap();
    let ran = run(market.path(), &market.rebuild("--report file/report.json --quiet"));
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("cannot write the report file/report.json"), "{}", ran.err);
    assert!(market.file(&Market::bins("2025-11")).is_file());
}

#[test]
fn a_report_that_cannot_be_written_is_told_beside_what_else_failed() {
    let market = Market::new();
    fs::write(market.file("file"), "").unwrap();
    market.standing_still("2025-10-01", "2025-11-01");
    let no_report = "error: cannot write the report file/report.json";
    let flags = "--bin-month all --overwrite --report file/report.json";
    for (more, failed) in [
        ("", "cannot calibrate 2025-11"),
        ("--quiet", "cannot calibrate 2025-11"),
        ("--keep-going", "1 of 2 months failed"),
    ] {
        let ran = run(market.path(), &market.rebuild(&format!("{flags} {more}")));
        assert_eq!(ran.code, 1, "{more}: {}", ran.err);
        for part in [no_report, failed] {
            assert_eq!(ran.err.matches(part).count(), 1, "{more}: `{part}` in\n{}", ran.err);
        }
    }
    // A run that could not be opened has no months at all.
    fs::rename(market.file("pred.duckdb"), market.file("gone")).unwrap();
    let parts = [no_report, "there is no file pred.duckdb"];
    fails(market.path(), &market.rebuild(flags), 1, &parts);
}

#[test]
fn a_damaged_file_that_was_to_be_kept_is_a_month_that_failed() {
    let flags = "--from 2025-07 --to 2025-10 --skip-existing --report out/report.json";
    for damaged in [0, 3] {
        let market = Market::from_on("2025-06-01", 150);
        let months = ["2025-07", "2025-08", "2025-09", "2025-10"].map(Market::bins);
        ok(market.path(), &market.rebuild("--from 2025-07 --to 2025-10"));
        for missing in [1, 2] {
            fs::remove_file(market.file(&months[missing])).unwrap();
        }
        fs::write(market.file(&months[damaged]), "no bins").unwrap();
        let kept = if damaged == 0 { 3 } else { 0 };
        let expect = |others| {
            let mut ends = [others; 4];
            (ends[damaged], ends[kept]) = ("failed", "kept");
            ends
        };
        for (more, others) in [("", "not_begun"), ("--keep-going", "written")] {
            let ran = run(market.path(), &market.rebuild(&format!("{flags} {more}")));
            assert_eq!(ran.code, 1, "{more}: {}", ran.out);
            assert!(ran.err.contains(&months[damaged]), "{more}: {}", ran.err);
            let report = report(&market);
            let ends: Vec<_> = report["months"]
                .as_array()
                .unwrap()
                .iter()
                .map(|month| month["status"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(ends, expect(others), "{more}");
            for month in [1, 2] {
                assert_eq!(market.file(&months[month]).exists(), others == "written", "{more}");
            }
            // Nobody asked for it to be replaced.
            assert_eq!(fs::read(market.file(&months[damaged])).unwrap(), b"no bins");
        }
    }
}
