//! A fresh machine: no flags, nothing configured.

use std::time::Instant;

use crate::program::{json, run, runner, workspace};

#[test]
fn one_command_makes_the_sample_and_its_bins() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let started = Instant::now();
    let first = run(here, "ml-calibrated-bins rebuild");
    let took = started.elapsed();
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.err.contains("generated sample made in data/sample"), "{}", first.err);
    assert!(
        first.out.contains("Calibrated bins of sample_btcusdt_perp_1h for 2025-11"),
        "{}",
        first.out
    );
    assert!(first.out.contains("from the table targets"), "{}", first.out);
    assert!(first.out.contains("wrote data/sample/bins/sample_btcusdt_perp_1h/"), "{}", first.out);
    eprintln!("sample and its bins took {:.2} s", took.as_secs_f64());

    // The second instrument has no table of labels: they are made from the candles.
    let second = run(here, "ml-calibrated-bins rebuild --dataset sample_ethusdt_perp_1h");
    assert_eq!(second.code, 0, "{}", second.err);
    assert!(second.err.contains("generated sample found in data/sample"), "{}", second.err);
    assert!(second.out.contains("from the candles"), "{}", second.out);

    let inspected = json(
        here,
        "ml-calibrated-bins inspect 2025-11 --dataset sample_btcusdt_perp_1h --format json",
    );
    let quality = &inspected["diagnostics"];
    let number = |name: &str| quality[name].as_f64().unwrap();
    assert!(number("brier_after") < number("brier_before"), "calibrating must help: {quality}");
    assert_eq!(inspected["cal_rows"], 8736);

    let unknown = run(here, "ml-calibrated-bins rebuild --dataset binance_btcusdt_perp_1h");
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains("sample_ethusdt_perp_1h"), "{}", unknown.err);
}

#[test]
fn the_sample_is_the_same_everywhere() {
    // Whose exponential function is another: the C library chooses it by what the processor has.
    let plain = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F";
    let bins = |tunables: &str| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = runner(folder.path(), "ml-calibrated-bins rebuild --quiet --sample");
        assert!(command.env("GLIBC_TUNABLES", tunables).output().unwrap().status.success());
        let mut bins = json(folder.path(), "ml-calibrated-bins inspect 2025-11 --format json");
        bins["created_at"] = serde_json::Value::Null;
        bins
    };
    let here = bins("");
    assert_eq!(here, bins(""));
    assert_eq!(here, bins(plain));
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let fingerprint = here["fingerprint"].as_str().unwrap();
    assert!(readme.contains(fingerprint), "README shows another fingerprint than {fingerprint}");
}
