//! `cargo xtask backfill`: the bins of many months.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

use crate::command::{cargo, say, status};

/// Flags of `backfill`.
#[derive(Debug, Args)]
pub(crate) struct BackfillArgs {
    /// First month, as in 2024-01 [default: the first with a full window of predictions]
    #[arg(long, value_name = "MONTH")]
    from: Option<String>,

    /// Last month [default: the month of the newest prediction]
    #[arg(long, value_name = "MONTH")]
    to: Option<String>,

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
        match (&self.from, &self.to) {
            (None, None) => arguments.extend(["--bin-month", "all"].map(OsString::from)),
            (from, to) => {
                for (flag, month) in [("--from", from), ("--to", to)] {
                    if let Some(month) = month {
                        arguments.extend([flag.into(), month.into()]);
                    }
                }
            }
        }
        let decided =
            self.rebuild.iter().any(|flag| flag == "--overwrite" || flag == "--skip-existing");
        if !decided {
            arguments.push("--skip-existing".into());
        }
        arguments.extend(self.rebuild.iter().cloned());
        arguments
    }
}

pub(crate) fn run(args: &BackfillArgs) -> Result<ExitCode> {
    let mut command = if let Some(program) = &args.runner {
        Command::new(program)
    } else {
        let mut command = cargo();
        // The person's folder, not the workspace's: paths in the flags are relative to it.
        command.current_dir(std::env::current_dir()?);
        command.args(["run", "--quiet", "--package", "runner", "--"]);
        command
    };
    let status = status(command.args(args.arguments()))?;
    match status.code() {
        Some(0) => Ok(ExitCode::SUCCESS),
        Some(code) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(1))),
        None => {
            say("error: the runner was ended by a signal");
            Ok(ExitCode::FAILURE)
        }
    }
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
}
