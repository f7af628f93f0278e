//! `--report`: pages beside what commands print.

use crate::program::{fails, json, ok, runner};

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

/// A call that writes each kind of page, in this order.
const PAGES: [&str; 6] = [
    "ml-calibrated-bins evaluate --from 2025-10 --to 2025-11 --resamples 50",
    "ml-calibrated-bins inspect 2025-11",
    "ml-calibrated-bins inspect 2025-11 --compare 2025-10",
    "mean-reversion backtest --start 2025-06-01 --trials t.jsonl",
    "mean-reversion sweep --start 2025-06-01 --set entry-z=1,2 --set stop-loss=0.02,0.05 --walk-forward 2:1 \
     --trials none.jsonl",
    "monitor --from-data --start 2025-10-01 --missing-month skip",
];

fn sample_with_bins() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    ok(folder.path(), "ml-calibrated-bins rebuild --bin-month 2025-10 2025-11");
    folder
}

/// Numbers, times and words do not depend on where a page is made.
#[test]
fn a_page_is_the_same_bytes_in_any_locale_and_time_zone() {
    let folder = sample_with_bins();
    let at = folder.path();
    for call in PAGES {
        let mut pages = Vec::new();
        for (locale, zone) in [
            ("C", "UTC"),
            ("de_DE.UTF-8", "Europe/Berlin"),
            ("ar_EG.UTF-8", "America/St_Johns"),
            ("hi_IN.UTF-8", "Asia/Kathmandu"),
            ("tr_TR.UTF-8", "Pacific/Chatham"),
        ] {
            // Each counts its settings anew.
            let _ = std::fs::remove_file(at.join("t.jsonl"));
            let _ = std::fs::remove_file(at.join("none.jsonl"));
            let mut command = runner(at, &format!("{call} --report page.html"));
            let ran =
                command.env("LC_ALL", locale).env("LANG", locale).env("TZ", zone).output().unwrap();
            let code = ran.status.code();
            assert!(code == Some(0) || call.starts_with("monitor"), "{call}: {code:?}");
            let page = std::fs::read_to_string(at.join("page.html")).unwrap();
            std::fs::remove_file(at.join("page.html")).unwrap();
            pages.push(page);
        }
        for page in &pages {
            assert_eq!(*page, pages[0], "{call}");
        }
    }
}

/// What a keyboard and a screen reader need of every page.
#[test]
fn every_page_can_be_read_without_seeing_it() {
    let folder = sample_with_bins();
    for call in PAGES {
        crate::program::run(folder.path(), &format!("{call} --report page.html"));
        let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
        let tags: Vec<&str> =
            page.split('<').skip(1).filter_map(|tag| tag.split('>').next()).collect();
        let of = |name: &str| -> Vec<&str> {
            let is = |tag: &&&str| tag.split([' ', '/']).next() == Some(name);
            tags.iter().filter(is).copied().collect()
        };
        assert!(of("html").iter().all(|tag| tag.contains("lang=\"en\"")), "{call}");
        assert_eq!((of("main").len(), of("h1").len()), (1, 1), "{call}");
        // The first link leads past the navigation; each leads to something on the page.
        assert!(of("a")[0].contains("href=\"#main\""), "{call}");
        for link in of("a") {
            let target = link.split("href=\"#").nth(1).and_then(|rest| rest.split('"').next());
            let target = target.unwrap_or_else(|| panic!("{call}: {link}"));
            assert!(page.contains(&format!("id=\"{target}\"")), "{call}: #{target}");
        }
        // A picture has a name, or is told by the words beside it.
        for picture in of("svg") {
            let named = picture.contains("role=\"img\"") && picture.contains("aria-label=\"");
            assert!(named || picture.contains("aria-hidden=\"true\""), "{call}: {picture}");
        }
        assert!(of("th").iter().all(|cell| cell.contains("scope=\"")), "{call}");
        // Parts that scroll are told apart by their names.
        let regions: Vec<&str> =
            tags.iter().filter(|tag| tag.contains("role=\"region\"")).copied().collect();
        let names: std::collections::BTreeSet<_> = regions.iter().collect();
        assert_eq!(names.len(), regions.len(), "{call}: {regions:?}");
        // No level of headings is left out.
        let levels = tags.iter().filter_map(|tag| match tag.as_bytes() {
            [b'h', digit @ b'1'..=b'6', rest @ ..]
                if !rest.first().is_some_and(u8::is_ascii_alphanumeric) =>
            {
                Some(digit - b'0')
            }
            _ => None,
        });
        levels.fold(0, |before, level| {
            assert!(level <= before + 1, "{call}: h{level} after h{before}");
            level
        });
        // Nothing changes the order in which Tab goes, nothing hides where it is.
        assert!(!page.contains("tabindex=\"1") && !page.contains("outline:none"), "{call}");
        assert!(page.contains(":focus"), "{call}: no mark of the focus");
        // Behind each picture lies a table.
        assert_eq!(of("details").len(), of("summary").len(), "{call}");
        assert!(!of("table").is_empty(), "{call}");
    }
}

/// One trade: of the long and the short of the same hours one only won and the other only lost.
#[test]
fn ratios_without_losses_or_gains_are_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let mut factors = Vec::new();
    for side in ["1", "-1"] {
        let signals = format!(
            "timestamp,signal\n2025-06-05 00:00:00,{side}\n2025-06-05 01:00:00,0\n2025-06-05 02:00:00,0\n"
        );
        std::fs::write(at.join("one.csv"), signals).unwrap();
        let call = "backtest --sample --dataset sample_btcusdt_perp_1h --signals one.csv --fee-taker 0 \
                    --slippage 0 --trials t.jsonl --format json --report one.html";
        let summary = json(at, call);
        let page = std::fs::read_to_string(at.join("one.html")).unwrap();
        std::fs::remove_file(at.join("one.html")).unwrap();
        assert!(
            !page.contains("NaN") && !page.contains(">inf") && page.contains("1 trade"),
            "{side}"
        );
        let shown = page.split("Profit factor</dt><dd><strong>").nth(1).unwrap();
        let shown = shown.split('<').next().unwrap().to_owned();
        assert_eq!(summary["result"]["trades"], 1);
        factors.push(shown);
    }
    factors.sort();
    assert_eq!(factors, ["0.00", "–"]);
}
