//! `cargo xtask campaigns`: the long tests of streams, monitors and sweeps, whole; CI runs a tenth of each.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::command::{cargo, say, status};

/// Flags of `campaigns`.
#[derive(Debug, Args)]
pub(crate) struct CampaignsArgs {
    /// Only campaigns whose name contains this
    #[arg(value_name = "NAME")]
    filter: Option<String>,

    /// Percent of the whole counts
    #[arg(long, default_value_t = 100)]
    percent: u32,

    /// Flags for cargo, such as `--no-default-features --features prebuilt`
    #[arg(last = true)]
    cargo: Vec<String>,
}

/// Campaigns: name, package, test, the variable that sets its count, the whole count.
type Campaign = (&'static str, &'static str, &'static str, &'static str, u32);

const CAMPAIGNS: [Campaign; 9] = [
    ("torn-writes", "streaming", "a_kill_at_any_byte_of_any_write", "STREAMING_KILLS", 1_000),
    ("power-cuts", "streaming", "a_power_cut_keeps", "STREAMING_POWER_CUTS", 500),
    ("sinks", "streaming", "sinks::", "STREAMING_INTERRUPTIONS", 200),
    ("senders", "streaming", "is_killed", "STREAMING_INTERRUPTIONS", 200),
    ("writes", "streaming", "killed_at_every_write", "STREAMING_WRITE_KILLS", 1_000),
    ("rows", "streaming", "a_long_stream", "STREAMING_ROWS", 1_000_000),
    ("kills", "runner", "killed_at_any_time", "STREAM_SIGKILLS", 1_000),
    ("years", "runner", "calm_years_are_calm", "MONITOR_YEARS", 1_000),
    ("sweep-memory", "runner", "keeps_no_equity", "SWEEP_SETTINGS", 10_000),
];

pub(crate) fn run(args: &CampaignsArgs) -> Result<ExitCode> {
    let mut failed = Vec::new();
    for (name, package, test, variable, count) in CAMPAIGNS {
        if args.filter.as_ref().is_some_and(|filter| !name.contains(filter.as_str())) {
            continue;
        }
        let count = (count * args.percent).div_ceil(100).max(1);
        say(&format!("\n== {name}: {variable}={count}"));
        let mut command = cargo();
        command.args(["test", "--locked", "-p", package]);
        // Adapters are features of both packages; how DuckDB is linked is one of the runner's alone.
        if package == "runner" {
            command.args(&args.cargo);
        }
        command.args([test, "--", "--show-output"]).env(variable, count.to_string());
        if !status(&mut command)?.success() {
            failed.push(name);
        }
    }
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("\nfailed: {}", failed.join(", ")));
    Ok(ExitCode::FAILURE)
}
