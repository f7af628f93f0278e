//! `--report`: pages beside what commands print.

use crate::program::{fails, json, ok};

/// What must not be on a page, and what must be.
fn check(page: &str) {
    for outside in ["<script", "http://", "https://", "NaN"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.len() < 300_000, "{}", page.len());
    assert!(page.contains("runner ml-calibrated-bins"), "the footer has no command");
}

#[test]
fn an_evaluation_has_the_numbers_of_its_json() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "ml-calibrated-bins evaluate --format json --report page.html";
    let report = json(folder.path(), arguments);
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    check(&page);
    let overall = &report["overall"]["platt"];
    let number = |name: &str| overall[name].as_f64().unwrap();
    assert!(page.contains(&format!("{:.5}", number("brier"))));
    assert!(page.contains(&format!("<strong>{:.4}</strong>", number("auc"))));
    assert!(page.contains(&format!("<strong>{:.3}</strong>", number("calibration_slope"))));
    let bins = report["bins"].as_array().unwrap();
    for bin in bins {
        let rate = format!("<td>{:.1} %</td>", bin["hit_rate"].as_f64().unwrap() * 100.0);
        assert!(page.contains(&rate), "{rate}");
    }
    // The same again gives the same page, and printing does not change.
    std::fs::remove_file(folder.path().join("page.html")).unwrap();
    assert_eq!(json(folder.path(), arguments), report);
    assert_eq!(std::fs::read_to_string(folder.path().join("page.html")).unwrap(), page);
}

#[test]
fn two_months_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    for month in ["2025-10", "2025-11"] {
        ok(folder.path(), &format!("ml-calibrated-bins rebuild --bin-month {month}"));
    }
    ok(folder.path(), "ml-calibrated-bins inspect 2025-11 --compare 2025-10 --report page.html");
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    check(&page);
    for part in ["Bins of 2025-11", "Bins of 2025-10", "Upper edges of the bins"] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn a_page_replaces_no_data() {
    let folder = tempfile::tempdir().unwrap();
    ok(folder.path(), "data sample");
    let data = "data/sample/sample_btcusdt_perp_ohlcv.duckdb";
    let before = std::fs::read(folder.path().join(data)).unwrap();
    let command = format!("ml-calibrated-bins evaluate --report {data}");
    let files =
        "--pred-duckdb data/sample/sample_btcusdt_perp_prediction_classifier.duckdb --ohlcv-duckdb";
    fails(folder.path(), &format!("{command} {files} {data}"), 2, &["is a file that is read"]);
    fails(folder.path(), &command, 2, &["is a file that is read"]);
    assert_eq!(std::fs::read(folder.path().join(data)).unwrap(), before);
}

#[test]
fn a_backtest_has_the_numbers_of_its_summary() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "mean-reversion backtest --start 2025-01-01 --format json --report page.html";
    let summary = json(folder.path(), arguments);
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(
        page.len() < 300_000 && !page.contains("<script") && page.contains("runner mean-reversion")
    );
    let result = &summary["result"];
    let number = |name: &str| result[name].as_f64().unwrap();
    let drawdown = format!("<strong>{:.2} %</strong>", number("max_drawdown") * 100.0);
    assert!(page.contains(&drawdown), "{drawdown}");
    let signed = |value: f64| format!("{value:+.2}").replace('+', "");
    for name in ["gross_pnl", "net_pnl"] {
        let digits = signed(number(name)).replace('-', "");
        let (whole, _) = digits.split_once('.').unwrap();
        assert!(whole.len() > 3 || page.contains(&digits), "{name} {digits}");
    }
}
