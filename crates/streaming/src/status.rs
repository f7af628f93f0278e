//! What a stream is doing, shared with whoever asks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::journal::{Outcome, Row, SinkState};

/// What a stream is doing. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Status(Arc<Mutex<Figures>>);

/// The figures of a [`Status`] at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
    /// Sources: how often each failed, and how often it could not be read at the moment.
    pub sources: BTreeMap<String, (u64, u64)>,
    /// Sinks.
    pub sinks: BTreeMap<String, SinkFigures>,
}

/// What a sink is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinkFigures {
    /// The last number that it took.
    pub acknowledged: i64,
    /// How often it took nothing.
    pub failures: u64,
    /// Whether it is down since its last failure.
    pub is_down: bool,
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
        self.lock().sources.entry(name.to_owned()).or_default().0 += 1;
    }

    pub(crate) fn source_read(&self, name: &str, refusals: u64) {
        self.lock().sources.entry(name.to_owned()).or_default().1 = refusals;
    }

    pub(crate) fn delivered(&self, state: &SinkState) {
        let mut figures = self.lock();
        let sink = figures.sinks.entry(state.name.clone()).or_default();
        (sink.acknowledged, sink.is_down) = (state.acknowledged, false);
    }

    pub(crate) fn sink_failed(&self, name: &str) {
        let mut figures = self.lock();
        let sink = figures.sinks.entry(name.to_owned()).or_default();
        (sink.failures, sink.is_down) = (sink.failures + 1, true);
    }

    pub(crate) fn sink_stopped(&self, name: &str) {
        self.lock().sinks.entry(name.to_owned()).or_default().stopped = true;
    }
}
