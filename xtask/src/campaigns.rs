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

/// A campaign: its name, its test, the variable that sets its count, and the whole count.
struct Campaign {
    name: &'static str,
    package: &'static str,
    test: &'static str,
    variable: &'static str,
    count: u32,
}

const CAMPAIGNS: [Campaign; 9] = [
    Campaign {
        name: "torn-writes",
        package: "streaming",
        test: "a_kill_at_any_byte_of_any_write",
        variable: "STREAMING_KILLS",
        count: 1_000,
    },
    Campaign {
        name: "power-cuts",
        package: "streaming",
        test: "a_power_cut_keeps",
        variable: "STREAMING_POWER_CUTS",
        count: 500,
    },
    Campaign {
        name: "sinks",
        package: "streaming",
        test: "sinks::",
        variable: "STREAMING_INTERRUPTIONS",
        count: 200,
    },
    Campaign {
        name: "senders",
        package: "streaming",
        test: "is_killed",
        variable: "STREAMING_INTERRUPTIONS",
        count: 200,
    },
    Campaign {
        name: "writes",
        package: "streaming",
        test: "killed_at_every_write",
        variable: "STREAMING_WRITE_KILLS",
        count: 1_000,
    },
    Campaign {
        name: "rows",
        package: "streaming",
        test: "a_long_stream",
        variable: "STREAMING_ROWS",
        count: 1_000_000,
    },
    Campaign {
        name: "kills",
        package: "runner",
        test: "killed_at_any_time",
        variable: "STREAM_SIGKILLS",
        count: 1_000,
    },
    Campaign {
        name: "years",
        package: "runner",
        test: "calm_years_are_calm",
        variable: "MONITOR_YEARS",
        count: 1_000,
    },
    Campaign {
        name: "sweep-memory",
        package: "runner",
        test: "keeps_no_equity",
        variable: "SWEEP_SETTINGS",
        count: 10_000,
    },
];

pub(crate) fn run(args: &CampaignsArgs) -> Result<ExitCode> {
    let mut failed = Vec::new();
    for campaign in &CAMPAIGNS {
        let Campaign { name, package, test, variable, count } = campaign;
        if args.filter.as_ref().is_some_and(|filter| !name.contains(filter.as_str())) {
            continue;
        }
        let count = (count * args.percent).div_ceil(100).max(1);
        say(&format!("\n== {name}: {variable}={count}"));
        let mut command = cargo();
        command.args(["test", "--locked", "-p", package]);
        // Adapters are features of both packages; how DuckDB is linked is one of the runner's alone.
        if *package == "runner" {
            command.args(&args.cargo);
        }
        command.args([*test, "--", "--show-output"]).env(variable, count.to_string());
        if !status(&mut command)?.success() {
            failed.push(*name);
        }
    }
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("\nfailed: {}", failed.join(", ")));
    Ok(ExitCode::FAILURE)
}
