//! `[[ml-calibrated-bins.runs]]`: several runs in `runner.toml`.

use std::fs;

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, json, ok, run, runner};
use crate::tree::bins;

const LABEL: &str = "y_tp_before_sl_u0.04_d0.02_24h";
const REBUILD: &str = "ml-calibrated-bins rebuild";

const RUNS: &str = r#"
lookback_months = 1

[ml-calibrated-bins]
n_bins = 10
dataset = "test_btcusdt_perp_1h"

[[ml-calibrated-bins.runs]]
run_name = "a_y_tp_before_sl_u0.04_d0.02_24h"
pred_duckdb = "pred.duckdb"
ohlcv_duckdb = "ohlcv.duckdb"
bins_root = "bins"

[[ml-calibrated-bins.runs]]
run_name = "b_y_tp_before_sl_u0.04_d0.02_24h"
pred_duckdb = "other.duckdb"
ohlcv_duckdb = "ohlcv.duckdb"
bins_root = "elsewhere"
method = "isotonic"
n_bins = 5
"#;

/// Two runs: `a`, and `b` with other predictions, method and root.
fn desk() -> Market {
    let market = Market::new();
    fs::copy(market.file("pred.duckdb"), market.file("other.duckdb")).unwrap();
    fs::write(market.file("runner.toml"), RUNS).unwrap();
    market
}

fn with(config: &str) -> Market {
    let market = Market::new();
    fs::write(market.file("runner.toml"), config).unwrap();
    market
}

/// Run, method and number of bins of each month of a rebuild's report.
fn made(market: &Market, flags: &str) -> Vec<(String, String, u64)> {
    let report = json(market.path(), &format!("{REBUILD} --overwrite --format json {flags}"));
    report["months"]
        .as_array()
        .unwrap()
        .iter()
        .map(|month| {
            let metadata = &month["metadata"];
            (
                month["run_name"].as_str().unwrap()[..1].to_owned(),
                metadata["calibrator"]["method"].as_str().unwrap().to_owned(),
                metadata["n_bins"].as_u64().unwrap(),
            )
        })
        .collect()
}

fn is(run: &str, method: &str, n_bins: u64) -> (String, String, u64) {
    (run.to_owned(), method.to_owned(), n_bins)
}

#[test]
fn each_run_is_made_with_its_own_values() {
    let market = desk();
    assert_eq!(made(&market, ""), [is("a", "platt", 10), is("b", "isotonic", 5)]);
    for root in ["bins", "elsewhere"] {
        assert_eq!(bins(&market.file(root)).len(), 1, "{root}");
    }
    assert_eq!(ok(market.path(), "ml-calibrated-bins verify"), "2 files: 2 whole\n");
    assert_eq!(ok(market.path(), "ml-calibrated-bins verify --rebuild"), "2 files: 2 reproduced\n");
    // The data of one run changed: only its file differs.
    let other = duckdb::Connection::open(market.file("other.duckdb")).unwrap();
    other.execute_batch("UPDATE predictions SET y_pred = 0.5 WHERE ts = '2025-10-05'").unwrap();
    drop(other);
    let ran = run(market.path(), "ml-calibrated-bins verify --rebuild");
    assert!(ran.out.ends_with("2 files: 1 reproduced, 1 different\n"), "{}", ran.out);
}

#[test]
fn runs_are_chosen_by_name() {
    let market = desk();
    let [a, b] = [is("a", "platt", 10), is("b", "isotonic", 5)];
    assert_eq!(made(&market, &format!("--run-name b_{LABEL}")), std::slice::from_ref(&b));
    assert_eq!(made(&market, &format!("--run-name a_{LABEL}")), std::slice::from_ref(&a));
    // A part of one name is enough, a part of both is not.
    assert_eq!(made(&market, "--run-name b_y_tp"), std::slice::from_ref(&b));
    fails(market.path(), &format!("{REBUILD} --run-name _y_tp"), 2, &["part of several", "b_y_tp"]);
    // What the file says for all runs is true of each of them.
    assert_eq!(made(&market, &format!("--dataset {DATASET}")), [a, b.clone()]);
    assert_eq!(made(&market, &format!("--dataset {DATASET} --run-name b_{LABEL}")), [b]);
    for flags in
        ["--run-name c", "--dataset other", &format!("--dataset other --run-name a_{LABEL}")]
    {
        let lists = ["no run of the configuration has", "line 8", "line 14", "b_y_tp"];
        fails(market.path(), &format!("{REBUILD} {flags}"), 2, &lists);
        fails(market.path(), &format!("ml-calibrated-bins verify {flags}"), 2, &lists);
    }
}

#[test]
fn flags_and_environment_go_before_a_run_s_values() {
    let market = desk();
    assert_eq!(made(&market, "--method platt"), [is("a", "platt", 10), is("b", "platt", 5)]);
    assert_eq!(made(&market, "--n-bins 4"), [is("a", "platt", 4), is("b", "isotonic", 4)]);
    let output = runner(market.path(), &format!("{REBUILD} --overwrite --quiet"))
        .env("RUNNER_BINS_ROOT", "third")
        .output()
        .unwrap();
    let paths = String::from_utf8(output.stdout).unwrap();
    assert_eq!(paths.lines().filter(|path| path.starts_with("third/")).count(), 2, "{paths}");
}

#[test]
fn a_command_for_one_run_wants_it_chosen_and_takes_its_values() {
    let market = desk();
    ok(market.path(), &format!("{REBUILD} --bin-month all"));
    for command in ["signals", "evaluate", "check", "score"] {
        let lists = ["choose one", "--run-name", "a_y_tp", "b_y_tp", "line 14"];
        fails(market.path(), &format!("ml-calibrated-bins {command}"), 2, &lists);
    }
    let thresholds = "--long-bin-threshold 5 --short-bin-threshold 1";
    for run_name in ["a", "b"] {
        let arguments = format!(
            "ml-calibrated-bins signals --run-name {run_name}_{LABEL} {thresholds} --start 2025-10-01"
        );
        let signals = ok(market.path(), &arguments);
        assert!(signals.lines().count() > 24 * 30, "{signals}");
        // Ten bins in one run, five in the other.
        let highest =
            signals.lines().skip(1).filter_map(|line| line.split(',').nth(3)?.parse().ok()).max();
        assert_eq!(highest, Some(if run_name == "a" { 10 } else { 5 }));
    }
}

#[test]
fn list_works_without_a_choice_where_all_bins_lie_together() {
    let text = RUNS.replace("bins_root = \"elsewhere\"", "bins_root = \"bins\"");
    let market = desk();
    fs::write(market.file("runner.toml"), text.replace("bins_root = \"bins\"\n", "")).unwrap();
    ok(market.path(), REBUILD);
    let list = ok(market.path(), "ml-calibrated-bins list");
    assert!(list.contains("a_y_tp") && list.contains("b_y_tp"), "{list}");
}

#[test]
fn a_run_that_fails_ends_the_call_or_is_passed_over() {
    let market = desk();
    fs::write(market.file("runner.toml"), RUNS.replacen("\"pred.duckdb\"", "\"gone.duckdb\"", 1))
        .unwrap();
    let error = ["there is no file gone.duckdb"];
    // The other run is made all the same.
    let ran = run(market.path(), REBUILD);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains(error[0]) && ran.err.contains("1 of 2 runs failed"), "{}", ran.err);
    assert_eq!(bins(&market.file("elsewhere")).len(), 1);
    fs::remove_dir_all(market.file("elsewhere")).unwrap();
    let ran = run(market.path(), &format!("{REBUILD} --dry-run"));
    assert!(
        ran.code == 1 && ran.err.contains(error[0]) && ran.out.contains("build"),
        "{}",
        ran.err
    );

    let ran = run(market.path(), &format!("{REBUILD} --keep-going --report report.json"));
    assert_eq!(ran.code, 1);
    for part in ["a_y_tp", "gone.duckdb", "1 of 2 runs failed"] {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
    assert_eq!(bins(&market.file("elsewhere")).len(), 1);
    let report = fs::read_to_string(market.file("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["counts"]["written"], 1);
    assert_eq!(report["failed_runs"][0]["kind"], "failed");
    assert!(report["failed_runs"][0]["run"].as_str().unwrap().contains("a_y_tp"));

    let ran = run(market.path(), &format!("{REBUILD} --keep-going --dry-run --overwrite"));
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("replace") && ran.err.contains("1 of 2 runs failed"), "{}", ran.err);

    // The files that are there are proven, those without data are not.
    let ran = run(market.path(), "ml-calibrated-bins verify --rebuild");
    assert!(ran.out.contains("1 file: 1 reproduced"), "{}{}", ran.out, ran.err);
}

#[test]
fn what_is_wrong_in_the_table_of_a_run_is_said_with_its_line() {
    let head = "[[ml-calibrated-bins.runs]]\nrun_name = \"a\"\n";
    for (config, parts) in [
        (format!("{head}metod = \"platt\"\n"), ["line 3", "unknown key `metod`", "`method`"]),
        (format!("{head}method = \"foo\"\n"), ["line 3", "`method`", "\"platt\" or \"isotonic\""]),
        (format!("{head}n_bins = 0\n"), ["line 3", "`n_bins`", "cannot have this value"]),
        (format!("{head}overwrite = true\n"), ["line 3", "unknown key `overwrite`", "runner.toml"]),
        (format!("{head}[{head}"), ["is not TOML", "runner.toml", "line 3"]),
        (format!("{head}{head}"), ["cannot be told apart", "line 1", "line 3"]),
        (
            "[ml-calibrated-bins.runs]\nn_bins = 5\n".into(),
            ["line 1", "`runs`", "[[ml-calibrated-bins.runs]]"],
        ),
        (
            "[ml-calibrated-bins]\nruns = 5\n".into(),
            ["line 2", "`runs`", "[[ml-calibrated-bins.runs]]"],
        ),
        (
            "[ml-calibrated-bins]\nruns = [1]\n".into(),
            ["line 2", "`runs`", "[[ml-calibrated-bins.runs]]"],
        ),
        (
            "[[data.runs]]\nohlcv_duckdb = \"x\"\n".into(),
            ["line 1", "`runs`", "[[<strategy>.runs]]"],
        ),
        ("[[runs]]\nn_bins = 5\n".into(), ["line 1", "`runs`", "[[<strategy>.runs]]"]),
    ] {
        fails(with(&config).path(), REBUILD, 2, &parts);
    }
}

#[test]
fn one_run_in_a_list_needs_no_choice() {
    let market = desk();
    let only = RUNS.split("\n[[ml-calibrated-bins.runs]]\nrun_name = \"b").next().unwrap();
    fs::write(market.file("runner.toml"), only).unwrap();
    let report = ok(market.path(), REBUILD);
    assert!(report.contains("Calibrated bins of test_btcusdt_perp_1h for 2025-11"), "{report}");
    ok(
        market.path(),
        "ml-calibrated-bins evaluate --from 2025-11 --long-bin-threshold 10 --short-bin-threshold 1",
    );
}

#[test]
fn warnings_name_the_run_they_are_about() {
    let market = desk();
    let flags = "--overwrite --bin-month 2025-11";
    let summary = ok(market.path(), &format!("{REBUILD} {flags} --method isotonic --n-bins 20"));
    let quiet =
        run(market.path(), &format!("{REBUILD} {flags} --method isotonic --n-bins 20 --quiet")).err;
    for text in [summary, quiet] {
        for run in ["a", "b"] {
            let start = format!("warning: {DATASET} {run}_{LABEL} 2025-11: ");
            assert!(text.lines().any(|line| line.starts_with(&start)), "{text}");
        }
    }
}

#[test]
fn runs_of_which_nothing_but_the_name_is_configured_are_runs_all_the_same() {
    let names = ["a", "b", "c"].map(|run| format!("{run}_{LABEL}"));
    let tables = names
        .each_ref()
        .map(|name| format!("[[ml-calibrated-bins.runs]]\nrun_name = \"{name}\"\n"));
    let market = with(&tables.concat());
    let paths = ok(market.path(), &market.rebuild("--quiet"));
    assert_eq!(paths.lines().count(), 3, "{paths}");
    assert!(names.iter().all(|name| paths.contains(name)), "{paths}");
    let signals = "ml-calibrated-bins signals --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --bins-root bins";
    fails(market.path(), signals, 2, &["choose one"]);
    ok(market.path(), &format!("{signals} --run-name b_{LABEL} --start 2025-11-01"));
    assert_eq!(ok(market.path(), &market.verify("")), "3 files: 3 reproduced\n");
    assert_eq!(
        ok(market.path(), &market.verify(&format!("--run-name c_{LABEL}"))),
        "1 file: 1 reproduced\n"
    );
    let list = ok(market.path(), "ml-calibrated-bins list --bins-root bins --format json");
    assert!(names.iter().all(|name| list.contains(name)), "{list}");
}

#[test]
fn two_runs_that_turn_out_to_be_one_do_not_replace_each_other() {
    let market = Market::new();
    let table = |name: &str, method: &str| {
        format!(
            "[[ml-calibrated-bins.runs]]\n{name}method = \"{method}\"\nlookback_months = 1\n\
             pred_duckdb = \"pred.duckdb\"\nohlcv_duckdb = \"ohlcv.duckdb\"\n"
        )
    };
    // The first is found to be what the second is called.
    let tables = table("", "platt") + &table(&format!("run_name = \"{RUN}\"\n"), "isotonic");
    fs::write(market.file("runner.toml"), tables).unwrap();
    let error = ["an earlier run of this call", RUN];
    for flags in ["", "--overwrite", "--skip-existing"] {
        let ran = run(market.path(), &format!("{REBUILD} --bins-root bins {flags} --format json"));
        assert_eq!(ran.code, 1, "{flags}: {}", ran.out);
        if !flags.is_empty() {
            assert!(error.iter().all(|part| ran.err.contains(part)), "{flags}: {}", ran.err);
        }
    }
    let inspected = ok(market.path(), "ml-calibrated-bins inspect 2025-11 --bins-root bins");
    assert!(inspected.contains("platt: slope"), "{inspected}");
}

#[test]
fn signals_of_all_runs_come_in_one_call() {
    let market = desk();
    ok(market.path(), REBUILD);
    let thresholds = "--long-bin-threshold 5 --short-bin-threshold 1 --start 2025-11-01";
    let signals = |flags: &str| {
        ok(market.path(), &format!("ml-calibrated-bins signals {thresholds} {flags}"))
    };
    let all = signals("--all-runs");
    let mut lines = all.lines();
    assert_eq!(lines.next(), Some("dataset,run_name,timestamp,y_pred,p_cal,q_bin,signal"));
    let of = |run: &str| {
        let start = format!("{DATASET},{run}_{LABEL},");
        let own = all.lines().filter_map(|line| line.strip_prefix(&start)).collect::<Vec<_>>();
        own.join("\n")
    };
    for run in ["a", "b"] {
        let alone = signals(&format!("--run-name {run}_y_tp"));
        assert_eq!(of(run), alone.split_once('\n').unwrap().1.trim_end(), "{run}");
    }
    assert_eq!(lines.count(), 2 * 24 * 4);

    // Runs that do not say what they are called are known by their predictions.
    let unnamed = |run: &str| RUNS.lines().filter(|line| !line.contains(run)).collect::<Vec<_>>();
    fs::write(market.file("runner.toml"), unnamed("run_name").join("\n")).unwrap();
    let other = duckdb::Connection::open(market.file("other.duckdb")).unwrap();
    let renamed = "UPDATE predictions SET model_path = replace(model_path, 'run_1', 'run_2')";
    other.execute_batch(renamed).unwrap();
    drop(other);
    let fails_with = |name: &str, part: &str| {
        fails(
            market.path(),
            &format!("ml-calibrated-bins signals {thresholds} {name}"),
            2,
            &[part],
        );
    };
    fails_with("--run-name run_", "part of several");
    fails_with("--run-name run_7", "no run of the configuration");
    // No bins are of that name: the run was chosen.
    let ran =
        run(market.path(), &format!("ml-calibrated-bins signals {thresholds} --run-name run_2"));
    assert!(ran.code == 1 && ran.err.contains("elsewhere"), "{}", ran.err);
    fs::copy(market.file("pred.duckdb"), market.file("other.duckdb")).unwrap();

    // A run that fails is named, and the others are decided all the same.
    fs::write(market.file("runner.toml"), RUNS.replacen("\"pred.duckdb\"", "\"gone.duckdb\"", 1))
        .unwrap();
    let flags = format!("ml-calibrated-bins signals {thresholds} --all-runs");
    let ran = run(market.path(), &flags);
    assert_eq!(ran.code, 1, "{}", ran.err);
    for part in [DATASET, &format!("a_{LABEL}"), "gone.duckdb", "1 of 2 runs failed"] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    let rows: Vec<&str> =
        all.lines().filter(|row| !row.contains(&format!(",a_{LABEL},"))).collect();
    assert_eq!(ran.out.lines().collect::<Vec<_>>(), rows);
    let ran = run(market.path(), &format!("{flags} -o all.csv"));
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(fs::read_to_string(market.file("all.csv")).unwrap().lines().count(), rows.len());
    // Where all fail, nothing is written.
    fs::write(market.file("runner.toml"), RUNS.replace(".duckdb\"\nohlcv", ".gone\"\nohlcv"))
        .unwrap();
    let ran = run(market.path(), &format!("{flags} -o none.csv"));
    assert!(ran.code == 1 && ran.err.contains("2 of 2 runs failed"), "{}", ran.err);
    assert!(ran.out.is_empty() && !market.file("none.csv").exists(), "{}", ran.out);
    fs::write(market.file("runner.toml"), RUNS).unwrap();

    let closes = signals("--run-name a_y_tp --with-close");
    assert!(closes.starts_with("timestamp,y_pred,p_cal,q_bin,signal,close\n"), "{closes}");
    let close = closes.lines().nth(1).unwrap().rsplit(',').next().unwrap().parse::<f64>().unwrap();
    assert!((90.0..110.0).contains(&close), "{close}");
}
