//! `--peers`: ours and what users would use instead, in turn, on the same files, answers first.

mod case;
mod indicators;
mod kernels;
mod whole;

use std::process::Command;

use anyhow::{Result, bail};
use serde_json::Value;

use super::folders::Folders;
use super::programs::Runner;
use super::report::Report;
use super::table::{Table, factor};
use super::{machine, python};
use case::Comparison;

/// The cases by name, in the order of the table.
const CASES: [&str; 12] = [
    "rebuild-1",
    "rebuild-12",
    "platt",
    "isotonic",
    "isotonic-pathological",
    "isotonic-falling",
    "score",
    "labels-24",
    "labels-near",
    "labels-1440",
    "edges",
    "signals",
];
const INDICATORS: &str = "indicators";

pub(crate) fn run(
    folders: &Folders,
    runner: &Runner,
    asked: &[String],
    rounds: u32,
) -> Result<Report> {
    let known = || CASES.into_iter().chain([INDICATORS]);
    if let Some(unknown) = asked.iter().find(|case| !known().any(|known| known == **case)) {
        bail!("there is no case `{unknown}`; there are {}", known().collect::<Vec<_>>().join(", "));
    }
    let cases: Vec<&str> =
        known().filter(|case| asked.is_empty() || asked.iter().any(|a| a == case)).collect();
    let python = python::with_packages(folders)?;
    python::make_data(&python, "peers", folders)?;

    let mut command = "cargo xtask bench --peers".to_owned();
    for case in asked {
        command.extend([" ", case]);
    }
    let mut report = Report::new("peers", &command);
    report.versions = versions(&python);
    let mut found = Vec::new();
    if cases.iter().any(|case| whole::CASES.contains(case)) {
        found = whole::run(folders, (&python, runner), &cases, rounds, &mut report.notes)?;
    }
    found.extend(kernels::run(folders, &python, &cases, rounds, &mut report.notes)?);
    report.notes.extend(horizons(&found));
    found.sort_by_key(|comparison| CASES.iter().position(|case| *case == comparison.case));
    let mut figures: Vec<Value> = found.iter().map(Comparison::as_json).collect();
    if !found.is_empty() {
        let before =
            format!("Medians of {rounds} rounds. “Faster” is the median of the rounds' ratios.");
        report.tables.push((before, times(&found)));
        report.tables.push(("Peak memory of the whole process:".to_owned(), memory(&found)));
    }
    if cases.contains(&INDICATORS) {
        let (table, theirs) = indicators::run(folders, &python, rounds)?;
        let before = "Indicators, a million candles, beside TA-Lib's C called without its Python \
                      wrapper; nanoseconds a row. Each round has every indicator once. “Fastest \
                      rounds” compares the fastest of ours with the fastest of theirs, which is what \
                      a machine without other work shows.";
        report.tables.push((before.to_owned(), table));
        figures.push(theirs);
    }
    report.figures = Value::Array(figures);
    Ok(report)
}

/// How much longer labels take with a longer horizon.
fn horizons(found: &[Comparison]) -> Option<String> {
    let seconds = |case: &str| {
        found.iter().find(|comparison| comparison.case == case).map(|c| c.ours.seconds())
    };
    let ratio = seconds("labels-1440")? / seconds("labels-24")?;
    let verdict = if ratio <= 2.0 { "met" } else { "missed" };
    Some(format!(
        "labels: 1,440 candles take {} the time of 24; the goal is at most 2×: {verdict}.",
        factor(ratio)
    ))
}

fn times(found: &[Comparison]) -> Table {
    let mut table =
        Table::new(&["case", "peer", "peer's time", "ours", "faster", "one thread", "goal", "met"]);
    for comparison in found {
        table.push(comparison.times_row());
    }
    table
}

fn memory(found: &[Comparison]) -> Table {
    let mut table = Table::new(&["case", "peer", "peer's", "ours", "smaller", "goal", "met"]);
    for comparison in found {
        table.push(comparison.memory_row());
    }
    table
}

/// Python's and its packages' versions, from `requirements.txt` as it was installed.
fn versions(python: &std::path::Path) -> Vec<(String, String)> {
    let mut versions = vec![(
        "Python".to_owned(),
        said(python, &["-c", "import platform; print(platform.python_version())"]),
    )];
    let frozen = said(python, &["-m", "pip", "freeze"]);
    let packages = frozen.lines().filter_map(|line| line.split_once("=="));
    versions.extend(packages.map(|(name, version)| (name.to_owned(), version.to_owned())));
    versions
}

fn said(python: &std::path::Path, arguments: &[&str]) -> String {
    machine::said(&python.to_string_lossy(), arguments)
}

/// Starts `kernels.py` or another script of the peers.
fn peer_command(python: &std::path::Path, script: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(super::folders::script("peers").join(script));
    command
}
