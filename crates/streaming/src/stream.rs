//! The loop around the core: asks sources, journals what was decided, wakes sinks, waits.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use tracing::{info, warn};

use crate::SinkTarget;
use crate::StreamError;
use crate::clock::Clock;
use crate::core::Core;
use crate::journal::{Commit, Identity, Journal, SinkState};
use crate::sinks::{SinkEvent, SinkThread};
use crate::source::Source;
use crate::status::Status;

/// How long a full disk is left alone before the same commit is tried again.
const FULL_DISK_PAUSE: Duration = Duration::from_secs(1);

/// The longest that the loop sleeps: whoever watches it sees that it is alive.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// Rows noted as waiting at most; further ones start anew after a restart.
const NOTED_WAITS: usize = 10_000;

/// How the loop runs.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How often sources are asked.
    pub poll: Duration,
    /// Whether to end once all that is there is decided and delivered.
    pub once: bool,
}

/// What wakes the loop.
#[derive(Debug)]
pub(crate) enum Event {
    /// A sink has something to say.
    Sink(SinkEvent),
    /// A source has something new.
    Source,
}

/// Wakes the loop from another thread.
#[derive(Debug, Clone)]
pub struct Waker(Sender<Event>);

impl Waker {
    /// A source has something new.
    pub fn wake(&self) {
        let _ended = self.0.send(Event::Source);
    }
}

/// A stream: the core with everything around it.
pub struct Stream<'a> {
    journal: Journal,
    core: Core,
    sources: Vec<Box<dyn Source + 'a>>,
    sinks: BTreeMap<String, SinkThread>,
    clock: &'a dyn Clock,
    pace: Pace,
    status: Status,
    /// Called at every turn, so that a watchdog sees the loop turn.
    alive: Box<dyn FnMut() + 'a>,
    send: Sender<Event>,
    events: Receiver<Event>,
    acknowledged: BTreeMap<String, SinkState>,
    stopped: Vec<StreamError>,
    noted: Vec<(i64, i64)>,
    told: BTreeMap<String, String>,
}

impl<'a> Stream<'a> {
    /// A stream of `core` into `journal`, without sources and sinks, which tells `status` what it does.
    #[must_use]
    pub fn new(
        journal: Journal,
        core: Core,
        clock: &'a dyn Clock,
        pace: Pace,
        status: Status,
    ) -> Self {
        let (send, events) = mpsc::channel();
        Self {
            journal,
            core,
            sources: Vec::new(),
            sinks: BTreeMap::new(),
            clock,
            pace,
            status,
            alive: Box::new(|| ()),
            send,
            events,
            acknowledged: BTreeMap::new(),
            stopped: Vec::new(),
            noted: Vec::new(),
            told: BTreeMap::new(),
        }
    }

    /// Reads from `sources` too.
    pub fn add_sources(&mut self, sources: impl IntoIterator<Item = Box<dyn Source + 'a>>) {
        self.sources.extend(sources);
    }

    /// Calls `alive` at every turn.
    pub fn on_turn(&mut self, alive: impl FnMut() + 'a) {
        self.alive = Box::new(alive);
    }

    /// What wakes it from another thread.
    #[must_use]
    pub fn waker(&self) -> Waker {
        Waker(self.send.clone())
    }

    /// Delivers to `target` too. One that the journal does not know yet starts after the row number
    /// `acknowledged` and the time `starts_after`.
    ///
    /// # Errors
    /// When the sink can never be, or the journal cannot be written.
    pub fn add_sink(
        &mut self,
        target: &SinkTarget,
        identity: &Identity,
        acknowledged: i64,
        starts_after: i64,
    ) -> Result<(), StreamError> {
        let fresh = SinkState { name: target.name.clone(), acknowledged, starts_after };
        let state = self.journal.sink(fresh)?;
        let send = self.send.clone();
        let tell = Box::new(move |event| drop(send.send(Event::Sink(event))));
        let path = self.journal.path().to_owned();
        let sink = SinkThread::start(target, state, path, identity.clone(), tell)?;
        sink.wake();
        self.sinks.insert(target.name.clone(), sink);
        Ok(())
    }

    /// Runs until `stop` says so, or once around where that was asked for.
    ///
    /// # Errors
    /// When the strategy or the journal fails, when a source cannot be read at the first time, and, at the
    /// end of a stream that runs once, when a sink stopped.
    pub fn run(mut self, stop: impl Fn() -> bool) -> Result<Core, StreamError> {
        let now = self.clock.since_boot();
        for (time, since) in self.journal.reader()?.waits(self.clock.boot())? {
            let since = Duration::from_millis(since.unsigned_abs());
            self.core.waits_since(time, since.min(now));
        }
        let mut first = true;
        loop {
            (self.alive)();
            self.status.turned();
            let again = self.ask_sources(first)?;
            first = false;
            let decided = self.decide(&stop)?;
            self.note_waits()?;
            let is_idle = decided == 0 && again.is_none();
            if stop() || (self.pace.once && is_idle) {
                break;
            }
            if decided == 0 {
                self.sleep(again);
            }
            self.take_events()?;
        }
        for (_, sink) in std::mem::take(&mut self.sinks) {
            sink.finish();
        }
        self.take_events()?;
        match self.stopped.pop() {
            Some(error) if self.pace.once => Err(error),
            _ => Ok(self.core),
        }
    }

    /// Asks every source what there is; gives the earliest instant at which one wants to be asked again.
    fn ask_sources(&mut self, first: bool) -> Result<Option<Duration>, StreamError> {
        let now = self.clock.since_boot();
        let mut again: Option<Duration> = None;
        for source in &mut self.sources {
            let queue = self.core.queue();
            let polled = match source.poll(&|series| queue.needs_from(series), now) {
                Ok(polled) => polled,
                Err(source_error) if first => {
                    let name = source.name().to_owned();
                    return Err(StreamError::Source { name, source: source_error });
                }
                Err(error) => {
                    let said = format!("source {}: {error}", source.name());
                    let known = self.told.insert(source.name().to_owned(), said.clone());
                    if known.as_ref() != Some(&said) {
                        warn!("{said}: it is asked again");
                    }
                    self.status.source_failed(source.name());
                    continue;
                }
            };
            self.told.remove(source.name());
            self.status.source_read(source.as_ref());
            again = again.into_iter().chain(polled.again).min();
            for seen in polled.seen {
                self.core.observe(seen.series, seen.observations, seen.read_to, now);
            }
        }
        Ok(again)
    }

    /// Decides what can be decided, and journals it before anybody hears of it; gives the number of rows.
    fn decide(&mut self, stop: &impl Fn() -> bool) -> Result<usize, StreamError> {
        let mut decided = 0;
        loop {
            let (now, at) = (self.clock.since_boot(), self.clock.now());
            let mut commit = self.core.decide(now, at)?;
            let rows = commit.rows.len();
            commit.acknowledged = std::mem::take(&mut self.acknowledged).into_values().collect();
            self.commit(&commit, stop)?;
            if let Some(last) = commit.rows.last() {
                self.status.decided(rows, last, self.core.missing().is_some());
                self.status.left_out(&commit.rows);
                self.sinks.values().for_each(SinkThread::wake);
            }
            if rows == 0 {
                self.tell_missing();
                return Ok(decided);
            }
            decided += rows;
            (self.alive)();
        }
    }

    /// Writes `commit`; a full disk is waited for, without deciding anew.
    fn commit(&mut self, commit: &Commit, stop: &impl Fn() -> bool) -> Result<(), StreamError> {
        loop {
            match self.journal.commit(commit) {
                Err(error @ StreamError::DiskFull { .. }) => {
                    if stop() {
                        return Err(error);
                    }
                    self.tell("disk", &error.to_string());
                    self.status.disk_is_full(true);
                    (self.alive)();
                    std::thread::sleep(FULL_DISK_PAUSE);
                }
                Ok(()) => {
                    self.status.disk_is_full(false);
                    self.told.remove("disk");
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn tell_missing(&mut self) {
        let missing = self.core.missing().map(ToString::to_string);
        self.status.waits_for_artifact(missing.is_some());
        match missing {
            Some(missing) => self.tell("artifact", &missing),
            None => drop(self.told.remove("artifact")),
        }
    }

    /// Warns of `what`, once while it stays the same.
    fn tell(&mut self, about: &str, what: &str) {
        let known = self.told.insert(about.to_owned(), what.to_owned());
        if known.as_deref() != Some(what) {
            warn!("{what}");
        }
    }

    /// Notes since when rows wait, so that a restart does not make them wait anew.
    fn note_waits(&mut self) -> Result<(), StreamError> {
        let millis = |since: Duration| i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        let waiting = self.core.queue().waiting().take(NOTED_WAITS);
        let waits: Vec<_> = waiting.map(|(time, since)| (time, millis(since))).collect();
        if waits.iter().any(|wait| !self.noted.contains(wait)) && !self.clock.boot().is_empty() {
            self.journal.note_waits(self.clock.boot(), &waits)?;
            self.noted = waits;
        }
        self.status.waiting(self.core.queue().waiting().count());
        Ok(())
    }

    /// Waits until the next poll, an earlier deadline, or an event.
    fn sleep(&mut self, again: Option<Duration>) {
        let now = self.clock.since_boot();
        let wake = again.into_iter().chain(self.core.queue().next_timeout()).min();
        let until = wake.map_or(Duration::MAX, |wake| wake.saturating_sub(now));
        let pause = until.min(self.pace.poll).min(LONGEST_SLEEP);
        match self.events.recv_timeout(pause) {
            Ok(event) => self.take(event),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }

    /// Hears what sinks have to say, and journals how far they are.
    fn take_events(&mut self) -> Result<(), StreamError> {
        while let Ok(event) = self.events.try_recv() {
            self.take(event);
        }
        let acknowledged = std::mem::take(&mut self.acknowledged).into_values().collect();
        self.commit(&Commit { acknowledged, ..Commit::default() }, &|| false)
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Source => {}
            Event::Sink(SinkEvent::Acknowledged(state)) => {
                self.status.delivered(&state);
                if self.told.remove(&state.name).is_some() {
                    info!("sink {} takes decisions again", state.name);
                }
                self.acknowledged.insert(state.name.clone(), state);
            }
            Event::Sink(SinkEvent::Failed { name, why }) => {
                self.status.sink_failed(&name, &why);
                self.tell(&name, &format!("sink {name} takes nothing: {why}; it is tried again"));
            }
            Event::Sink(SinkEvent::Stopped { name, error }) => {
                warn!("sink {name} has stopped: {error}");
                self.status.sink_stopped(&name);
                self.stopped.push(error);
            }
        }
    }
}
