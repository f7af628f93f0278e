//! How a stream begins: it goes on in the epoch of its journal, proven by replay, or begins another.

use std::collections::VecDeque;
use std::time::Duration;

use strategy_core::{ErasedStrategy, Lookback};

use crate::StreamError;
use crate::artifacts::PinnedArtifacts;
use crate::clock::Clock;
use crate::core::Core;
use crate::decider::Decider;
use crate::journal::{Epoch, Identity, Journal, JournalReader};
use crate::queue::{Plan, Queue, Rule};
use crate::source::Source;

/// What a stream begins with.
pub struct Begin<'a> {
    /// What it is of.
    pub identity: Identity,
    /// The strategy's parameters, as JSON.
    pub configuration: String,
    /// The program, by name and version.
    pub program: String,
    /// What rows are made of.
    pub plan: Plan,
    /// How many rows before the first decision the strategy needs.
    pub lookback: Lookback,
    /// Rows from this time on are decided (µs UTC); without it, those that come.
    pub from: Option<i64>,
    /// Whether to begin another epoch.
    pub new_epoch: bool,
    /// How long a row waits for what it requires.
    pub deadline: Duration,
    /// From which time on history is read, where a source has more of it than anybody needs.
    pub earliest: Option<i64>,
    /// From which time on rows are fed before the first decision, where the strategy cannot do with earlier
    /// ones: those long before its first artifact.
    pub seeds_from: Option<i64>,
    /// Opens the strategy at the start of its history.
    pub open: &'a dyn Fn() -> Result<Box<dyn ErasedStrategy>, StreamError>,
    /// Opens the sources, to read what there is before the first row.
    pub sources: &'a dyn Fn() -> Result<Vec<Box<dyn Source>>, StreamError>,
    /// Called now and then, so that a watchdog sees that it works.
    pub alive: &'a dyn Fn(),
}

/// A stream that can begin.
pub struct Started {
    /// What decides.
    pub core: Core,
    /// Rows that were decided again, each with the journalled decision.
    pub replayed: u64,
    /// The epoch, and whether it is new.
    pub epoch: (i64, bool),
    /// Rows fed before the first of a new epoch.
    pub seeded: usize,
    /// The number of the last row that is journalled.
    pub last_number: i64,
    /// The last time that had a row when the stream began; a sink that is new gets later ones.
    pub newest: i64,
}

/// Prepares a stream over `journal`.
///
/// # Errors
/// When the journal is of something else, the configuration changed, a journalled decision is another
/// now, or a source cannot be read.
pub fn start(
    begin: &Begin<'_>,
    journal: &mut Journal,
    clock: &dyn Clock,
) -> Result<Started, StreamError> {
    journal.settle_identity(&begin.identity)?;
    let reader = journal.reader()?;
    let last_row = reader.last_row()?;
    let known = reader.epochs()?.pop();
    match known {
        Some(epoch) if !begin.new_epoch => go_on(begin, journal, &reader, &epoch, last_row),
        known => begin_epoch(begin, journal, &reader, known.as_ref(), last_row, clock),
    }
}

/// Goes on in the journal's last epoch.
fn go_on(
    begin: &Begin<'_>,
    journal: &Journal,
    reader: &JournalReader,
    epoch: &Epoch,
    last_row: Option<(i64, i64)>,
) -> Result<Started, StreamError> {
    let pairs = [
        ("configuration", &epoch.configuration, &begin.configuration),
        ("inputs", &epoch.inputs.join(", "), &begin.plan.names.join(", ")),
    ];
    if let Some((what, found, wanted)) = pairs.into_iter().find(|(_, found, now)| found != now) {
        return Err(StreamError::Changed {
            path: journal.path().to_owned(),
            what,
            epoch: epoch.number,
            found: found.clone(),
            wanted: wanted.clone(),
        });
    }
    let artifacts = PinnedArtifacts::of_epoch(epoch.number, reader.adoptions(epoch.number)?);
    let mut decider = Decider::new((begin.open)()?, &begin.plan.names, artifacts);
    let replayed = decider.replay(reader, epoch.number, begin.alive)?;
    let (last_number, last_time) = last_row.unwrap_or((0, i64::MIN));
    let after = last_time.max(epoch.after);
    let core = core(begin, reader, decider, epoch.number, after, last_number)?;
    let epoch = (epoch.number, false);
    Ok(Started { core, replayed, epoch, seeded: 0, last_number, newest: after })
}

/// Begins an epoch after the last row, or, in a new journal, where the data end or was asked for.
fn begin_epoch(
    begin: &Begin<'_>,
    journal: &mut Journal,
    reader: &JournalReader,
    known: Option<&Epoch>,
    last_row: Option<(i64, i64)>,
    clock: &dyn Clock,
) -> Result<Started, StreamError> {
    let first = begin.from.map(|from| from.saturating_sub(1));
    let after = match (last_row, known) {
        (Some((_, time)), _) => Some(time),
        // An epoch without a row.
        (None, Some(epoch)) => Some(epoch.after),
        (None, None) => first,
    };
    let (history, newest) = history(begin, after)?;
    let after = after.unwrap_or(newest);
    let number = known.map_or(1, |epoch| epoch.number + 1);
    let artifacts = PinnedArtifacts::of_epoch(number, Vec::new());
    let mut decider = Decider::new((begin.open)()?, &begin.plan.names, artifacts);
    let columns = decider.columns()?;
    decider.seed(&history, false)?;
    let epoch = Epoch {
        number,
        configuration: begin.configuration.clone(),
        inputs: begin.plan.names.clone(),
        columns,
        program: begin.program.clone(),
        after,
        started_at: clock.now(),
    };
    journal.begin_epoch(&epoch, &history, &decider.take_fresh())?;
    let last_number = last_row.map_or(0, |(number, _)| number);
    let core = core(begin, reader, decider, number, after, last_number)?;
    let (epoch, seeded) = ((number, true), history.len());
    Ok(Started { core, replayed: 0, epoch, seeded, last_number, newest: newest.max(after) })
}

fn core(
    begin: &Begin<'_>,
    reader: &JournalReader,
    decider: Decider,
    epoch: i64,
    after: i64,
    last_number: i64,
) -> Result<Core, StreamError> {
    let mut queue = Queue::new(begin.plan.clone(), after, begin.deadline);
    for (index, series) in begin.plan.series.iter().enumerate() {
        if let Some(name) = &series.journalled {
            queue.is_journalled_to(index, reader.market_to(name)?.unwrap_or(after));
        }
    }
    Ok(Core::new(queue, decider, epoch, last_number + 1))
}

/// How much later each turn over the sources counts as: longer than a file must have been quiet.
pub const TURN: Duration = Duration::from_secs(1);

/// A row and the values of its inputs.
type InputRow = (i64, Vec<f64>);

/// The rows up to `after`, as many as the strategy needs, and the last time that has a row.
fn history(begin: &Begin<'_>, after: Option<i64>) -> Result<(Vec<InputRow>, i64), StreamError> {
    let mut plan = begin.plan.clone();
    for series in &mut plan.series {
        series.journalled = None;
    }
    let Lookback { rows, unbounded } = begin.lookback;
    let mut queue = Queue::new(plan, begin.earliest.unwrap_or(i64::MIN), Duration::ZERO);
    let mut kept = VecDeque::new();
    let mut sources = (begin.sources)()?;
    let mut newest = i64::MIN;
    // Nothing is waited for here: each turn counts as later than the one before, so that a file that was
    // read in part is due again.
    let mut now = Duration::ZERO;
    loop {
        now += TURN;
        let mut again = false;
        for source in &mut sources {
            let needs_from = |series: usize| match queue.plan().series[series].rule {
                Rule::Beside => i64::MAX,
                _ => queue.needs_from(series),
            };
            let polled = source.poll(&needs_from, now).map_err(|error| StreamError::Source {
                name: source.name().to_owned(),
                source: error,
            })?;
            again |= polled.again.is_some();
            for seen in polled.seen {
                queue.observe(seen.series, seen.observations, seen.read_to, Duration::ZERO);
            }
        }
        let mut settled = 0;
        while let Some(row) = queue.settle(Duration::ZERO) {
            (settled, newest) = (settled + 1, row.time);
            let is_seed = after.is_none_or(|after| row.time <= after)
                && begin.seeds_from.is_none_or(|from| row.time >= from);
            if let (Ok(inputs), true) = (row.inputs, is_seed) {
                kept.push_back((row.time, inputs));
                if !unbounded && kept.len() > rows {
                    kept.pop_front();
                }
            }
        }
        (begin.alive)();
        if settled == 0 && !again {
            return Ok((kept.into(), newest));
        }
    }
}
