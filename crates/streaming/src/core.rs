//! The core: observations and instants in, rows to be journalled out.

use std::collections::VecDeque;
use std::time::Duration;

use crate::StreamError;
use crate::artifacts::MissingArtifact;
use crate::decider::{Decided, Decider};
use crate::journal::{Commit, Outcome, Row};
use crate::queue::{Observation, Queue, Settled};

/// Rows of a transaction at most.
const ROWS_TOGETHER: usize = 1_000;

/// What decides: a queue of rows before a strategy. It has no clock and writes nothing; what it gives
/// must be journalled before anybody acts on it.
pub struct Core {
    queue: Queue,
    decider: Decider,
    epoch: i64,
    next_number: i64,
    /// Settled, and not decided on.
    ready: VecDeque<Settled>,
    /// What the first of them lacks.
    missing: Option<MissingArtifact>,
    commit: Commit,
}

impl Core {
    /// A core that goes on in the epoch `epoch` with the row number `next_number`.
    #[must_use]
    pub fn new(queue: Queue, decider: Decider, epoch: i64, next_number: i64) -> Self {
        let (ready, commit) = (VecDeque::new(), Commit::default());
        Self { queue, decider, epoch, next_number, ready, missing: None, commit }
    }

    /// The rows that wait.
    #[must_use]
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Lets a row wait from an earlier instant on; see [`Queue::waits_since`].
    pub(crate) fn waits_since(&mut self, time: i64, since: Duration) {
        self.queue.waits_since(time, since);
    }

    /// What rows wait for that has no deadline: the artifact of their month.
    #[must_use]
    pub fn missing(&self) -> Option<&MissingArtifact> {
        self.missing.as_ref()
    }

    /// What the strategy wants said.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        self.decider.remarks()
    }

    /// Takes what was seen of a series; see [`Queue::observe`].
    pub fn observe(
        &mut self,
        series: usize,
        observations: Vec<Observation>,
        read_to: Option<i64>,
        now: Duration,
    ) {
        let mut journal = self.queue.observe(series, observations, read_to, now);
        self.commit.market.append(&mut journal);
    }

    /// The rows that are settled at the instant `now`, decided on; at most a thousand, so call again
    /// until there are none. `at` is what the clock says (µs UTC).
    ///
    /// # Errors
    /// When the strategy fails. Nothing of what it decided since the last call is journalled then, so a
    /// core that has failed is of no more use.
    pub fn decide(&mut self, now: Duration, at: i64) -> Result<Commit, StreamError> {
        while self.ready.len() < ROWS_TOGETHER
            && let Some(settled) = self.queue.settle(now)
        {
            self.ready.push_back(settled);
        }
        self.missing = None;
        let mut left = ROWS_TOGETHER;
        while left > 0 {
            let complete = |settled: &Settled| Some((settled.time, settled.inputs.clone().ok()?));
            let run: Vec<_> = self.ready.iter().take(left).map_while(complete).collect();
            if run.is_empty() {
                let Some(Settled { time, inputs: Err(reason) }) = self.ready.pop_front() else {
                    break;
                };
                self.push(time, Outcome::LeftOut(reason), at);
                left -= 1;
                continue;
            }
            let count = self.decider.of_one_artifact(&run);
            match self.decider.decide(&run[..count], false)? {
                Decided::Waits(missing) => {
                    self.missing = Some(missing);
                    break;
                }
                Decided::Decisions(decisions) => {
                    for ((time, inputs), (decision, artifact)) in run.into_iter().zip(decisions) {
                        self.ready.pop_front();
                        self.push(time, Outcome::Decided { inputs, decision, artifact }, at);
                    }
                }
            }
            left -= count;
        }
        self.commit.adoptions = self.decider.take_fresh();
        Ok(std::mem::take(&mut self.commit))
    }

    fn push(&mut self, time: i64, outcome: Outcome, decided_at: i64) {
        let Self { epoch, next_number: number, .. } = *self;
        self.commit.rows.push(Row { number, epoch, time, outcome, decided_at });
        self.next_number += 1;
    }
}
