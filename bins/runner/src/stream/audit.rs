//! `stream audit`: where the journal and its sources part.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::{ArgMatches, Command};
use strategy_core::registry::Entry;
use strategy_core::{Console, Result};
use streaming::cells::{Cell, decode};
use streaming::journal::Outcome;
use streaming::{Decider, JournalReader, PinnedArtifacts, Queue, Rule, TURN, time};
use terminal::counted;

use super::begin::Prepared;
use super::{batch, flags};
use crate::row_args;

pub(super) const NAME: &str = "audit";

/// Rows that are named one by one.
const NAMED: usize = 20;

/// Rows of the journal that are read at a time.
const ROWS_TOGETHER: i64 = 10_000;

pub(super) fn command(entry: &Entry) -> Command {
    let command = Command::new(NAME).args([flags::journal_flag(), flags::source_flag()]);
    row_args::with_flags(command, entry)
        .about("Compare the journal with its sources: rows that were late, left out or revised")
        .long_about(None)
}

/// What became of a row since it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Parting {
    LeftOut,
    Revised,
    NeverSeen,
    Vanished,
}

impl Parting {
    fn told(self) -> &'static str {
        match self {
            Self::LeftOut => "left out, and complete in the sources now",
            Self::Revised => "decided on other values than the sources have now",
            Self::NeverSeen => "in the sources now, and never seen by the stream",
            Self::Vanished => "decided on, and no longer in the sources",
        }
    }
}

pub(super) fn run(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let prepared = Prepared::of(entry, matches, console)?;
    let reader = JournalReader::open(&prepared.journal)?;
    let mut journalled = BTreeMap::<i64, Option<Vec<u64>>>::new();
    let mut decisions = Vec::new();
    let mut number = 0;
    loop {
        let rows = reader.rows_after(number, ROWS_TOGETHER)?;
        let Some(last) = rows.last() else { break };
        number = last.number;
        let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect();
        for row in rows {
            let inputs = match row.outcome {
                Outcome::Decided { inputs, decision, .. } => {
                    decisions.push((row.epoch, row.time, decision));
                    Some(bits(inputs))
                }
                Outcome::LeftOut(_) => None,
            };
            journalled.insert(row.time, inputs);
        }
    }
    let (Some((&first, _)), Some((&last, _))) =
        (journalled.first_key_value(), journalled.last_key_value())
    else {
        writeln!(console.out, "the journal has no rows")?;
        return Ok(());
    };
    let sources = in_sources(&prepared, first, last)?;
    let mut partings = Vec::new();
    for time in journalled.keys().chain(sources.keys().filter(|t| !journalled.contains_key(t))) {
        let parting = match (journalled.get(time), sources.get(time)) {
            (Some(None), Some(_)) => Parting::LeftOut,
            (Some(Some(own)), Some(now)) if own != now => Parting::Revised,
            (Some(Some(_)), None) => Parting::Vanished,
            (None, Some(_)) => Parting::NeverSeen,
            _ => continue,
        };
        partings.push((*time, parting));
    }
    partings.sort_unstable();
    let left_out = journalled.values().filter(|row| row.is_none()).count();
    writeln!(
        console.out,
        "{} from {} to {}: {} decided, {left_out} left out",
        counted(journalled.len(), "row"),
        time::text(first),
        time::text(last),
        journalled.len() - left_out
    )?;
    if partings.is_empty() {
        writeln!(console.out, "the sources have the same rows: the stream is `signals` over them")?;
        return Ok(());
    }
    for kind in [Parting::LeftOut, Parting::Revised, Parting::NeverSeen, Parting::Vanished] {
        let count = partings.iter().filter(|(_, parting)| *parting == kind).count();
        if count > 0 {
            writeln!(console.out, "{} {}", counted(count, "row"), kind.told())?;
        }
    }
    for (at, parting) in partings.iter().take(NAMED) {
        writeln!(console.out, "  {} {}", time::text(*at), parting.told())?;
    }
    if partings.len() > NAMED {
        writeln!(console.out, "  and {} more", partings.len() - NAMED)?;
    }
    if let Some((at, _)) = partings.last() {
        writeln!(console.out, "after {} the rows are the same", time::text(*at))?;
    }
    let (compared, others, last_other) =
        held_against(entry, &prepared, &reader, &decisions, &sources)?;
    write!(
        console.out,
        "{others} of {compared} decisions have another signal or target than `signals` has on the sources' rows"
    )?;
    match last_other {
        None => writeln!(console.out),
        Some(at) if at < last => writeln!(console.out, ", the last at {}", time::text(at)),
        Some(_) => writeln!(console.out, ", also the last"),
    }?;
    Ok(())
}

/// Decides on the rows of the sources as `signals` does, from the seed of each epoch on, and holds the
/// journalled decisions (epoch, time, decision) against it: how many there are of both, how many have another
/// signal or target, and the last that has. What a strategy remembers of a row may stay in the last digits of its
/// other columns for ever.
fn held_against(
    entry: &Entry,
    prepared: &Prepared,
    reader: &JournalReader,
    decisions: &[(i64, i64, Vec<u8>)],
    sources: &BTreeMap<i64, Vec<u64>>,
) -> Result<(usize, usize, Option<i64>)> {
    let (mut compared, mut others, mut last_other) = (0, 0, None);
    for epoch in reader.epochs()? {
        let own = || decisions.iter().filter(|(of, ..)| *of == epoch.number);
        let (Some((_, first, _)), Some((_, last, _))) = (own().next(), own().next_back()) else {
            continue;
        };
        let floats = |bits: &[u64]| bits.iter().copied().map(f64::from_bits).collect();
        let rows: Vec<(i64, Vec<f64>)> =
            sources.range(first..=last).map(|(time, bits)| (*time, floats(bits))).collect();
        let artifacts = PinnedArtifacts::of_epoch(epoch.number, reader.adoptions(epoch.number)?);
        let strategy = entry.open(&batch::configured(entry, &epoch)?, &prepared.subject)?;
        let mut decider = Decider::new(strategy, &epoch.inputs, artifacts);
        decider.seed(&reader.seeds(epoch.number, i64::MIN, i64::MAX)?, true)?;
        let now: BTreeMap<i64, Vec<u8>> = decider.decisions_on(&rows)?.into_iter().collect();
        for (_, time, decision) in own() {
            let Some(now) = now.get(time) else { continue };
            compared += 1;
            if asked(&epoch.columns, now) != asked(&epoch.columns, decision) {
                others += 1;
                last_other = Some(*time);
            }
        }
    }
    Ok((compared, others, last_other))
}

/// What a decision asks for: its signal, and the targets of its legs.
fn asked(columns: &[String], decision: &[u8]) -> Vec<Option<Cell>> {
    let cells = decode(decision).unwrap_or_default();
    let is_asked = |name: &String| name == "signal" || name.starts_with("target");
    let places = columns.iter().enumerate().filter(|(_, name)| is_asked(name));
    places.map(|(place, _)| cells.get(place).cloned()).collect()
}

/// The complete rows that the sources have now, from `first` to `last`, by their bits.
fn in_sources(prepared: &Prepared, first: i64, last: i64) -> Result<BTreeMap<i64, Vec<u64>>> {
    let mut plan = prepared.plan.plan.clone();
    for series in &mut plan.series {
        series.journalled = None;
    }
    let mut queue = Queue::new(plan, first.saturating_sub(1), Duration::ZERO);
    let mut sources = prepared.sources(None)?;
    let mut found = BTreeMap::new();
    let mut now = Duration::ZERO;
    loop {
        now += TURN;
        let mut again = false;
        for source in &mut sources {
            let from = |series: usize| match queue.plan().series[series].rule {
                Rule::Beside => i64::MAX,
                _ => queue.needs_from(series),
            };
            let polled = source.poll(&from, now)?;
            again |= polled.again.is_some();
            for seen in polled.seen {
                queue.observe(seen.series, seen.observations, seen.read_to, Duration::ZERO);
            }
        }
        let mut settled = 0;
        while let Some(row) = queue.settle(Duration::ZERO) {
            settled += 1;
            if row.time > last {
                return Ok(found);
            }
            if let Ok(inputs) = row.inputs {
                found.insert(row.time, inputs.into_iter().map(f64::to_bits).collect());
            }
        }
        if settled == 0 && !again {
            return Ok(found);
        }
    }
}
