//! `cargo xtask backfill`: the bins of many months, for all runs of `runner.toml`.
//!
//! Planning and work are the runner's (`ml-calibrated-bins rebuild`): this only calls it, so that
//! `xtask` links no DuckDB.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

#[cfg(unix)]
use anyhow::Context;
use anyhow::Result;
use clap::Args;

#[cfg(unix)]
use crate::command::announce;
use crate::command::runner;
#[cfg(not(unix))]
use crate::command::status;

/// Flags of `backfill`.
#[derive(Debug, Args)]
pub(crate) struct BackfillArgs {
    /// First month, as in 2024-01 [default: the first with a full window of predictions]
    #[arg(long, value_name = "MONTH")]
    from: Option<OsString>,

    /// Last month [default: the month of the newest prediction]
    #[arg(long, value_name = "MONTH")]
    to: Option<OsString>,

    /// Only runs of this dataset
    #[arg(long, value_name = "NAME")]
    dataset: Option<OsString>,

    /// Only the run of this name
    #[arg(long, value_name = "NAME")]
    run: Option<OsString>,

    /// How raw scores become probabilities: platt or isotonic
    #[arg(long, value_name = "METHOD")]
    method: Option<OsString>,

    /// Months to make at once [default: one for each core]
    #[arg(long, value_name = "N")]
    jobs: Option<OsString>,

    /// Print what would be done for each month, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Go on with the other months, and runs, when one fails
    #[arg(long)]
    keep_going: bool,

    /// Replace the bins that would be made otherwise now, and make no others
    #[arg(long)]
    only_stale: bool,

    /// A runner that is built already, instead of `cargo run -p runner`
    #[arg(long, value_name = "PROGRAM", env = "RUNNER_PROGRAM")]
    runner: Option<OsString>,

    /// Flags for `runner ml-calibrated-bins rebuild`, after `--`
    #[arg(last = true, value_name = "FLAGS")]
    rebuild: Vec<OsString>,
}

impl BackfillArgs {
    /// What the runner is called with. Months that exist are kept unless the flags say otherwise, so
    /// that a backfill can be repeated.
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            ["ml-calibrated-bins", "rebuild"].map(OsString::from).to_vec();
        if self.from.is_none() && self.to.is_none() {
            arguments.extend(["--bin-month", "all"].map(OsString::from));
        }
        let values = [
            ("--from", &self.from),
            ("--to", &self.to),
            ("--dataset", &self.dataset),
            ("--run-name", &self.run),
            ("--method", &self.method),
            ("--jobs", &self.jobs),
        ];
        for (flag, value) in values {
            arguments.extend(value.iter().flat_map(|value| [flag.into(), value.clone()]));
        }
        let switches = [
            ("--dry-run", self.dry_run),
            ("--keep-going", self.keep_going),
            ("--only-stale", self.only_stale),
        ];
        arguments.extend(switches.into_iter().filter(|(_, on)| *on).map(|(flag, _)| flag.into()));
        let decided = self.only_stale
            || self.rebuild.iter().any(|flag| {
                ["--overwrite", "--skip-existing", "--only-stale"].iter().any(|known| flag == known)
            });
        if !decided {
            arguments.push("--skip-existing".into());
        }
        arguments.extend(self.rebuild.iter().cloned());
        arguments
    }
}

pub(crate) fn run(args: &BackfillArgs) -> Result<ExitCode> {
    let mut command = runner(args.runner.as_ref());
    // The person's folder, not the workspace's: paths in the flags are relative to it.
    command.current_dir(std::env::current_dir()?);
    become_program(command.args(args.arguments()))
}

/// Ends as the runner ends: it takes this process's place, so that signals reach it and nobody else.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;

    announce(command);
    Err(command.exec()).with_context(|| format!("cannot start {}", command.get_program().display()))
}

/// Ends as the runner ends.
#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<ExitCode> {
    let code = status(command)?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: BackfillArgs,
    }

    fn check(flags: &str, expect: &str) {
        let cli = Cli::parse_from(std::iter::once("x").chain(flags.split_whitespace()));
        let arguments = cli.args.arguments();
        let shown: Vec<_> = arguments.iter().map(|a| a.to_string_lossy()).collect();
        assert_eq!(shown.join(" "), expect);
    }

    #[test]
    fn months_become_flags_of_rebuild() {
        check("", "ml-calibrated-bins rebuild --bin-month all --skip-existing");
        check(
            "--from 2025-01 --to 2025-03",
            "ml-calibrated-bins rebuild --from 2025-01 --to 2025-03 --skip-existing",
        );
        check("--to 2025-03", "ml-calibrated-bins rebuild --to 2025-03 --skip-existing");
    }

    #[test]
    fn other_flags_are_passed_on() {
        check(
            "-- --overwrite --method isotonic",
            "ml-calibrated-bins rebuild --bin-month all --overwrite --method isotonic",
        );
    }

    #[test]
    fn flags_of_its_own_are_passed_under_the_runner_s_names() {
        check(
            "--dataset d --run r --method isotonic --jobs 3 --dry-run --keep-going --only-stale",
            "ml-calibrated-bins rebuild --bin-month all --dataset d --run-name r --method isotonic \
             --jobs 3 --dry-run --keep-going --only-stale",
        );
    }
}
