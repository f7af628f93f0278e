//! Where rows come from.

use std::time::Duration;

use strategy_core::BoxError;

use crate::queue::Observation;

/// What a source saw of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Which series of the plan.
    pub series: usize,
    /// Its values, ascending.
    pub observations: Vec<Observation>,
    /// The time up to which they were read, if there may be more.
    pub read_to: Option<i64>,
}

/// What a source has to say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Polled {
    /// What it saw.
    pub seen: Vec<Seen>,
    /// The instant at which it wants to be asked again, if before the next poll.
    pub again: Option<Duration>,
}

/// Something that gives observations: files, or an exchange.
pub trait Source {
    /// Its name, as in `candles`.
    fn name(&self) -> &str;

    /// What there is. `from` tells for each series from which time on it is of use; `now` is the time since
    /// the machine started.
    ///
    /// # Errors
    /// When it cannot be read. That it cannot be read at the moment is no error: then it is asked again.
    fn poll(&mut self, from: &dyn Fn(usize) -> i64, now: Duration) -> Result<Polled, BoxError>;

    /// How often it could not be read at the moment.
    fn refusals(&self) -> u64 {
        0
    }

    /// How often it said something else of a row than it had said before.
    fn disagreements(&self) -> u64 {
        0
    }
}
