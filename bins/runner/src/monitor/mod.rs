//! `runner monitor`: whether decisions that were made still mean what they say.

mod band;
mod book;
mod firing;
mod from_data;
mod journal;
mod labels;
mod look;
mod metrics;
mod of_journal;
mod output;
mod page;
mod simulate;
mod source;

use clap::{ArgAction, ArgMatches, Command, value_parser};
use strategy_core::registry::{Strategies, UsageError, usage};
use strategy_core::{Console, Result};

use crate::{arg, output_flags, row_args};
pub(crate) use firing::Firing;
use metrics::Shared;
pub(crate) use source::STRATEGY;

pub(crate) const NAME: &str = "monitor";

const ABOUT: &str =
    "Watch decisions: is the model still calibrated, have scores moved, is anything late";

const EXAMPLES: &str = "\
Examples:
  runner monitor --journal data/journal/…/run.sqlite  a stream's journal; --journal may be repeated
  runner monitor --journal j.sqlite --backtest out    its account beside what the backtest lets one expect
  runner monitor --from-data                          the months of the sample, with the bins that were made
  runner monitor --from-data --state monitor.json     go on where the last call ended; alarms fire until acknowledged
  runner monitor acknowledge --state monitor.json 4a1b0c3d5e6f7081
  runner monitor simulate --years 100                 how often it is wrong, and how long it takes

Exit codes: 0 nothing fires, 3 a watch fires, 4 an alert fires, 5 rows are stale.";

pub(crate) fn command(strategies: &Strategies) -> Command {
    let file = |name: &'static str, help: &'static str| arg::path(name, "FILE", help);
    let minutes = |name: &'static str, help: &'static str| {
        arg::value(name, "MINUTES", help).value_parser(value_parser!(u32))
    };
    let command = Command::new(NAME).args([
        arg::switch(
            "from-data",
            "Decide on the rows of DuckDB files with stored bins, and watch these \
                 decisions",
        ),
        arg::path(
            "journal",
            "FILE",
            "Watch what a stream decided, by its journal; may be repeated",
        )
        .action(ArgAction::Append)
        .conflicts_with("from-data"),
        file(
            "backtest",
            "Folder of a backtest (or its equity file): the account over the journal \
                 beside its band",
        )
        .requires("journal"),
        minutes("sink-within", "Age of a sink's next decision from which the sink lags")
            .default_value("10"),
        arg::value(
            "bins-within",
            "DAYS",
            "Age of the bins' calibration at the newest row from which they are stale",
        )
        .value_parser(value_parser!(u32))
        .default_value("62"),
        arg::value("n-bins", "N", "Number of quantile bins")
            .value_parser(value_parser!(u16).range(2..=1_000))
            .default_value("20"),
        arg::value(
            "target-key",
            "KEY",
            "Label, as in y_tp_before_sl_u0.04_d0.02_24h [default: the one in the run's \
                 name]",
        )
        .env("RUNNER_TARGET_KEY"),
        minutes(
            "fresh-within",
            "Delay of the next row from which rows are stale [default: 30 for a \
                 journal, never for files]",
        ),
        output_flags::format("How to print what was found"),
        file("state", "File for detectors and alerts between calls; each row is read once"),
        file(
            "alerts",
            "File for alerts as Alertmanager's webhook JSON; an ended alert is in it once",
        ),
        file("report", "Page with charts to write too: one HTML file without network"),
        file("metrics", "File for metrics in the text format of Prometheus"),
        arg::value("watch", "SECONDS", "Look again at this interval until stopped")
            .value_parser(value_parser!(u64).range(1..=86_400))
            .requires("state"),
        #[cfg(feature = "listen")]
        arg::value(
            "listen",
            "ADDRESS",
            "Address of this machine for /metrics, as in 127.0.0.1:9185 [default: \
                 none]",
        )
        .value_parser(value_parser!(std::net::SocketAddr))
        .requires("watch"),
    ]);
    let command = match strategies.find(STRATEGY) {
        Ok(entry) => row_args::with_flags(command, entry),
        Err(_) => command,
    };
    command
        .about(ABOUT)
        .long_about(None)
        .after_help(EXAMPLES)
        .args_conflicts_with_subcommands(true)
        .subcommand(simulate::command())
        .subcommand(book::acknowledge_command())
}

pub(crate) fn run(
    strategies: &Strategies,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<()> {
    match matches.subcommand() {
        Some((simulate::NAME, matches)) => return simulate::run(matches, console),
        Some((book::ACKNOWLEDGE, matches)) => return book::acknowledge(matches, console),
        _ => {}
    }
    if !matches.get_flag("from-data") && !matches.contains_id("journal") {
        return Err(usage(
            "nothing to watch: --journal names what a stream decided, and --from-data decides on the \
                     rows of DuckDB files",
        ));
    }
    let shared = Shared::default();
    let Some(&seconds) = matches.get_one::<u64>("watch") else {
        return look::look(strategies, matches, &shared, console);
    };
    metrics::listen(matches, &shared)?;
    let stop = (console.on_interrupt)();
    loop {
        match look::look(strategies, matches, &shared, console) {
            // What fires is told by alerts; watching goes on.
            Err(error) if error.is::<Firing>() => {}
            // A journal that is being moved, a file that its writer holds: the next look may see it.
            Err(error) if !error.is::<UsageError>() => {
                let _ = writeln!(console.err, "warning: {error}; looking again in {seconds} s");
            }
            other => other?,
        }
        console.out.flush()?;
        for _ in 0..seconds * 10 {
            if stop.is_set() {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }
}
