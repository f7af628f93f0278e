//! `--log-format json`: every line of standard error is a JSON object.

use std::fs;

use serde_json::Value;

use crate::market::{Market, RUN};
use crate::program::{Ran, run, runner};

/// The lines of standard error, each of which must be an object with the three fields.
#[track_caller]
fn lines(ran: &Ran) -> Vec<Value> {
    ran.err
        .lines()
        .map(|line| {
            let object: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
            for field in ["timestamp", "level", "message"] {
                assert!(object[field].is_string(), "no {field} in {line}");
            }
            assert!(object["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
            let level = object["level"].as_str().unwrap();
            assert!(["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&level), "{line}");
            object
        })
        .collect()
}

fn has(lines: &[Value], level: &str, part: &str) -> bool {
    lines
        .iter()
        .any(|line| line["level"] == level && line["message"].as_str().unwrap().contains(part))
}

#[test]
fn failures_have_their_causes() {
    let market = Market::new();
    market.standing_still("2025-10-01", "2025-11-01");
    let ran = run(market.path(), &market.rebuild("--log-format json"));
    assert_eq!(ran.code, 1);
    let lines = lines(&ran);
    let error = lines.last().unwrap();
    assert_eq!(
        (&error["level"], &error["message"]),
        (&"ERROR".into(), &"cannot calibrate 2025-11".into())
    );
    assert!(error["causes"][0].as_str().unwrap().contains("label"), "{error}");
}

#[test]
fn wrong_usage_and_configuration_too() {
    let market = Market::new();
    fs::write(market.file("bad.toml"), "[[ml-calibrated-bins.runs]]\nx = 1\n").unwrap();
    fs::write(market.file("no.toml"), "= \"\n").unwrap();
    for (arguments, code, part) in [
        ("", 2, "requires a subcommand"),
        ("--nonsense", 2, "--nonsense"),
        ("nonsense", 2, "no strategy `nonsense`"),
        ("ml-calibrated-bins rebuild --jobs 0", 2, "--jobs"),
        ("ml-calibrated-bins rebuild --bin-month 2025-13", 2, "2025-13"),
        ("ml-calibrated-bins rebuild --pred-duckdb x", 2, "--ohlcv-duckdb"),
        ("--config bad.toml list", 2, "unknown key `x`"),
        ("--config no.toml list", 2, "is not TOML"),
        ("--config gone.toml list", 2, "cannot read the configuration"),
        ("ml-calibrated-bins inspect 2025-11", 1, "no bins"),
    ] {
        for form in
            [format!("--log-format json {arguments}"), format!("{arguments} --log-format=json")]
        {
            let ran = run(market.path(), &form);
            assert_eq!(ran.code, code, "{form}: {}", ran.err);
            assert!(has(&lines(&ran), "ERROR", part), "{form}: {}", ran.err);
            assert_eq!(ran.out, "");
        }
    }
    let ran = run(market.path(), "--log-format json --help");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("Usage: runner"));
}

#[test]
fn progress_warnings_and_what_is_done_are_told() {
    let market = Market::new();
    market.predictions("UPDATE predictions SET y_pred = 1 - y_pred");
    for verbose in ["", "-v", "-vv", "-vvv"] {
        let flags = format!("--bin-month all --overwrite --log-format json {verbose}");
        let ran = run(market.path(), &market.rebuild(&flags));
        assert_eq!(ran.code, 0, "{}", ran.err);
        let lines = lines(&ran);
        assert!(has(&lines, "INFO", "2/2 "), "{}", ran.err);
        assert!(has(&lines, "INFO", "run settled"), "{}", ran.err);
        let settled = lines.iter().find(|line| line["message"] == "run settled").unwrap();
        assert_eq!(settled["run_name"], RUN);
    }
    let ran = run(market.path(), &market.rebuild("--overwrite --quiet --log-format json"));
    assert!(has(&lines(&ran), "WARN", "2025-11: the slope is -"), "{}", ran.err);
    assert_eq!(ran.out, format!("{}\n", Market::bins("2025-11")));
}

#[test]
fn months_and_runs_that_fail_are_told_as_errors() {
    let market = Market::new();
    let run_table = |name: &str, file: &str| {
        format!(
            "[[ml-calibrated-bins.runs]]\nrun_name = \"{name}_y_tp_before_sl_u0.04_d0.02_24h\"\n\
             pred_duckdb = \"{file}\"\nohlcv_duckdb = \"ohlcv.duckdb\"\nlookback_months = 1\n"
        )
    };
    let tables = run_table("a", "gone.duckdb") + &run_table("b", "pred.duckdb");
    fs::write(market.file("runner.toml"), tables).unwrap();
    let command =
        "ml-calibrated-bins rebuild --keep-going --bin-month 2025-11 2024-01 --log-format json";
    let ran = run(market.path(), command);
    assert_eq!(ran.code, 1);
    let lines = lines(&ran);
    for part in ["there is no file gone.duckdb", "no predictions for 2024-01", "1 of 2 runs failed"]
    {
        assert!(has(&lines, "ERROR", part), "no `{part}` in {}", ran.err);
    }
}

#[test]
fn the_variable_asks_for_it_and_the_flag_against_it() {
    let market = Market::new();
    let said = |arguments: &str| {
        let mut command = runner(market.path(), arguments);
        let output = command.env("RUNNER_LOG_FORMAT", "json").output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said("nonsense").starts_with('{'));
    assert!(said("nonsense --log-format text").starts_with("error: "));
}

#[test]
fn names_that_need_escaping_make_no_broken_line() {
    let market = Market::new();
    let mut command =
        runner(market.path(), "ml-calibrated-bins verify --log-format json --bins-root");
    let output = command.arg("a \"b\"\\\nc\u{7}ü").output().unwrap();
    let ran = Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    assert_eq!(lines(&ran).len(), 1, "{}", ran.err);
    assert!(has(&lines(&ran), "ERROR", "a \"b\"\\"), "{}", ran.err);
}

#[test]
#[cfg(target_os = "linux")]
fn a_log_that_cannot_be_written_does_not_stop_the_work() {
    let market = Market::new();
    for flags in ["", "-vv", "--log-format json", "--log-format json -vv --quiet"] {
        let flags = format!("--bin-month all --overwrite {flags}");
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = runner(market.path(), &market.rebuild(&flags)).stderr(full).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{flags}");
        for month in ["2025-10", "2025-11"] {
            fs::remove_file(market.file(&Market::bins(month))).unwrap();
        }
    }
    // An output that cannot be written is an error, and the bins are there all the same.
    for flags in ["", "--quiet", "--format json"] {
        let flags = format!("--bin-month all --overwrite {flags}");
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = runner(market.path(), &market.rebuild(&flags)).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{flags}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("No space left on device"));
        for month in ["2025-10", "2025-11"] {
            fs::remove_file(market.file(&Market::bins(month))).unwrap();
        }
    }
}
