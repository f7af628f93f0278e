//! The thread of a sink: reads the journal from the cursor on, delivers, tells what was taken.

use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Sink, SinkTarget, Undelivered};
use crate::StreamError;
use crate::clock::{Clock as _, SystemClock};
use crate::journal::{Epoch, Identity, JournalReader, SinkState};
use crate::message::Message;

/// Rows read and offered at a time.
const ROWS_TOGETHER: i64 = 500;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What a sink's thread tells.
#[derive(Debug)]
pub(crate) enum SinkEvent {
    /// It got so far.
    Acknowledged(SinkState),
    /// Nothing was taken; it tries again.
    Failed {
        /// Its name.
        name: String,
        /// Why.
        why: String,
    },
    /// It stopped for good.
    Stopped {
        /// Its name.
        name: String,
        /// Why.
        error: StreamError,
    },
}

/// A sink that runs.
pub(crate) struct SinkThread {
    wake: Sender<Wake>,
    thread: JoinHandle<()>,
}

enum Wake {
    /// There are new rows.
    Rows,
    /// Deliver what there is, as far as it is taken at once, and end.
    Finish,
}

struct Delivery {
    sink: Box<dyn Sink>,
    state: SinkState,
    reader: JournalReader,
    identity: Identity,
    epochs: Vec<Epoch>,
    tell: Box<dyn Fn(SinkEvent) + Send>,
}

impl SinkThread {
    pub(crate) fn start(
        target: &SinkTarget,
        state: SinkState,
        journal: PathBuf,
        identity: Identity,
        tell: Box<dyn Fn(SinkEvent) + Send>,
    ) -> Result<Self, StreamError> {
        let reader = JournalReader::open(&journal)?;
        let epochs = reader.epochs()?;
        let sink = target.open()?;
        let mut delivery = Delivery { sink, state, reader, identity, epochs, tell };
        let (wake, woken) = mpsc::channel();
        let run = move || {
            let mut pause = Duration::ZERO;
            let mut closed_until = None::<Instant>;
            let mut finishing = false;
            loop {
                let event = match closed_until {
                    None => woken.recv().map_err(|_| RecvTimeoutError::Disconnected),
                    Some(until) => {
                        woken.recv_timeout(until.saturating_duration_since(Instant::now()))
                    }
                };
                finishing |= matches!(event, Ok(Wake::Finish));
                // New rows are no reason to knock at a closed door earlier.
                if closed_until.is_some() && matches!(event, Ok(Wake::Rows)) {
                    continue;
                }
                if matches!(event, Err(RecvTimeoutError::Disconnected)) {
                    return;
                }
                match delivery.deliver_all() {
                    Ok(()) => (pause, closed_until) = (Duration::ZERO, None),
                    Err(Undelivered::Later(why)) => {
                        let name = delivery.state.name.clone();
                        (delivery.tell)(SinkEvent::Failed { name, why });
                        pause = (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
                        closed_until = Some(Instant::now() + pause);
                    }
                    Err(Undelivered::Never(error)) => {
                        let name = delivery.state.name.clone();
                        (delivery.tell)(SinkEvent::Stopped { name, error });
                        return;
                    }
                }
                if finishing {
                    return;
                }
            }
        };
        let failed =
            |source| StreamError::Io { action: "start a thread for", path: journal, source };
        let name = format!("sink {}", target.name);
        let thread = std::thread::Builder::new().name(name).spawn(run).map_err(failed)?;
        Ok(Self { wake, thread })
    }

    /// Says that there are new rows.
    pub(crate) fn wake(&self) {
        // One that has stopped does not listen.
        let _stopped = self.wake.send(Wake::Rows);
    }

    /// Lets it deliver what there is, and waits until it has ended.
    pub(crate) fn finish(self) {
        let _stopped = self.wake.send(Wake::Finish);
        let _panicked = self.thread.join();
    }
}

impl Delivery {
    /// Delivers rows until there are no more.
    fn deliver_all(&mut self) -> Result<(), Undelivered> {
        let clock = SystemClock::default();
        loop {
            let rows = self.reader.rows_after(self.state.acknowledged, ROWS_TOGETHER);
            let rows = rows.map_err(|error| Undelivered::Later(error.to_string()))?;
            let Some(last) = rows.last().map(|row| row.number) else { return Ok(()) };
            if rows.iter().any(|row| self.epochs.iter().all(|epoch| epoch.number != row.epoch)) {
                let epochs = self.reader.epochs();
                self.epochs = epochs.map_err(|error| Undelivered::Later(error.to_string()))?;
            }
            let now = clock.now();
            let message = |row: &crate::journal::Row| {
                let epoch = self.epochs.iter().find(|epoch| epoch.number == row.epoch)?;
                Some(Message::of(&self.identity, epoch, row, now))
            };
            let for_it = rows.iter().filter(|row| row.time > self.state.starts_after);
            let messages: Vec<Message> = for_it.filter_map(message).collect();
            let taken = if messages.is_empty() { 0 } else { self.sink.deliver(&messages)? };
            self.state.acknowledged =
                if taken == messages.len() { last } else { messages[taken - 1].number };
            (self.tell)(SinkEvent::Acknowledged(self.state.clone()));
        }
    }
}
