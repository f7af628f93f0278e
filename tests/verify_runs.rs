//! `verify` where `runner.toml` has several runs: whose data proves which file.

use std::fs;

use serde_json::Value;

use crate::market::{DATASET, Market, RUN};
use crate::program::{Ran, ok, run};

const VERIFY: &str = "ml-calibrated-bins verify";
const REBUILD: &str = "ml-calibrated-bins rebuild --overwrite";
/// Another run than the one that the fixture's model is called after.
const NAMED: &str = "named_y_tp_before_sl_u0.04_d0.02_24h";

/// The table of a run with its own values.
fn table(own: &[(&str, &str)]) -> String {
    let line = |(key, value): &(&str, &str)| format!("{key} = \"{value}\"\n");
    let lines: Vec<String> = own.iter().map(line).collect();
    format!("[[ml-calibrated-bins.runs]]\n{}", lines.concat())
}

/// A market with these tables, beside a copy `other.duckdb` of the predictions.
fn desk(tables: &[&[(&str, &str)]]) -> Market {
    let market = Market::new();
    fs::copy(market.file("pred.duckdb"), market.file("other.duckdb")).unwrap();
    configure(&market, tables);
    market
}

fn configure(market: &Market, tables: &[&[(&str, &str)]]) {
    let tables: String = tables.iter().map(|own| table(own)).collect();
    let all = "lookback_months = 1\nohlcv_duckdb = \"ohlcv.duckdb\"\n";
    fs::write(market.file("runner.toml"), format!("{all}{tables}")).unwrap();
}

fn sql(market: &Market, file: &str, sql: &str) {
    duckdb::Connection::open(market.file(file)).unwrap().execute_batch(sql).unwrap();
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err))
}

/// Path and status of every file, by path.
fn statuses(market: &Market) -> (i32, Vec<(String, String)>) {
    let ran = run(market.path(), &format!("{VERIFY} --rebuild --format json"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let files = report(&ran)["files"].as_array().unwrap().clone();
    (ran.code, files.iter().map(|file| (text(&file["path"]), text(&file["status"]))).collect())
}

#[track_caller]
fn check(market: &Market, code: i32, expect: &[(&str, &str)]) {
    let expect = expect.iter().map(|(path, status)| ((*path).to_owned(), (*status).to_owned()));
    assert_eq!(statuses(market), (code, expect.collect()));
}

/// The bins of November of `name` below `root`.
fn november(root: &str, name: &str) -> String {
    format!("{root}/{DATASET}/{name}/2025-11.msgpack")
}

#[test]
fn bins_of_one_run_and_month_in_two_roots_are_judged_each_by_itself() {
    let market = desk(&[
        &[("bins_root", "one"), ("method", "platt"), ("pred_duckdb", "pred.duckdb")],
        &[("bins_root", "two"), ("method", "isotonic"), ("pred_duckdb", "pred.duckdb")],
    ]);
    ok(market.path(), REBUILD);
    let [one, two] = ["one", "two"].map(|root| november(root, RUN));
    let bytes = [&one, &two].map(|path| fs::read(market.file(path)).unwrap());
    assert_ne!(bytes[0], bytes[1], "one method made both");
    check(&market, 0, &[(&one, "reproduced"), (&two, "reproduced")]);

    // Other bins of the same run and month, from data that nobody has any more.
    market.predictions("UPDATE predictions SET y_pred = y_pred + 1e-12 WHERE ts = '2025-10-05'");
    ok(market.path(), REBUILD);
    let changed = [&one, &two].map(|path| fs::read(market.file(path)).unwrap());
    fs::copy(market.file("other.duckdb"), market.file("pred.duckdb")).unwrap();
    for (file, other, whole) in [(0, 1, [&one, &two]), (1, 0, [&two, &one])] {
        fs::write(market.file(whole[0]), &changed[file]).unwrap();
        fs::write(market.file(whole[1]), &bytes[other]).unwrap();
        let mut expect = [(whole[0].as_str(), "different"), (whole[1].as_str(), "reproduced")];
        expect.sort_unstable();
        check(&market, 1, &expect);
        let said = run(market.path(), &format!("{VERIFY} --rebuild")).out;
        assert!(said.contains(&format!("different: {} is not what", whole[0])), "{said}");
        assert!(!said.contains(whole[1]), "{said}");
        assert!(said.ends_with("2 files: 1 reproduced, 1 different\n"), "{said}");
    }
}

#[test]
fn a_run_without_a_name_says_nothing_of_the_files_of_others() {
    let market = desk(&[
        &[("pred_duckdb", "pred.duckdb")],
        &[("run_name", NAMED), ("pred_duckdb", "other.duckdb")],
    ]);
    let [named, unnamed] = [NAMED, RUN].map(|name| november("data/bins", name));
    let both = [(named.as_str(), "reproduced"), (unnamed.as_str(), "reproduced")];
    for change in [
        // The first run's file has the model of the other too, with other scores: they differ.
        "UPDATE predictions SET y_pred = 1 - y_pred".to_owned(),
        // It does not have the model: the other's bins could not be made anew.
        format!("UPDATE predictions SET model_path = 'models/{DATASET}/{NAMED}/model.txt'"),
    ] {
        sql(&market, "other.duckdb", &change);
        ok(market.path(), REBUILD);
        check(&market, 0, &both);
    }
    // What the run's own data does not give is told all the same.
    sql(&market, "other.duckdb", "UPDATE predictions SET y_pred = 0.5 WHERE ts = '2025-10-05'");
    check(&market, 1, &[(&named, "different"), both[1]]);
    fs::rename(market.file("other.duckdb"), market.file("gone")).unwrap();
    check(&market, 1, &[(&named, "not_reproduced"), both[1]]);
}

#[test]
fn files_of_runs_that_are_not_configured_are_counted_and_not_read() {
    let market = Market::new();
    // Two months of a run that is not configured later, one of them no bins any more.
    ok(market.path(), &market.rebuild("--bin-month all"));
    fs::write(market.file(&Market::bins("2025-10")), "no bins").unwrap();
    let own = [("run_name", NAMED), ("pred_duckdb", "pred.duckdb"), ("bins_root", "bins")];
    configure(&market, &[&own]);
    ok(market.path(), REBUILD);
    fs::copy(market.file(&november("bins", NAMED)), market.file("bins/elsewhere.msgpack")).unwrap();

    for (flag, word) in [("", "whole"), ("--rebuild", "reproduced")] {
        let ran = run(market.path(), &format!("{VERIFY} {flag}"));
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        let misplaced = "other: bins/elsewhere.msgpack: ends like bins and lies where none are";
        assert!(ran.out.contains(misplaced), "{}", ran.out);
        assert!(ran.out.ends_with(&format!("1 file: 1 {word}\n")), "{}", ran.out);
        assert!(ran.err.contains("2 more files of bins were not read"), "{}", ran.err);

        let ran = run(market.path(), &format!("{VERIFY} {flag} --format json"));
        let report = report(&ran);
        assert_eq!(report["not_read"], 2, "{report}");
        assert_eq!(report["files"].as_array().unwrap().len(), 1, "{report}");
        let strays = report["strays"].as_array().unwrap();
        assert_eq!(strays.len(), 1, "{report}");
        assert_eq!(strays[0]["path"], "bins/elsewhere.msgpack");
        assert_eq!(strays[0]["kind"], "misplaced");
    }

    // With nothing configured every file is read, and what is wrong with it found.
    fs::write(market.file("empty.toml"), "").unwrap();
    let every = format!("{VERIFY} --config empty.toml --bins-root bins");
    let ran = run(market.path(), &every);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.ends_with("4 files: 2 whole, 2 damaged\n"), "{}", ran.out);
    assert!(!ran.err.contains("not read"), "{}", ran.err);
    let report = report(&run(market.path(), &format!("{every} --format json")));
    assert_eq!((&report["not_read"], &report["strays"]), (&0.into(), &Value::Array(Vec::new())));
}
