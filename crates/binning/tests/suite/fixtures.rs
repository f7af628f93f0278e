//! Files of version 2 stay readable, and stay what is written.
//!
//! The fixtures are the sample as it was saved when the format was defined. They are never made anew:
//! if these tests fail, the format has changed and needs a new version. The JSON beside them is what
//! `tests/golden/read_file.py` read with Python's msgpack.

use std::fs;
use std::path::{Path, PathBuf};

use artifacts::OnExisting;
use binning::{BinMetadata, BinStore, MetadataParts};
use serde_json::Value;

use crate::sample;

fn fixture(name: &str) -> PathBuf {
    Path::new("tests/fixtures").join(name)
}

fn check(month: &str, sample: MetadataParts) {
    let file = fixture(&format!("{month}.msgpack"));
    let loaded = BinStore::load_file(&file).unwrap();
    let sample = BinMetadata::new(sample).unwrap();
    assert_eq!(loaded, sample);

    // In any language, and under the names that `inspect --format json` prints.
    let json = fs::read_to_string(fixture(&format!("{month}.json"))).unwrap();
    let read_by_python: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_value(loaded.to_record()).unwrap(), read_by_python);

    // Saved today, on whatever machine this runs on: the same bytes.
    let folder = tempfile::tempdir().unwrap();
    let saved = BinStore::new(folder.path()).save(&sample, OnExisting::Refuse).unwrap();
    assert_eq!(fs::read(saved.path()).unwrap(), fs::read(file).unwrap());
}

#[test]
fn platt_of_version_2() {
    check("2025-11", sample::platt());
}

#[test]
fn isotonic_of_version_2() {
    check("2025-12", sample::isotonic());
}

#[test]
fn the_record_has_the_public_names_in_their_order() {
    let json = serde_json::to_string(&sample::metadata().to_record()).unwrap();
    let names = [
        "bin_month",
        "n_bins",
        "calibration_method",
        "bin_edges",
        "calibrator",
        "cal_window_start",
        "cal_window_end",
        "cal_rows",
        "created_at",
        "model_path",
        "dataset",
        "run_name",
        "label",
        "prediction_sources",
        "matched_model_path",
        "fit",
        "diagnostics",
        "payoffs",
        "software_version",
        "fingerprint",
    ];
    let places: Vec<usize> =
        names.iter().map(|name| json.find(&format!("\"{name}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(json.contains(r#""bin_month":"2025-11""#), "{json}");
    assert!(
        json.contains(r#""calibrator":{"method":"platt","slope":1.25,"intercept":-0.5}"#),
        "{json}"
    );
    assert!(json.contains(r#""cal_window_end":"2025-11-01T00:00:00Z""#), "{json}");
}
