//! The flags of `stream` beside those that choose rows.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, value_parser};

#[cfg(feature = "listen")]
use strategy_core::registry::usage;
use streaming::Status;

use super::plan;
use crate::arg;
use crate::row_args::SOURCE;
use crate::time_range::{self, Moment};
use strategy_core::Result;

pub(crate) const JOURNAL: &str = "journal";
pub(super) const SINK: &str = "sink";
pub(super) const ONCE: &str = "once";
pub(super) const POLL: &str = "poll";
pub(super) const DEADLINE: &str = "deadline";
pub(super) const FROM: &str = "from";
pub(super) const NEW_EPOCH: &str = "new-epoch";
pub(super) const DELIVER_FROM: &str = "deliver-from";
#[cfg(feature = "listen")]
const LISTEN: &str = "listen";
#[cfg(feature = "listen")]
const LISTEN_ANYWHERE: &str = "listen-anywhere";
pub(super) const CANDLES: &str = "candles";
pub(super) const PAPER: &str = "paper";

/// `--journal`.
pub(crate) fn journal_flag() -> Arg {
    arg::path(
        JOURNAL,
        "FILE",
        "Journal of the decisions [default: data/journal/{strategy}/{dataset}/{run}.sqlite]",
    )
}

pub(super) fn source_flag() -> Arg {
    arg::value(
        SOURCE,
        "NAME=PLACE",
        "Where candles, predictions or funding come from: duckdb:FILE, folder:FOLDER or \
             binance:SYMBOL [default: the files that `signals` reads]; may be repeated",
    )
    .action(ArgAction::Append)
    .value_parser(plan::given_source)
}

pub(super) fn flags() -> Vec<Arg> {
    let duration = |name: &'static str, default: &'static str, help: &'static str| {
        arg::value(name, "SECONDS", help).default_value(default).value_parser(seconds)
    };
    vec![
        source_flag(),
        arg::value(
            SINK,
            "NAME=URL",
            "Where decisions go: jsonl:-, jsonl:FILE, webhook:URL, postgres:URL or nats:URL; \
             ${NAME} stands for a variable, @FILE for what a file holds; may be repeated \
             [default: out=jsonl:-]",
        )
        .action(ArgAction::Append),
        journal_flag(),
        arg::switch(ONCE, "Decide and deliver the new rows, then end (for cron)"),
        duration(POLL, "1", "Seconds between two looks at the sources"),
        duration(DEADLINE, "600", "How long a row waits for its inputs before it is left out"),
        time_range::flag(FROM, "First row of a new journal [default: the next one]"),
        arg::switch(NEW_EPOCH, "Begin another epoch after the last row: for another configuration"),
        arg::switch(
            PAPER,
            "Maintain an account over the journal, for /metrics and a summary at the end",
        ),
        time_range::flag(DELIVER_FROM, "First row that a new sink gets [default: the next one]"),
        #[cfg(feature = "listen")]
        arg::value(
            LISTEN,
            "ADDRESS",
            "Address for /metrics, /healthz and /readyz, as in 127.0.0.1:9184 [default: none]",
        )
        .value_parser(value_parser!(std::net::SocketAddr)),
        #[cfg(feature = "listen")]
        arg::switch(LISTEN_ANYWHERE, "Let --listen be an address that other machines reach"),
        arg::value(
            CANDLES,
            "WHEN",
            "When a candle in a file is closed: once it is stored, or, where running ones are \
             stored, once its successor is",
        )
        .value_parser(["stored", "running"])
        .default_value("stored"),
    ]
}

/// Listens where `--listen` says.
#[cfg(feature = "listen")]
pub(super) fn listen(matches: &ArgMatches, status: &Status) -> Result<()> {
    let Some(&address) = matches.get_one::<std::net::SocketAddr>(LISTEN) else { return Ok(()) };
    if !address.ip().is_loopback() && !matches.get_flag(LISTEN_ANYWHERE) {
        return Err(usage(format!(
            "other machines reach {address}, and whoever does can read the figures: pass \
             --listen-anywhere if that is meant"
        )));
    }
    streaming::listen(address, status.clone())?;
    Ok(())
}

/// Without the feature `listen` there is nothing to listen with.
#[cfg(not(feature = "listen"))]
pub(super) fn listen(_: &ArgMatches, _: &Status) -> Result<()> {
    Ok(())
}

/// A time given as the flag `name`, µs UTC.
pub(super) fn moment(matches: &ArgMatches, name: &str) -> Option<i64> {
    let moment = matches.get_one::<Moment>(name).copied()?;
    time_range::range(Some(moment), None).start.map(|start| start.timestamp_micros())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "wanted a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
