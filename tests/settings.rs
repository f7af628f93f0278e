//! No setting is misread: every key of `runner.toml` and every variable, found by asking the program.

use std::collections::BTreeMap;
use std::fs;

use crate::commands::{AnyCommand, all, with_bins};
use crate::market::Market;
use crate::program::{Ran, bounded, run, runner};

/// The flags that take several values.
const LISTS: [&str; 6] =
    ["--bins-for", "--other-ohlcv", "--other-pred", "--indicators", "--instruments", "--members"];
/// Those that are for the program as a whole, and what stands for no flag of a command.
const OF_ALL: [&str; 2] = ["--config", "--log-format"];

/// By variable, its flag and the first command that has it.
fn variables(commands: &[AnyCommand]) -> BTreeMap<String, (String, &AnyCommand)> {
    let mut found = BTreeMap::new();
    for command in commands.iter().rev().filter(|command| command.reads()) {
        for (variable, flag) in command.variables() {
            found.insert(variable, (flag, command));
        }
    }
    assert!(found.len() > 20, "{:?}", found.keys());
    found
}

/// What help says with `key = value` in the file.
fn configured(market: &Market, command: &AnyCommand, key: &str, value: &str) -> Ran {
    fs::write(market.file("runner.toml"), format!("{key} = {value}\n")).unwrap();
    let ran = run(market.path(), &format!("{} --help", command.name));
    fs::remove_file(market.file("runner.toml")).unwrap();
    ran
}

#[test]
fn every_key_takes_what_is_meant_or_nothing() {
    let market = with_bins();
    let commands = all(market.path());
    let mut numbers = 0;
    for (flag, command) in variables(&commands).values() {
        if OF_ALL.contains(&flag.as_str()) {
            continue;
        }
        let key = match flag.as_str() {
            "--created-at" => "created_at".to_owned(),
            flag => flag.trim_start_matches('-').replace('-', "_"),
        };
        if !LISTS.contains(&flag.as_str()) {
            for list in ["[1, 2]", "[\"a\", \"b\"]", "[5]", "[true, false]"] {
                let ran = configured(&market, command, &key, list);
                assert_eq!(ran.code, 2, "{key} = {list}:\n{}{}", ran.out, ran.err);
                let says = ran.err.contains("line 1") && ran.err.contains(&format!("`{key}`"));
                assert!(says, "{key} = {list}: {}", ran.err);
            }
        }
        // Twenty, in three ways to write it: a number is 20, or it is refused.
        let ways = ["20", "0x14", "0o24", "0b10100"];
        let told = ways.map(|value| {
            let ran = configured(&market, command, &key, value);
            assert!([0, 2].contains(&ran.code), "{key} = {value}: {}", ran.err);
            (ran.code, default_of(&ran.out, flag))
        });
        assert!(told.iter().all(|way| *way == told[0]), "{key}: {told:?}");
        numbers += usize::from(told[0].1.as_deref() == Some("20"));
        let text = configured(&market, command, &key, "\"never heard of\"");
        let taken = default_of(&text.out, flag).is_some_and(|value| value == "never heard of");
        let named = text.err.contains(&format!("`{key}`"));
        assert!(taken || named || text.code == 0, "{key}: {}{}", text.out, text.err);
        assert!(text.code == 0 || text.code == 2, "{key}: {}", text.err);
        for inner in ["[value]", "to Duration", "Utf8"] {
            assert!(!text.err.contains(inner), "{key}: {}", text.err);
        }
        let empty = configured(&market, command, &key, "\"\"");
        assert!([0, 2].contains(&empty.code), "{key}: {}", empty.err);
        assert!(!empty.err.contains("[value]"), "{key}: {}", empty.err);
    }
    assert!(numbers >= 4, "{numbers} keys took 20");
}

/// The default that help shows for a flag.
fn default_of(help: &str, flag: &str) -> Option<String> {
    let from = help.split_once(&format!("{flag} "))?.1;
    let about = from.split("\n\n").next()?;
    let about = about.split("\n      --").next()?;
    let default = about.split_once("[default: ")?.1.split(']').next()?;
    Some(default.to_owned())
}

#[test]
fn an_empty_variable_is_none() {
    let market = with_bins();
    let commands = all(market.path());
    for (variable, (flag, command)) in variables(&commands) {
        let call = match command.name.as_str() {
            "ml-calibrated-bins rebuild" => format!("{} --format json", command.call()),
            _ => command.call(),
        };
        // What the call names itself is not in question.
        let call = call.replace(&format!("{flag} "), "--absent ");
        let call = call.split(" --absent ").enumerate().fold(String::new(), |call, (nth, part)| {
            let part =
                if nth == 0 { part } else { part.split_once(' ').map_or("", |(_, rest)| rest) };
            format!("{call} {part}")
        });
        let with = |value: Option<&str>| {
            let mut command = runner(market.path(), &call);
            if let Some(value) = value {
                command.env(&variable, value);
            }
            let ran = bounded(&mut command);
            (ran.code, ran.err)
        };
        let (code, err) = with(Some(""));
        let (wanted, without) = with(None);
        assert_eq!(code, wanted, "`{variable}= {call}`:\n{err}\nwithout:\n{without}");
        assert_eq!(err.contains(&variable), without.contains(&variable), "{variable}:\n{err}");
    }
}

#[test]
fn a_wrong_value_of_a_variable_is_called_by_its_name() {
    let market = with_bins();
    for (variable, value) in [
        ("RUNNER_METHOD", "Platt"),
        ("RUNNER_N_BINS", "many"),
        ("RUNNER_LOCK_TIMEOUT", "-1"),
        ("RUNNER_NO_TRAIN_PREDICTIONS", "1"),
    ] {
        let call = market.rebuild("--dry-run");
        let output = runner(market.path(), &call).env(variable, value).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{variable}: {err}");
        assert!(err.contains(&format!("the variable {variable}")), "{err}");
    }
    // Who typed the flag hears of the flag.
    let typed = run(market.path(), &market.rebuild("--dry-run --method Platt"));
    assert!(typed.err.contains("'--method") && !typed.err.contains("variable"), "{}", typed.err);
}

#[test]
fn a_tilde_is_the_home_folder_wherever_it_stands() {
    let market = with_bins();
    let home = tempfile::tempdir().unwrap();
    let at_home = |file: &str, flags: &str| {
        fs::write(market.file("runner.toml"), file).unwrap();
        let call = format!(
            "ml-calibrated-bins rebuild --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb \
             --bin-month 2025-11 --lookback-months 1 --quiet {flags}"
        );
        runner(market.path(), &call).env("HOME", home.path()).output().unwrap()
    };
    for (file, flags, below) in [
        ("bins_root = \"~/a\"", "", "a"),
        ("", "--bins-root ~/b", "b"),
        ("", "--bins-root=~/c", "c"),
    ] {
        let output = at_home(file, flags);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(home.path().join(below).is_dir(), "{below}");
    }
    let output = at_home("", "--bins-root ~nobody/x");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("~nobody"));
    assert!(!market.file("~").exists() && !market.file("~nobody").exists());
}
