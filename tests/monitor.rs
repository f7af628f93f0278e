//! `monitor`: what was decided, watched.

use serde_json::Value;

use crate::program::{fails, json, ok, run};

const DATA: &str = "monitor --from-data --start 2025-06-01 --missing-month skip";

/// The sample with the bins of its last months.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    ok(folder.path(), "ml-calibrated-bins rebuild --from 2025-06 --to 2025-11");
    folder
}

fn read(folder: &tempfile::TempDir, file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.path().join(file)).unwrap()).unwrap()
}

#[test]
fn the_months_of_the_sample_add_up() {
    let folder = folder();
    let arguments = format!("{DATA} --format json --metrics m.prom --alerts a.json");
    let ran = run(folder.path(), &arguments);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let months = report["months"].as_array().unwrap();
    let sum = |name: &str| months.iter().map(|m| m[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("rows"), report["rows"].as_u64().unwrap());
    assert_eq!(sum("scored"), report["scored"].as_u64().unwrap());
    // All labels but those of the last horizon, or over gaps, are known.
    assert!(sum("labelled") + 100 > sum("scored"), "{} of {}", sum("labelled"), sum("scored"));
    assert_eq!(report["detectors"].as_array().unwrap().len(), 6);

    let metrics = std::fs::read_to_string(folder.path().join("m.prom")).unwrap();
    assert_eq!(metrics.matches("runner_monitor_detector_value{").count(), 6);
    let alerts = read(&folder, "a.json");
    let names =
        alerts["alerts"].as_array().unwrap().iter().map(|a| a["labels"]["alertname"].clone());
    assert!(names.collect::<Vec<_>>().contains(&"MonitorHeartbeat".into()), "{alerts}");
}

#[test]
fn stopped_anywhere_it_goes_on_as_if_it_had_not() {
    let folder = folder();
    let last = |state: &str, end: &str| {
        run(folder.path(), &format!("{DATA} --end {end} --state {state} --format json")).out
    };
    let whole = last("whole.json", "2025-11-20");
    for end in ["2025-07-03T07:00", "2025-07-03T08:00", "2025-09-30", "2025-11-20"] {
        last("parts.json", end);
    }
    let (whole, parts): (Value, Value) = (
        serde_json::from_str(&whole).unwrap(),
        serde_json::from_str(&last("parts.json", "2025-11-20")).unwrap(),
    );
    assert_eq!(whole["detectors"], parts["detectors"]);
    assert_eq!(whole["months"], parts["months"]);
    assert_eq!(read(&folder, "whole.json")["monitors"], read(&folder, "parts.json")["monitors"]);
}

#[test]
fn stale_rows_fire_and_what_is_unknown_is_no_alert() {
    let folder = folder();
    let ran =
        run(folder.path(), &format!("{DATA} --fresh-within 30 --state s.json --alerts a.json"));
    assert_eq!(ran.code, 5, "{}", ran.err);
    let alerts = read(&folder, "a.json");
    let stale = alerts["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["labels"]["alertname"] == "RowsStale");
    let fingerprint = stale.unwrap()["fingerprint"].as_str().unwrap().to_owned();
    ok(folder.path(), &format!("monitor acknowledge --state s.json {fingerprint}"));
    fails(folder.path(), "monitor acknowledge --state s.json 0000000000000000", 2, &["no alert"]);
    fails(folder.path(), "monitor", 2, &["nothing to watch"]);
}

#[test]
fn calm_years_are_calm() {
    let folder = tempfile::tempdir().unwrap();
    let lines = json(folder.path(), "monitor simulate --years 3 --format json");
    let lines = lines.as_array().unwrap();
    assert_eq!(lines.len(), 8);
    let calm = lines.iter().filter(|line| line["change"] == "none");
    for line in calm {
        assert_eq!(line["found"]["alert_share"], 0.0, "{line}");
    }
}
