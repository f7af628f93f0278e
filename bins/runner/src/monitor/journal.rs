//! A journal that is looked at, and what is said of it.

use clap::ArgMatches;
use labeling::TargetKey;
use monitoring::{Notice, Severity};
use strategy_core::Result;
use strategy_core::registry::{Entry, usage};
use streaming::JournalReader;
use streaming::journal::Identity;

/// What one look at a journal has at hand.
pub(super) struct Look<'a> {
    pub(super) entry: &'a Entry,
    pub(super) reader: &'a JournalReader,
    pub(super) identity: &'a Identity,
    pub(super) name: &'a str,
    /// The clock, µs UTC.
    pub(super) now: i64,
    pub(super) matches: &'a ArgMatches,
}

/// What labels are: by `--target-key`, or the key in the run's name.
pub(super) fn target_key(run: &str, matches: &ArgMatches) -> Result<TargetKey> {
    let key = match matches.get_one::<String>("target-key") {
        Some(text) => TargetKey::parse(text),
        None => TargetKey::find_in_run_name(run),
    };
    key.map_err(usage)
}

pub(super) fn notice(
    rule: &str,
    journal: &str,
    side: &str,
    severity: Severity,
    summary: String,
) -> Notice {
    let (rule, journal, side) = (rule.to_owned(), journal.to_owned(), side.to_owned());
    Notice { rule, journal, side, severity, summary }
}
