//! On a terminal every line of every command fits 100 columns, whatever it is that is told.

use std::path::Path;
use std::process::Command;

use crate::commands::{all, with_bins};
use crate::program::{bounded, ok, runner};

const WIDTH: usize = 100;

/// What a call shows on a terminal, standard error included; `None` where there is no script(1) of Linux.
fn shown(folder: &Path, call: &str) -> Option<String> {
    let program = runner(folder, "");
    let line = format!("stty cols {WIDTH}; {} {call}", program.get_program().display());
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(folder);
    for (name, _) in program.get_envs() {
        script.env_remove(name);
    }
    let is_there =
        cfg!(target_os = "linux") && Command::new("script").arg("--version").output().is_ok();
    is_there.then(|| bounded(&mut script).out.replace("\r\n", "\n"))
}

/// The lines that are too wide; of progress the last state counts.
fn too_wide(text: &str) -> Vec<&str> {
    let lines = text.lines().map(|line| line.rsplit('\r').next().unwrap_or(line));
    lines.filter(|line| width(line) > WIDTH).collect()
}

/// How many columns a line takes; colours take none.
fn width(line: &str) -> usize {
    let parts = line.split("\u{1b}[");
    parts
        .enumerate()
        .map(|(nth, part)| {
            let text =
                if nth == 0 { part } else { part.split_once('m').map_or("", |(_, text)| text) };
            text.chars().count()
        })
        .sum()
}

/// Lines of a table: three columns at least that stand apart.
fn table_lines(text: &str) -> impl Iterator<Item = &str> {
    let is_gap = |pair: &&str| !pair.trim().is_empty();
    text.lines().filter(move |line| line.trim().split("  ").filter(is_gap).count() >= 4)
}

#[test]
fn every_command_fits() {
    let market = with_bins();
    let mut tried = 0;
    for command in all(market.path()) {
        // Their output is for shells.
        if ["completions", "man"].contains(&command.name.as_str()) {
            continue;
        }
        let Some(text) = shown(market.path(), &command.call()) else {
            eprintln!("skipped: there is no script(1)");
            return;
        };
        // A stream's decisions are lines of JSON, whole ones.
        let is_stream = command.name.ends_with(" stream");
        let wide: Vec<&str> = too_wide(&text)
            .into_iter()
            .filter(|line| !(is_stream && line.starts_with('{')))
            .collect();
        assert!(wide.is_empty(), "`{}`:\n{}", command.call(), wide.join("\n"));
        tried += 1;
        // Tables are not wide to begin with: broken lines are none.
        if command.takes("--format") && !is_stream {
            let format = if command.help.contains("table") { "table" } else { "text" };
            let call = format!("{} --format {format}", command.call());
            let ran = bounded(&mut runner(market.path(), &call));
            for line in table_lines(&ran.out) {
                assert!(line.chars().count() <= WIDTH, "`{call}`: {line}");
            }
        }
    }
    assert!(tried > 60, "{tried}");
}

#[test]
fn reports_of_long_names_fit() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    ok(here, "ml-calibrated-bins rebuild --bin-month 2025-11");
    ok(here, "ensemble rebuild --bin-month 2025-11");
    let stream = "ml-calibrated-bins stream --sample --once --from 2025-11-29 --journal j.sqlite";
    ok(here, stream);
    let months = "--start 2025-11 --sample";
    for call in [
        "data status",
        "data sample",
        "ml-calibrated-bins inspect 2025-11 --test 0.1 0.5",
        "ml-calibrated-bins evaluate --from 2025-11 --resamples 50",
        "ml-calibrated-bins signals",
        "ensemble inspect",
        "ensemble evaluate --from 2025-11",
        &format!("ml-calibrated-bins backtest {months}"),
        &format!("ml-calibrated-bins sweep {months} --set stop-loss=0.02,0.05"),
        &format!("ensemble backtest {months}"),
        &format!("funding-carry signals {months}"),
        &format!("pairs backtest {months}"),
        "trials list",
        "risk report --sample --position sample_btcusdt_perp_1h=0.5",
        "monitor --from-data --start 2025-11",
        "ml-calibrated-bins stream status --sample --journal j.sqlite",
        "ml-calibrated-bins stream audit --sample --journal j.sqlite",
        // Errors and warnings too.
        "ml-calibrated-bins signals --start 2024-01",
        "ml-calibrated-bins score --missing-month skip",
    ] {
        let Some(text) = shown(here, call) else {
            eprintln!("skipped: there is no script(1)");
            return;
        };
        assert!(text.lines().count() > 1, "`{call}`: {text}");
        assert_eq!(too_wide(&text), [""; 0], "`{call}`");
    }
    // What goes to files and pipes is not broken, nor are data on a terminal.
    let rows = ok(here, "ml-calibrated-bins inspect 2025-11");
    assert!(rows.lines().any(|line| line.chars().count() > WIDTH), "{rows}");
    let json = shown(here, "ml-calibrated-bins inspect 2025-11 --format json").unwrap();
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
}
