//! `runner data sample`: the generated sample, made if it is not there.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use strategy_core::{Console, Result};

use super::flags::data_flags;

pub(super) const NAME: &str = "sample";

pub(super) fn command() -> Command {
    Command::new(NAME)
        .about("Make the sample if it does not exist, and print the paths of its files")
        .args(data_flags(&["sample_dir"]))
}

pub(super) fn run(matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let folder = matches.get_one::<PathBuf>("sample_dir").cloned().unwrap_or_default();
    let (paths, made_now) = sample::ensure(&folder)?;
    let done = if made_now { "made" } else { "found" };
    let _ = writeln!(console.err, "Generated sample {done} in {}", folder.display());
    for files in paths.instruments {
        for path in [files.candles, files.predictions, files.model, files.train_predictions] {
            writeln!(console.out, "{}", path.display())?;
        }
    }
    Ok(())
}
