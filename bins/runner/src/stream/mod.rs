//! `runner <strategy> stream`: decisions as rows come, each once, journalled before anybody hears of it.

mod adopt;
mod audit;
mod batch;
mod begin;
mod duckdb_source;
mod flags;
mod folder_source;
mod paper;
mod plan;
mod skip;
mod status;

use std::time::Duration;

use clap::{ArgMatches, Command, FromArgMatches};
use market_data::DataFlags;
use strategy_core::registry::{Entry, usage};
use strategy_core::{Console, Result};
use streaming::{Journal, Pace, SinkTarget, Status, Stream, SystemClock};

use crate::backtest::sizing_args;
use crate::row_args;
use begin::Prepared;
use terminal::counted;

pub(crate) const NAME: &str = "stream";

pub(crate) use batch::write_batch;
pub(crate) use flags::{JOURNAL, journal_flag};
pub(crate) use paper::{CAPITAL, account};

/// The command, with the flags of the strategy.
pub(crate) fn command(entry: &Entry) -> Command {
    let command = Command::new(NAME)
        .args_conflicts_with_subcommands(true)
        .subcommand(status::command(entry))
        .subcommand(audit::command(entry))
        .subcommand(adopt::command(entry))
        .subcommand(skip::command(entry))
        .subcommand(paper::command(entry))
        .args(flags::flags());
    // What it is about comes last: groups of flags bring descriptions of their own.
    let command = sizing_args::with_flags(command);
    row_args::with_flags(command, entry)
        .mut_arg("start", |flag| flag.hide(true))
        .mut_arg("end", |flag| flag.hide(true))
        .about("Decide rows as they come: each once, journalled, delivered to sinks")
        .long_about(
            "Waits for rows, decides each once, writes decision and inputs into a journal, and then \
             delivers it to sinks. After a restart it decides all journalled rows again, and stops \
             if a decision differs.\n\n\
             A new journal begins with the next row; with --from, earlier.",
        )
}

pub(crate) fn run(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    match matches.subcommand() {
        Some((status::NAME, matches)) => return status::run(entry, matches, console),
        Some((audit::NAME, matches)) => return audit::run(entry, matches, console),
        Some((adopt::NAME, matches)) => return adopt::run(entry, matches, console),
        Some((skip::NAME, matches)) => return skip::run(entry, matches, console),
        Some((paper::NAME, matches)) => return paper::run(entry, matches, console),
        _ => {}
    }
    for name in ["start", "end"] {
        if matches.contains_id(name) {
            return Err(usage("a stream has no --start and --end: see --from"));
        }
    }
    let secrets = |name: &str| std::env::var(name).ok();
    let given: Vec<&String> = matches.get_many(flags::SINK).into_iter().flatten().collect();
    let mut sinks: Vec<SinkTarget> = given
        .iter()
        .map(|text| SinkTarget::parse(text, &secrets))
        .collect::<Result<_, _>>()
        .map_err(usage)?;
    let acted_on = given.iter().find(|sink| !sink.contains("=jsonl:"));
    if let Some(sink) = acted_on.filter(|_| !matches.contains_id(row_args::SOURCE)) {
        // Others act on what they hear: never on invented prices that nobody asked for.
        let flag = format!("--sink {}", sink.split(':').next().unwrap_or_default());
        sample::refuse_for(&DataFlags::from_arg_matches(matches)?, &flag)?;
    }
    if sinks.is_empty() {
        sinks.push(SinkTarget::parse("out=jsonl:-", &secrets)?);
    }
    let prepared = Prepared::of(entry, matches, console)?;
    let stop = (console.on_interrupt)();
    let clock = SystemClock::default();
    let status = Status::default();
    flags::listen(matches, &status)?;
    let mut journal = Journal::open(&prepared.journal)?;
    let manager = Alive::default();
    let started = prepared.start(entry, matches, &mut journal, &clock, &|| manager.tell())?;
    let (epoch, is_new) = started.epoch;
    let told = if is_new {
        format!("epoch {epoch} begins after {}", counted(started.seeded, "seed row"))
    } else {
        let decisions = counted(started.replayed, "decision");
        format!("epoch {epoch} goes on: {decisions} proven again")
    };
    let _ = writeln!(console.err, "Journal {}: {told}", prepared.journal.display());

    let once = matches.get_flag(flags::ONCE);
    let poll = matches.get_one::<Duration>(flags::POLL).copied().unwrap_or_default();
    let from_number = match flags::moment(matches, flags::DELIVER_FROM) {
        Some(from) => (journal.reader()?.number_before(from)?, from.saturating_sub(1)),
        None => (started.last_number, started.newest),
    };
    let mut keeper = matches
        .get_flag(flags::PAPER)
        .then(|| paper::Keeper::open(entry, matches, &prepared.journal, status.clone()))
        .transpose()?;
    let mut stream = Stream::new(journal, started.core, &clock, Pace { poll, once }, status);
    let waker = stream.waker();
    stream.add_sources(prepared.sources(Some(&waker))?);
    for sink in &sinks {
        stream.add_sink(sink, &prepared.identity, from_number.0, from_number.1)?;
    }
    stream.on_turn(|| {
        manager.tell();
        if let Some(keeper) = &mut keeper {
            keeper.look();
        }
    });
    Alive::ready(&told);
    let core = stream.run(|| stop.is_set())?;
    if let Some(keeper) = keeper {
        keeper.tell(console.err)?;
    }
    for remark in core.remarks() {
        let _ = writeln!(console.err, "warning: {remark}");
    }
    Ok(())
}

/// Tells a service manager that the stream works; without the feature `systemd`, nobody.
#[derive(Default)]
struct Alive(#[cfg(feature = "systemd")] std::cell::RefCell<streaming::ServiceManager>);

#[allow(clippy::unused_self, reason = "without systemd there is nobody to tell")]
impl Alive {
    fn ready(what: &str) {
        #[cfg(feature = "systemd")]
        streaming::ServiceManager::ready(what);
        #[cfg(not(feature = "systemd"))]
        let _ = what;
    }

    fn tell(&self) {
        #[cfg(feature = "systemd")]
        self.0.borrow_mut().alive();
    }
}
