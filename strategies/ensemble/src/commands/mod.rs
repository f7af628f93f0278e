//! The strategy's own commands.

mod evaluate;
mod files;
mod fit_args;
mod rebuild;

use clap::Subcommand;
use strategy_core::Console;

use crate::EnsembleError;

/// What an ensemble can do beside `signals` and `check`.
#[derive(Debug, Clone, Subcommand)]
pub enum EnsembleCommand {
    /// Calibrate the members, fit their pools and cut bins, month by month
    Rebuild(rebuild::RebuildArgs),
    /// Make the months' files again from the data and compare them
    Verify(files::VerifyArgs),
    /// List the months that have a file
    List(files::ListArgs),
    /// Show a month's members, weights and bins
    Inspect(files::InspectArgs),
    /// Judge pools against their members, month by month, out of sample
    Evaluate(evaluate::EvaluateArgs),
}

pub(crate) fn run(
    command: EnsembleCommand,
    console: &mut Console<'_>,
) -> Result<(), EnsembleError> {
    match command {
        EnsembleCommand::Rebuild(args) => artifacts::rebuild(&[args], console),
        EnsembleCommand::Verify(args) => args.run(console),
        EnsembleCommand::List(args) => args.run(console),
        EnsembleCommand::Inspect(args) => args.run(console),
        EnsembleCommand::Evaluate(args) => args.run(console),
    }
}
