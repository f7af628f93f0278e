//! The strategy's own commands.

mod choice;
mod evaluate;
mod inspect;
mod rebuild;
mod score;
mod sizes;
mod source_args;
mod verify;

use clap::{Args, Subcommand};
use strategy_core::{Console, Scope};

use self::choice::BinsChoice;

use crate::Result;

pub use choice::BinsRoot;
pub use evaluate::EvaluateArgs;
pub use inspect::InspectArgs;
pub use rebuild::RebuildArgs;
pub use score::ScoreArgs;
pub use verify::VerifyArgs;

/// Flags of `list`.
#[derive(Debug, Clone, Args)]
#[group(skip)] // its name is that of the flags inside
pub struct ListArgs {
    #[command(flatten)]
    bins: BinsChoice,

    #[command(flatten)]
    list: artifacts::ListArgs,
}

/// What `runner ml-calibrated-bins` can do beside making signals.
#[derive(Debug, Subcommand)]
pub enum BinsCommand {
    /// Calibrate one month or several and store their bins
    Rebuild(Box<RebuildArgs>),
    /// Check every file of bins, and that the data still gives it
    Verify(Box<VerifyArgs>),
    /// Judge calibration, bins and signals month by month, out of sample
    Evaluate(Box<EvaluateArgs>),
    /// List the months that have bins
    List(ListArgs),
    /// Show the bins of a month, and where given scores fall in them
    Inspect(InspectArgs),
    /// Add probability and bin to the scores of a file, or of DuckDB
    Score(Box<ScoreArgs>),
}

/// Bins are made and verified for every configured run; anything else is asked of one.
pub(crate) fn scope(name: &str) -> Scope {
    if ["rebuild", "verify"].contains(&name) { Scope::EveryRun } else { Scope::OneRun }
}

/// Carries out one command, given once for each run that it is for.
pub(crate) fn run(commands: Vec<BinsCommand>, console: &mut Console<'_>) -> Result<()> {
    let (mut rebuilds, mut verifications) = (Vec::new(), Vec::new());
    for command in commands {
        match command {
            BinsCommand::Rebuild(args) => rebuilds.push(*args),
            BinsCommand::Verify(args) => verifications.push(*args),
            BinsCommand::Evaluate(args) => evaluate::run(&args, console)?,
            BinsCommand::List(ListArgs { bins, list }) => {
                artifacts::list(&bins.store()?, &bins.run, &list, console)?;
            }
            BinsCommand::Inspect(args) => inspect::run(&args, console)?,
            BinsCommand::Score(args) => score::run(&args, console)?,
        }
    }
    if !rebuilds.is_empty() {
        artifacts::rebuild(&rebuilds, console)?;
    }
    if !verifications.is_empty() {
        verify::run(&verifications, console)?;
    }
    Ok(())
}
