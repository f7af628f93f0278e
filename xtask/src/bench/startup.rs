//! `--startup`: commands that compute nothing, how long they take and which of them open DuckDB.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::folders::Folders;
use super::measure::{self, Program};
use super::peers::whole::{DATASET, MODEL};
use super::programs::Runner;
use super::python;
use super::report::Report;
use super::table::{Table, duration, memory, or_dash};

/// What start-up may take, in seconds.
const GOAL: f64 = 0.020;

/// Commands that must do without DuckDB, and one that cannot: without it the check could not fail.
const COMMANDS: [(&[&str], bool); 5] = [
    (&["--help"], false),
    (&["list"], false),
    (&["ml-calibrated-bins", "list"], false),
    (&["ml-calibrated-bins", "inspect", "--help"], false),
    (&["data", "status"], true),
];

pub(crate) fn run(folders: &Folders, runner: &Runner, rounds: u32) -> Result<Report> {
    let runner = runner.path()?;
    let data = folders.data().join("hourly");
    if !data.join("complete").exists() {
        python::make_data(&python::with_packages(folders)?, "peers", folders)?;
    }
    let scratch = folders.scratch()?;
    // Files are configured, so that a command that opened what it does not need would be seen.
    let files = ["predictions", "market"].map(|name| data.join(name).with_extension("duckdb"));
    let environment = || ["RUNNER_PRED_DUCKDB", "RUNNER_OHLCV_DUCKDB"].into_iter().zip(&files);
    let program = |(command, _): &(&[&str], bool)| {
        let program = Program::new(&format!("`runner {}`", command.join(" ")), &runner, command);
        environment()
            .fold(program, |program, (name, file)| program.with(name, &super::folders::text(file)))
    };
    let programs: Vec<Program> = COMMANDS.iter().map(program).collect();
    make_bins(&runner, environment(), &scratch)?;
    let runs = measure::in_turn(&programs, rounds, &scratch)?;
    let mut report = Report::new("startup", "cargo xtask bench --startup");
    let traced = Command::new("strace").arg("--version").output().is_ok();
    if !traced {
        report.notes.push("strace is not installed (Debian: apt-get install strace), so which commands open DuckDB was not looked at.".to_owned());
    }
    let mut table =
        Table::new(&["command", "time", "peak memory", "database files opened", "threads started"]);
    for ((program, runs), (command, needs)) in programs.iter().zip(&runs).zip(COMMANDS) {
        let seen =
            if traced { Some(trace(&runner, command, environment(), &scratch)?) } else { None };
        if seen.is_some_and(|(opened, _)| needs != (opened > 0)) {
            report.failed = true;
            report
                .notes
                .push(format!("{} opens the wrong number of database files.", program.name));
        }
        if !needs && runs.seconds() >= GOAL {
            report.notes.push(format!("{} misses the goal.", program.name));
        }
        table.push(vec![
            program.name.clone(),
            duration(runs.seconds()),
            memory(runs.peak_kib()),
            or_dash(seen, |(opened, _)| opened.to_string()),
            or_dash(seen, |(_, threads)| threads.to_string()),
        ]);
    }
    let goal = duration(GOAL);
    let before = format!(
        "Whole processes, medians of {rounds} runs; the goal is less than {goal} without data. Files are configured."
    );
    report.tables.push((before, table));
    Ok(report)
}

/// One month's bins in the folder where the programs run, since `list` ends with an error where there are none.
fn make_bins<'a>(
    runner: &Path,
    environment: impl Iterator<Item = (&'a str, &'a PathBuf)>,
    scratch: &Path,
) -> Result<()> {
    let mut rebuild = Command::new(runner);
    rebuild.args(["ml-calibrated-bins", "rebuild", "--quiet", "--bin-month", "2024-01"]);
    rebuild.args(["--dataset", DATASET, "--model-path", MODEL]).current_dir(scratch);
    ensure!(rebuild.envs(environment).status()?.success(), "the bins of `list` could not be made");
    Ok(())
}

/// How many database files a command opens and how many threads it starts, as DuckDB does when it is
/// opened.
fn trace<'a>(
    runner: &Path,
    command: &[&str],
    environment: impl Iterator<Item = (&'a str, &'a PathBuf)>,
    scratch: &Path,
) -> Result<(usize, usize)> {
    let log = scratch.join("strace");
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-e", "trace=open,openat,clone,clone3", "-o"]).arg(&log);
    traced.arg(runner).args(command).current_dir(scratch).envs(environment);
    traced.output().context("cannot start strace")?;
    Ok(seen(&fs::read_to_string(&log).context("strace wrote nothing")?))
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
