//! Runs the numeric kernels alone: fits, scores, edges, labels and indicators, without DuckDB and without files of a
//! strategy. `cargo xtask bench` starts it and puts its figures into tables; see `docs/performance.md`.
//!
//! - `serve CASE FOLDER` answers a peer's questions line by line, on the files of that folder;
//! - `once CASE ROWS` times calls on invented rows, for the growth of time and memory;
//! - `repeat CASE ROWS TIMES` only calls, for whoever counts instructions;
//! - `limits ROWS` measures what memory and arithmetic allow a score;
//! - `features` says which instruction sets the kernels may choose from.

mod answer;
mod case;
mod columns;
mod error;
mod features;
mod fit;
mod indicator;
mod invented;
mod kernel;
mod label;
mod limits;
mod score;
mod serve;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};

use crate::case::Case;
use crate::error::BenchError;

#[derive(Debug, Parser)]
#[command(about = "Runs the numeric kernels alone, for cargo xtask bench")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Answer `run`, `peak` and `answer FILE`, one line each, from standard input
    Serve { case: Case, folder: PathBuf },
    /// Print the nanoseconds of each of some calls on invented rows, and the process's peak memory
    Once {
        case: Case,
        rows: usize,
        #[arg(long, default_value_t = 1)]
        calls: u32,
    },
    /// Call so many times and print nothing
    Repeat { case: Case, rows: usize, times: u32 },
    /// Print what memory and arithmetic allow a score, as `name value` lines
    Limits { rows: usize },
    /// Print the instruction sets that were found, one a line
    Features,
}

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    match run(&Cli::parse().task, &mut out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is there to hear of a standard error that is closed.
            let _ = writeln!(io::stderr(), "error: {}", error::chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task, out: &mut impl Write) -> Result<(), BenchError> {
    match task {
        Task::Serve { case, folder } => {
            let mut kernel = case.read(folder)?;
            serve::serve(&mut *kernel, io::stdin().lock(), out)
        }
        Task::Once { case, rows, calls } => {
            let mut kernel = case.invent(*rows)?;
            for _ in 0..*calls {
                let begin = Instant::now();
                kernel.call()?;
                writeln!(out, "{}", begin.elapsed().as_nanos())?;
            }
            match answer::peak_kib() {
                Some(peak) => Ok(writeln!(out, "peak_kib {peak}")?),
                None => Ok(()),
            }
        }
        Task::Repeat { case, rows, times } => {
            let mut kernel = case.invent(*rows)?;
            (0..*times).try_for_each(|_| kernel.call())
        }
        Task::Limits { rows } => limits::measure(*rows, out),
        Task::Features => Ok(features::FOUND.iter().try_for_each(|(name, found)| {
            if found() { writeln!(out, "{name}") } else { Ok(()) }
        })?),
    }
}
