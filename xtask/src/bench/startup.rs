//! `--startup`: commands that compute nothing, and which of them open DuckDB.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::folders::Folders;
use super::measure::{self, Runs};
use super::programs::Runner;
use super::report::Report;
use super::table::{Table, duration, memory};
use super::{measure::Program as Measured, python};
use crate::command::say;

/// What start-up may take, in seconds.
const GOAL: f64 = 0.020;

/// Commands that must do without DuckDB, and one that cannot: without it the check could not fail.
const WITHOUT: [&[&str]; 6] = [
    &["--help"],
    &["list"],
    &["completions", "bash"],
    &["ml-calibrated-bins", "rebuild", "--help"],
    &["ml-calibrated-bins", "list"],
    &["ml-calibrated-bins", "inspect", "2024-01"],
];
const WITH: [&[&str]; 1] = [&["data", "status"]];

pub(crate) fn run(
    folders: &Folders,
    runner: &Runner,
    dev: Option<&Runner>,
    rounds: u32,
) -> Result<Report> {
    let release = runner.path()?;
    let mut builds = vec![("release", release.clone())];
    if let Some(dev) = dev {
        builds.push(("dev", dev.path()?));
    }
    let scratch = folders.scratch()?;
    let mut report = Report::new(
        "startup",
        if dev.is_some() {
            "cargo xtask bench --startup --dev"
        } else {
            "cargo xtask bench --startup"
        },
    );
    let mut programs = Vec::new();
    for (profile, path) in &builds {
        for command in ["--help", "list"] {
            let name = format!("`runner {command}`, {profile}");
            programs.push(Measured::new(&name, path, &[command]));
        }
    }
    let runs = measure::in_turn(&programs, rounds, &scratch)?;
    report.tables.push((
        format!(
            "Whole processes, medians of {rounds} runs; the goal is less than {}.",
            duration(GOAL)
        ),
        times(&programs, &runs),
    ));
    let slow = programs.iter().zip(&runs).filter(|(_, runs)| runs.seconds() >= GOAL);
    for (program, _) in slow {
        report.notes.push(format!("{} misses the goal.", program.name));
    }
    let named = programs.iter().zip(&runs).map(|(p, runs)| (p.name.clone(), runs.as_json()));
    let times: Value = Value::Object(named.collect());
    let traced = trace(folders, &release, &scratch, &mut report)?;
    report.figures = json!({ "times": times, "opens_duckdb": traced });
    Ok(report)
}

fn times(programs: &[Measured], runs: &[Runs]) -> Table {
    let mut table = Table::new(&["command", "time", "fastest", "slowest", "peak memory"]);
    for (program, runs) in programs.iter().zip(runs) {
        let least = runs.seconds.iter().copied().fold(f64::INFINITY, f64::min);
        let most = runs.seconds.iter().copied().fold(0.0, f64::max);
        table.push(vec![
            program.name.clone(),
            duration(runs.seconds()),
            duration(least),
            duration(most),
            memory(runs.peak_kib()),
        ]);
    }
    table
}

/// Which commands open a database file or start threads, as DuckDB does when it is opened. Files are
/// configured, so that a command that opened what it does not need would be seen.
fn trace(
    folders: &Folders,
    runner: &Path,
    scratch: &Path,
    report: &mut Report,
) -> Result<Vec<Value>> {
    if Command::new("strace").arg("--version").output().is_err() {
        report.notes.push("strace is not installed (Debian: apt-get install strace), so which commands open DuckDB was not looked at.".to_owned());
        return Ok(Vec::new());
    }
    let data = folders.data().join("hourly");
    if !data.join("complete").exists() {
        python::make_data(&python::with_packages(folders)?, "peers", folders)?;
    }
    let mut table = Table::new(&["command", "database files opened", "threads started"]);
    let mut figures = Vec::new();
    let commands = WITHOUT.into_iter().map(|c| (c, false)).chain(WITH.map(|c| (c, true)));
    for (command, needs) in commands {
        let log = scratch.join("strace");
        let mut traced = Command::new("strace");
        traced.args(["-f", "-qq", "-e", "trace=open,openat,clone,clone3", "-o"]).arg(&log);
        traced.arg(runner).args(command).current_dir(scratch);
        traced.env("RUNNER_PRED_DUCKDB", data.join("predictions.duckdb"));
        traced.env("RUNNER_OHLCV_DUCKDB", data.join("market.duckdb"));
        traced.output().context("cannot start strace")?;
        let (opened, threads) = seen(&fs::read_to_string(&log).context("strace wrote nothing")?);
        let shown = format!("`runner {}`", command.join(" "));
        if needs != (opened > 0) {
            report.failed = true;
            report.notes.push(format!("{shown} opens {opened} database files."));
            say(&format!("{shown} opens {opened} database files"));
        }
        figures.push(json!({ "command": shown, "files": opened, "threads": threads }));
        table.push(vec![shown, opened.to_string(), threads.to_string()]);
    }
    report
        .tables
        .push(("What each command opens (strace), with files configured:".to_owned(), table));
    Ok(figures)
}

/// Database files opened and threads started, by strace's log.
fn seen(log: &str) -> (usize, usize) {
    let succeeded = |line: &&str| !line.contains("= -1 ");
    let lines = || log.lines().filter(succeeded);
    let opened = lines().filter(|line| line.contains("open") && line.contains(".duckdb\"")).count();
    let threads = lines().filter(|line| line.contains("CLONE_THREAD")).count();
    (opened, threads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_tells_files_and_threads() {
        let log = "1 openat(AT_FDCWD, \"/etc/ld.so.cache\", O_RDONLY) = 3\n\
                   1 openat(AT_FDCWD, \"a.duckdb\", O_RDONLY) = 3\n\
                   1 openat(AT_FDCWD, \"b.duckdb\", O_RDONLY) = -1 ENOENT\n\
                   1 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 2\n";
        assert_eq!(seen(log), (1, 1));
        assert_eq!(seen(""), (0, 0));
    }
}
