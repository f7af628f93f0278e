//! What somebody new to the program does, and must not be misled by.

use std::fs;

use serde_json::Value;

use crate::commands::{AnyCommand, all, with_bins};
use crate::market::{DATASET, Market, RUN};
use crate::program::{bounded, fails, json, ok, run, runner};

const SAMPLE: &str = "sample_btcusdt_perp_1h";

/// A call that nobody watches, or that has data of its own, never falls back to invented prices.
#[test]
fn the_sample_serves_bare_calls_only() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for flags in
        ["--quiet", "--bin-month latest", "--bin-month current", "--model-path models/a/b/m"]
    {
        let arguments = format!("ml-calibrated-bins rebuild --skip-existing {flags}");
        fails(here, &arguments, 2, &["no data is configured", "--sample", "invented"]);
    }
    assert!(fs::read_dir(here).unwrap().next().is_none(), "a refused call left something behind");
    let path = ok(here, "ml-calibrated-bins rebuild --bin-month latest --quiet --sample");
    assert!(path.starts_with(&format!("data/sample/bins/{SAMPLE}/")), "{path}");
    assert!(!here.join("data/bins").exists());
}

#[test]
fn data_of_one_strategy_is_no_reason_to_invent_some_for_another() {
    let market = Market::new();
    let data = "pred_duckdb = \"pred.duckdb\"\nohlcv_duckdb = \"ohlcv.duckdb\"\n";
    for table in ["[[ml-calibrated-bins.runs]]", "[ml-calibrated-bins]"] {
        fs::write(market.file("runner.toml"), format!("{table}\n{data}")).unwrap();
        let said = ["runner.toml, line 1, has data for ml-calibrated-bins", "--sample"];
        fails(market.path(), "technical-indicators signals -o s.csv", 2, &said);
        assert!(!market.file("s.csv").exists() && !market.file("data").exists());
        ok(market.path(), "technical-indicators signals -o s.csv --sample --end 2024-02-01");
        fs::remove_file(market.file("s.csv")).unwrap();
        fs::remove_dir_all(market.file("data")).unwrap();
    }
    // What stands before any table is for all strategies.
    fs::write(market.file("runner.toml"), data).unwrap();
    ok(market.path(), "technical-indicators signals -o s.csv");
}

#[test]
fn status_knows_the_data_of_runs() {
    let market = Market::new();
    fs::write(
        market.file("runner.toml"),
        "[[ml-calibrated-bins.runs]]\npred_duckdb = \"pred.duckdb\"\nohlcv_duckdb = \
         \"ohlcv.duckdb\"\nbins_root = \"bins\"\nlookback_months = 1\n",
    )
    .unwrap();
    ok(market.path(), "ml-calibrated-bins rebuild --quiet");
    let status = json(market.path(), "data status --format json");
    assert_eq!(status["sample"], false);
    let paths: Vec<&Value> =
        status["files"].as_array().unwrap().iter().map(|file| &file["path"]).collect();
    assert_eq!(paths, ["pred.duckdb", "ohlcv.duckdb"]);
    assert_eq!(status["bins_roots"], serde_json::json!(["bins"]));
    assert_eq!(status["bins"][0]["months"], serde_json::json!(["2025-11"]));
    assert!(!market.file("data").exists());
}

/// After the first command of the README, the next ones work as they stand.
#[test]
fn the_next_commands_follow_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    ok(here, "ml-calibrated-bins rebuild");
    let signals = run(here, "ml-calibrated-bins signals");
    assert_eq!(signals.code, 0, "{}", signals.err);
    let told = "Rows begin at 2025-11-01 00:00 UTC";
    assert!(signals.err.contains(told) && signals.err.contains("--start"), "{}", signals.err);
    assert_eq!(signals.out.lines().count(), 1 + 30 * 24);
    assert!(ok(here, "ml-calibrated-bins list").contains(SAMPLE));
    assert!(ok(here, "ml-calibrated-bins inspect 2025-11").contains(SAMPLE));
    assert!(ok(here, "ml-calibrated-bins verify --rebuild").contains("1 reproduced"));
    assert!(ok(here, "data status").contains("data/sample/bins"));

    let ways = ["2024-03", "rebuild --from 2024-03", "--start", "--missing-month skip"];
    fails(here, "ml-calibrated-bins signals --start 2024-03-01", 1, &ways);
}

/// A month whose window is in sample is made where somebody asks for it, and is marked everywhere.
#[test]
fn in_sample_months_are_asked_for_and_marked() {
    let market = Market::new();
    let folder = market.file(&format!("models/{DATASET}/{RUN}"));
    fs::create_dir_all(&folder).unwrap();
    let rows: Vec<String> =
        (0..24).map(|hour| format!("2025-10-03 {hour:02}:00:00,0.4{hour},1.0\n")).collect();
    fs::write(folder.join("pred_train.csv"), format!("timestamp,y_pred,y_true\n{}", rows.concat()))
        .unwrap();
    market.predictions("DELETE FROM predictions WHERE ts >= '2025-10-03' AND ts < '2025-10-04'");

    let said = ["24 hours from 2025-10-03 00:00 to 2025-10-03 23:00", "--train-predictions"];
    fails(market.path(), &market.rebuild(""), 1, &said);
    let plan = json(market.path(), &market.rebuild("--dry-run --format json"));
    assert_eq!(plan["plan"][0]["action"], "fail", "{plan}");
    let evaluate = "ml-calibrated-bins evaluate --pred-duckdb pred.duckdb --ohlcv-duckdb \
                    ohlcv.duckdb --lookback-months 1 --from 2025-11 --to 2025-11";
    fails(market.path(), evaluate, 1, &said);

    let asked = market.rebuild("--train-predictions");
    let plan = json(market.path(), &format!("{asked} --dry-run --format json"));
    assert_eq!(plan["plan"][0]["in_sample_rows"], 24, "{plan}");
    assert!(ok(market.path(), &format!("{asked} --dry-run")).contains("in sample: 24 rows"));
    ok(market.path(), &asked);
    let bins = "--bins-root bins";
    let list = json(market.path(), &format!("ml-calibrated-bins list {bins} --format json"));
    assert_eq!(list[0]["in_sample_rows"], 24);
    let inspected = ok(market.path(), &format!("ml-calibrated-bins inspect 2025-11 {bins}"));
    let warning = "in-sample predictions (24 of 720 rows)";
    assert!(inspected.contains(warning), "{inspected}");
    let signals = format!("ml-calibrated-bins signals {bins} --pred-duckdb pred.duckdb");
    let signals = run(market.path(), &signals);
    assert_eq!(signals.code, 0, "{}", signals.err);
    assert!(signals.err.contains(warning), "{}", signals.err);
    // A backtest counts the rows, none too, where there are bins.
    let rows = |bins: &str| {
        let call = format!(
            "ml-calibrated-bins backtest --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb \
             --start 2025-11-01 --bins-root {bins} --trials t.jsonl"
        );
        let text = ok(market.path(), &call);
        let rows = json(market.path(), &format!("{call} --format json"))["in_sample_rows"].clone();
        let line = format!("{rows} rows decided by bins calibrated on in-sample predictions\n");
        assert!(text.contains(&line), "{text}");
        rows
    };
    assert_eq!(rows("bins"), 96);
    let clean = asked.replace("--train-predictions", "--no-train-predictions");
    ok(market.path(), &clean.replace("--bins-root bins", "--bins-root clean"));
    assert_eq!(rows("clean"), 0);
    let candles =
        "mean-reversion backtest --ohlcv-duckdb ohlcv.duckdb --trials t.jsonl --format json";
    assert!(json(market.path(), candles)["in_sample_rows"].is_null());
    let report = json(market.path(), &format!("{evaluate} --train-predictions --format json"));
    assert_eq!(report["months"][0]["in_sample_rows"], 24);
    let text = ok(market.path(), &format!("{evaluate} --train-predictions"));
    assert!(text.contains("2025-11*") && text.contains("in-sample"), "{text}");
}

#[test]
fn one_side_can_be_traded_alone() {
    let market = Market::new();
    ok(market.path(), &market.rebuild(""));
    let signals = |flags: &str| {
        let arguments = format!(
            "ml-calibrated-bins signals --pred-duckdb pred.duckdb --bins-root bins --start 2025-11 {flags}"
        );
        let out = ok(market.path(), &arguments);
        let side = |code: &str| out.lines().filter(|line| line.ends_with(code)).count();
        (side(",1"), side(",-1"), out.lines().count())
    };
    let (long, short, rows) = signals("");
    assert!(long > 0 && short > 0);
    assert_eq!(signals("--sides both"), (long, short, rows));
    assert_eq!(signals("--sides long"), (long, 0, rows));
    assert_eq!(signals("--sides short"), (0, short, rows));

    let evaluate = "ml-calibrated-bins evaluate --pred-duckdb pred.duckdb --ohlcv-duckdb \
                    ohlcv.duckdb --lookback-months 1 --from 2025-11";
    let text = ok(market.path(), evaluate);
    assert!(text.contains("\nshort ") && !text.contains("good short side"), "{text}");
    let text = ok(market.path(), &format!("{evaluate} --sides long"));
    assert!(text.contains("\nlong ") && !text.contains("\nshort "), "{text}");
    // Of ten bins one threshold is enough for one side.
    ok(market.path(), &market.rebuild("--overwrite --n-bins 10"));
    let ten = "ml-calibrated-bins inspect 2025-11 --bins-root bins --test 0.9 --sides long";
    assert!(ok(market.path(), &format!("{ten} --long-bin-threshold 9")).contains("long"));
    fails(market.path(), &format!("{ten} --long-bin-threshold 11"), 2, &["long from bin 11"]);
}

/// Which calibration was better is told with how sure that is.
#[test]
fn platt_and_isotonic_are_compared_in_pairs() {
    let folder = tempfile::tempdir().unwrap();
    let report = json(folder.path(), "ml-calibrated-bins evaluate --from 2025-06 --format json");
    for loss in ["brier", "log_loss"] {
        let paired = &report["platt_less_isotonic"][loss];
        let number = |value: &Value| value.as_f64().unwrap();
        let mean = number(&paired["mean"]);
        let wanted = number(&report["overall"]["platt"][loss])
            - number(&report["overall"]["isotonic"][loss]);
        assert!((mean - wanted).abs() < 1e-12, "{loss}: {mean}, not {wanted}");
        let [lower, upper] = ["lower", "upper"].map(|side| number(&paired["interval"][side]));
        assert!(lower < mean && mean < upper, "{paired}");
    }
    let text = ok(folder.path(), "ml-calibrated-bins evaluate --from 2025-06");
    assert!(text.contains("Platt less isotonic on the same rows"), "{text}");
}

/// Neither a path, a home folder nor any variable of a login shell.
#[test]
fn the_program_works_in_the_environment_of_cron() {
    let market = Market::new();
    let arguments = market.rebuild("--bin-month 2025-11 --skip-existing --quiet --log-format json");
    let mut command = runner(market.path(), &arguments);
    command.env_clear();
    for name in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SystemRoot"] {
        // A library that was linked prebuilt must be found; a program that carries DuckDB needs none.
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    let output = command.output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{err}");
    assert_eq!(err, "", "nothing but warnings and errors is for a log of a quiet call");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{}\n", Market::bins("2025-11")));
}

#[test]
fn an_error_that_comes_by_mail_says_of_which_run() {
    let market = Market::new();
    market.standing_still("2025-10-01", "2025-11-01");
    let ran = run(market.path(), &market.rebuild("--quiet"));
    assert_eq!(ran.code, 1);
    assert!(ran.err.starts_with(&format!("error: the bins of {DATASET} {RUN}")), "{}", ran.err);
    assert!(ran.err.contains("cannot calibrate 2025-11"), "{}", ran.err);
}

/// What a flag of another command is called here.
#[test]
fn tips_lead_to_the_flag_that_was_meant() {
    let market = Market::new();
    for (arguments, tip) in [
        ("ml-calibrated-bins inspect --bin-month 2025-11", "inspect 2025-11"),
        ("ml-calibrated-bins signals --from 2025-11", "--start 2025-11"),
        ("technical-indicators signals --to 2025-11", "--end 2025-11"),
        ("ml-calibrated-bins rebuild --start 2025-11", "--from"),
        ("ml-calibrated-bins evaluate --bin-month 2025-11", "--from"),
    ] {
        fails(market.path(), arguments, 2, &["tip:", tip]);
    }
    fs::write(market.file("runner.toml"), "[ml-calibrated-bins]\nfrom = \"2025-11\"\n").unwrap();
    let said = ["line 2", "unknown key `from`", "--from"];
    fails(market.path(), "ml-calibrated-bins rebuild", 2, &said);
}

#[test]
fn values_that_cannot_be_are_wrong_usage_whatever_they_look_like() {
    let market = Market::new();
    ok(market.path(), &market.rebuild(""));
    for test in ["1.5", "abc", "-0.1", "nan"] {
        let arguments =
            format!("ml-calibrated-bins inspect 2025-11 --bins-root bins --test {test}");
        fails(market.path(), &arguments, 2, &[test, "from 0 to 1"]);
    }
    let arguments = "mean-reversion signals --ohlcv-duckdb ohlcv.duckdb --entry-z -1";
    let ran = run(market.path(), arguments);
    assert_eq!(ran.code, 2);
    assert!(!ran.err.contains("unexpected argument"), "{}", ran.err);
    fails(
        market.path(),
        "mean-reversion signals --ohlcv-duckdb ohlcv.duckdb -o nodir/x.csv",
        1,
        &["nodir/x.csv"],
    );
    let ran =
        run(market.path(), "mean-reversion signals --ohlcv-duckdb ohlcv.duckdb -o nodir/x.csv");
    assert!(!ran.err.contains(".tmp"), "{}", ran.err);
    // A month is a time too.
    let month = "--start 2025-10 --end 2025-10";
    let rows =
        ok(market.path(), &format!("mean-reversion signals --ohlcv-duckdb ohlcv.duckdb {month}"));
    assert_eq!(rows.lines().count(), 1 + 31 * 24);
}

/// What people read fits a terminal, and what is said a dozen times is said once.
#[test]
fn reports_fit_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let summary = ok(here, "ml-calibrated-bins rebuild --bin-month all");
    let plan = ok(here, "ml-calibrated-bins rebuild --bin-month all --skip-existing --dry-run");
    let list = ok(here, "ml-calibrated-bins list --format table");
    let evaluate = ok(here, "ml-calibrated-bins evaluate --from 2025-10");
    let signals = ok(here, "ml-calibrated-bins signals --start 2025-11-30 --format table");
    for text in [summary, plan, list, evaluate, signals] {
        // The run's name, once, is as long as it is.
        for line in text.lines().filter(|line| !line.contains("run_2024")) {
            assert!(line.chars().count() <= 100, "{line}");
        }
        assert!(text.matches("run_2024").count() <= 1, "{text}");
    }
    for line in ok(here, "list --format table").lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    // Twelve months without bins are one remark.
    let skipped = run(here, "ml-calibrated-bins signals --missing-month skip");
    let remarks = skipped.err.lines().filter(|line| line.contains("no bins for that month"));
    assert_eq!(remarks.count(), 1, "{}", skipped.err);
    assert!(skipped.err.contains("and 11 more like it"), "{}", skipped.err);
}

/// Whatever the command, data that are configured go before invented ones.
#[test]
fn no_command_takes_the_sample_where_data_are_configured() {
    let market = with_bins();
    let data = "pred_duckdb = \"pred.duckdb\"\nohlcv_duckdb = \"ohlcv.duckdb\"\n";
    let mut tried = Vec::new();
    for table in ["", "[ml-calibrated-bins]\n"] {
        fs::write(market.file("runner.toml"), format!("{table}{data}")).unwrap();
        for command in all(market.path()).into_iter().filter(AnyCommand::reads) {
            let named = ["--pred-duckdb pred.duckdb", "--ohlcv-duckdb ohlcv.duckdb"];
            let call = named.iter().fold(command.call(), |call, files| call.replace(files, ""));
            let ran = bounded(&mut runner(market.path(), &call));
            let uses_sample = ran.err.contains("No data is configured");
            assert!(!uses_sample, "{table}`{call}`: {}", ran.err);
            tried.push(command.name);
        }
    }
    assert!(!market.file("data/sample").exists());
    for known in ["monitor", "risk report", "ml-calibrated-bins stream audit", "pairs backtest"] {
        assert!(tried.iter().any(|name| name == known), "{known}: {tried:?}");
    }
}
