//! What a stream is doing, shared with whoever asks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::journal::{Outcome, Row, SinkState};
use crate::source::Source;

/// What a stream is doing. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Status(Arc<Mutex<Figures>>);

/// The figures of a [`Status`] at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// When the loop turned last; not before the journal is replayed.
    pub turned: Option<Instant>,
    /// Rows settled since the start.
    pub rows: u64,
    /// Of these, rows that were left out.
    pub left_out: u64,
    /// The last row's number and time (µs UTC).
    pub last: Option<(i64, i64)>,
    /// When it was decided, µs UTC.
    pub decided_at: i64,
    /// Rows that wait for an input.
    pub waiting: usize,
    /// Whether rows wait for the artifact of their month.
    pub waits_for_artifact: bool,
    /// Whether the disk is full.
    pub disk_is_full: bool,
    /// Sources.
    pub sources: BTreeMap<String, SourceFigures>,
    /// Sinks.
    pub sinks: BTreeMap<String, SinkFigures>,
    /// An account that somebody keeps over the journal.
    pub paper: Option<PaperFigures>,
}

/// An account over the journal.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PaperFigures {
    /// Its equity, in quote currency.
    pub equity: f64,
    /// The deepest fall from a peak, 0 or negative.
    pub drawdown: f64,
    /// Trades that are closed.
    pub closed: usize,
    /// Decisions that came too late for the next open.
    pub missed: u64,
}

/// What a source is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SourceFigures {
    /// How often it failed.
    pub failures: u64,
    /// How often it could not be read at the moment.
    pub refusals: u64,
    /// How often it said something else of a row than before.
    pub disagreements: u64,
}

/// What a sink is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinkFigures {
    /// The last number that it took.
    pub acknowledged: i64,
    /// How often it took nothing.
    pub failures: u64,
    /// Why it took nothing, while it is down.
    pub down: Option<String>,
    /// Whether it stopped for good.
    pub stopped: bool,
}

impl Status {
    /// The figures of now.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Figures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what an account over the journal has.
    pub fn paper(&self, paper: PaperFigures) {
        self.lock().paper = Some(paper);
    }

    pub(crate) fn turned(&self) {
        self.lock().turned = Some(Instant::now());
    }

    pub(crate) fn decided(&self, rows: usize, last: &Row, waits_for_artifact: bool) {
        let mut figures = self.lock();
        figures.rows += rows as u64;
        figures.last = Some((last.number, last.time));
        figures.decided_at = last.decided_at;
        figures.waits_for_artifact = waits_for_artifact;
    }

    pub(crate) fn left_out(&self, rows: &[Row]) {
        let left_out = rows.iter().filter(|row| matches!(row.outcome, Outcome::LeftOut(_)));
        self.lock().left_out += left_out.count() as u64;
    }

    pub(crate) fn waiting(&self, rows: usize) {
        self.lock().waiting = rows;
    }

    pub(crate) fn waits_for_artifact(&self, waits: bool) {
        self.lock().waits_for_artifact = waits;
    }

    pub(crate) fn disk_is_full(&self, full: bool) {
        self.lock().disk_is_full = full;
    }

    pub(crate) fn source_failed(&self, name: &str) {
        self.lock().sources.entry(name.to_owned()).or_default().failures += 1;
    }

    pub(crate) fn source_read(&self, source: &dyn Source) {
        let mut figures = self.lock();
        let of = figures.sources.entry(source.name().to_owned()).or_default();
        (of.refusals, of.disagreements) = (source.refusals(), source.disagreements());
    }

    pub(crate) fn delivered(&self, state: &SinkState) {
        let mut figures = self.lock();
        let sink = figures.sinks.entry(state.name.clone()).or_default();
        (sink.acknowledged, sink.down) = (state.acknowledged, None);
    }

    pub(crate) fn sink_failed(&self, name: &str, why: &str) {
        let mut figures = self.lock();
        let sink = figures.sinks.entry(name.to_owned()).or_default();
        (sink.failures, sink.down) = (sink.failures + 1, Some(why.to_owned()));
    }

    pub(crate) fn sink_stopped(&self, name: &str) {
        self.lock().sinks.entry(name.to_owned()).or_default().stopped = true;
    }
}
