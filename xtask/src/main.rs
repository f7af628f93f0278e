//! Developer tasks: `cargo xtask ci`, `cargo xtask backfill`, `cargo xtask new-strategy`, and others.
//!
//! Light on purpose: it drives other programs and must not link DuckDB, so that it starts at once
//! also where nothing is built yet.

mod backfill;
mod bench;
mod campaigns;
mod ci;
mod command;
mod new_strategy;
mod pictures;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Tasks of this workspace")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Check everything that must hold before a change lands
    Ci(ci::CiArgs),
    /// Make the bins of many months, with the runner
    Backfill(backfill::BackfillArgs),
    /// Measure time and memory, alone or beside what others would use
    Bench(bench::BenchArgs),
    /// Run the long tests of streams and monitors whole: kills, power cuts, a million rows, a thousand years
    Campaigns(campaigns::CampaignsArgs),
    /// Make the pictures of reports in README and docs anew, with chromium
    Pictures(pictures::PicturesArgs),
    /// Make the crate of a new strategy, and let the runner know it
    NewStrategy(new_strategy::NewStrategyArgs),
}

fn main() -> ExitCode {
    let result = match Cli::parse().task {
        Task::Ci(args) => ci::run(&args),
        Task::Backfill(args) => backfill::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Campaigns(args) => campaigns::run(&args),
        Task::Pictures(args) => pictures::run(&args),
        Task::NewStrategy(args) => new_strategy::run(&args),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            command::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
