//! Runs the numeric kernels alone: fits, scores and edges, without DuckDB and without files of a
//! strategy. `cargo xtask bench --peers` starts it; see `docs/performance.md`.
//!
//! `kernel-bench CASE FOLDER` answers `run`, `peak` and `answer FILE`, one line each, on the files of that
//! folder.

mod answer;
mod case;
mod columns;
mod error;
mod kernel;
mod serve;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::case::Case;
use crate::error::BenchError;

/// Answer `run`, `peak` and `answer FILE`, one line each, from standard input
#[derive(Debug, Parser)]
struct Cli {
    case: Case,
    folder: PathBuf,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is there to hear of a standard error that is closed.
            let _ = writeln!(io::stderr(), "error: {}", error::chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<(), BenchError> {
    let mut kernel = cli.case.read(&cli.folder)?;
    serve::serve(&mut *kernel, io::stdin().lock(), &mut io::stdout().lock())
}
