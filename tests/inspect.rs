//! `inspect`: the metadata of a month for people and programs, and scores put through it.

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, json, ok};

#[test]
fn the_json_has_the_names_of_the_file() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet"));
    let metadata =
        json(market.path(), "ml-calibrated-bins inspect 2025-11 --bins-root bins --format json");
    let expect = [
        ("bin_month", "2025-11"),
        ("calibration_method", "platt"),
        ("cal_window_start", "2025-10-01T00:00:00Z"),
        ("cal_window_end", "2025-11-01T00:00:00Z"),
        ("dataset", DATASET),
        ("run_name", RUN),
        ("software_version", env!("CARGO_PKG_VERSION")),
    ];
    for (name, value) in expect {
        assert_eq!(metadata[name], value, "{name}");
    }
    assert_eq!(metadata["n_bins"], 20);
    assert_eq!(metadata["cal_rows"], 720);
    assert_eq!(metadata["calibrator"]["method"], "platt");
    assert!(
        metadata["calibrator"]["slope"].is_f64() && metadata["calibrator"]["intercept"].is_f64()
    );
    assert!(metadata.get("tests").is_none());
    assert_eq!(metadata["fingerprint"].as_str().unwrap().len(), 64);
}

#[test]
fn isotonic_calibrators_show_their_thresholds() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet --method isotonic"));
    let metadata =
        json(market.path(), "ml-calibrated-bins inspect 2025-11 --bins-root bins --format json");
    let calibrator = &metadata["calibrator"];
    assert_eq!(calibrator["method"], "isotonic");
    let lengths = ["x", "y"].map(|name| calibrator[name].as_array().unwrap().len());
    assert_eq!(lengths[0], lengths[1]);
    assert!(metadata["fit"].is_null());
}

#[test]
fn scores_are_put_through_calibration_and_bins() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet"));
    let inspect = "ml-calibrated-bins inspect 2025-11 --bins-root bins";
    let report = json(market.path(), &format!("{inspect} --format json --test 0 0.5 1"));
    let tests = report["tests"].as_array().unwrap();
    let of = |name| tests.iter().map(|test| test[name].as_f64().unwrap()).collect::<Vec<_>>();
    assert_eq!(of("y_pred"), [0.0, 0.5, 1.0]);
    assert_eq!((of("q_bin")[0], of("q_bin")[2]), (1.0, 20.0));
    assert_eq!((of("signal")[0], of("signal")[2]), (-1.0, 1.0));
    let (slope, intercept) = (&report["calibrator"]["slope"], &report["calibrator"]["intercept"]);
    let z = slope.as_f64().unwrap() * 0.0 + intercept.as_f64().unwrap();
    assert!((of("p_cal")[1] - 1.0 / (1.0 + (-z).exp())).abs() < 1e-12);

    let text = ok(market.path(), &format!("{inspect} --test 0.5"));
    assert!(text.contains("score") && text.contains("probability"), "{text}");
    fails(market.path(), &format!("{inspect} --test 1.5"), 2, &["1.5", "from 0 to 1"]);
    let crossed = format!("{inspect} --test 0.5 --long-bin-threshold 2 --short-bin-threshold 5");
    fails(market.path(), &crossed, 2, &["short < long"]);
}

#[test]
fn months_and_runs_that_are_not_there() {
    let market = Market::new();
    let inspect = "ml-calibrated-bins inspect 2025-12 --bins-root bins";
    fails(market.path(), inspect, 1, &["no bins under bins", "rebuild"]);
    ok(market.path(), &market.rebuild("--quiet"));
    fails(market.path(), inspect, 1, &["no bins for 2025-12", "2025-11"]);
    ok(market.path(), &market.rebuild("--quiet --run-name other_y_tp_before_sl_u0.04_d0.02_24h"));
    let several = "ml-calibrated-bins inspect 2025-11 --bins-root bins";
    fails(market.path(), several, 1, &[RUN, "other_y_tp", "--run-name"]);
    ok(market.path(), &format!("{several} --run-name {RUN}"));
}

#[test]
fn a_damaged_file_is_named() {
    let market = Market::new();
    let path = ok(market.path(), &market.rebuild("--quiet"));
    let file = market.file(path.trim());
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let inspect = "ml-calibrated-bins inspect 2025-11 --bins-root bins";
    fails(market.path(), inspect, 1, &[path.trim(), "checksum"]);
    fails(market.path(), &market.rebuild("--skip-existing"), 1, &[path.trim(), "checksum"]);

    ok(market.path(), &market.rebuild("--bin-month 2025-10 --quiet"));
    let listed = crate::program::run(market.path(), "ml-calibrated-bins list --bins-root bins");
    assert_eq!(listed.code, 1);
    assert!(
        listed.out.contains(",2025-10,") && !listed.out.contains(",2025-11,"),
        "{}",
        listed.out
    );
    assert!(listed.err.contains(path.trim()), "{}", listed.err);
}

#[test]
fn default_thresholds_are_for_twenty_bins_only() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet --n-bins 10"));
    let inspect = "ml-calibrated-bins inspect 2025-11 --bins-root bins --test 0.5";
    fails(market.path(), inspect, 2, &["are 10", "--long-bin-threshold"]);
    ok(market.path(), &format!("{inspect} --long-bin-threshold 10 --short-bin-threshold 1"));
}
