//! `cargo xtask bench`: how fast, and beside what. See `docs/performance.md`.
//!
//! Programs are measured from outside, by `xtask/bench/measure.py`, since only the one who waits for a
//! child learns its peak memory, and Rust's standard library does not pass that on.

mod dialogue;
mod document;
mod folders;
mod machine;
mod measure;
mod peers;
mod programs;
mod python;
mod report;
mod scale;
mod startup;
mod statistics;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;

use crate::command::{cargo, status};
use folders::Folders;
use programs::Runner;
use report::Report;

/// Flags of `bench`. Without any, the project's own criterion benchmarks are run.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// Compare with scikit-learn, pandas, numpy and DuckDB: all cases, or those named
    #[arg(long, value_name = "CASE", num_args = 0.., group = "what")]
    peers: Option<Vec<String>>,

    /// Time from start to end of commands that compute nothing, and whether they open DuckDB
    #[arg(long, group = "what")]
    startup: bool,

    /// Time and memory of backfills
    #[arg(long, group = "what")]
    scale: bool,

    /// A runner that is built already, instead of a release build
    #[arg(long, value_name = "PROGRAM", env = "RUNNER_PROGRAM")]
    runner: Option<PathBuf>,

    /// Runs of each program that count, after one that does not [default: 7; start-up 50, scale 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(3..=1000))]
    rounds: Option<u32>,

    /// Write the tables into docs/performance.md too
    #[arg(long, requires = "what")]
    write_docs: bool,
}

pub(crate) fn run(args: &BenchArgs) -> Result<ExitCode> {
    let folders = Folders::find;
    let runner = Runner(args.runner.clone());
    let report = if let Some(cases) = &args.peers {
        peers::run(&folders()?, &runner, cases, args.rounds.unwrap_or(7))?
    } else if args.startup {
        startup::run(&folders()?, &runner, args.rounds.unwrap_or(50))?
    } else if args.scale {
        scale::run(&folders()?, &runner, args.rounds.unwrap_or(3))?
    } else {
        return own();
    };
    finish(&report, args)
}

/// The criterion benchmarks of the crates that link no DuckDB.
fn own() -> Result<ExitCode> {
    let mut command = cargo();
    command.arg("bench");
    for package in ["calibration", "binning", "labeling", "indicators"] {
        command.args(["--package", package]);
    }
    command.arg("--benches");
    let code = status(&mut command)?.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}

fn finish(report: &Report, args: &BenchArgs) -> Result<ExitCode> {
    report.print()?;
    if args.write_docs {
        if args.peers.as_ref().is_some_and(|cases| !cases.is_empty()) {
            bail!("docs/performance.md holds all cases: name none with --write-docs");
        }
        report.write_into_docs()?;
    }
    Ok(if report.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
