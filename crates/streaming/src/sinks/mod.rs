//! Where decisions go. A sink is a thread of its own that reads the journal from its cursor on, so that
//! one that is slow or down delays nothing.

mod jsonl;
#[cfg(any(feature = "webhook", feature = "postgres", feature = "nats"))]
mod loopback;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_tls;
mod target;
mod thread;
#[cfg(feature = "webhook")]
mod webhook;

pub use target::{Secrets, SinkTarget};
pub(crate) use thread::{SinkEvent, SinkThread};

use crate::StreamError;
use crate::message::Message;

/// What takes messages.
pub(crate) trait Sink: Send {
    /// Delivers the first of `messages`, in order, and says how many were taken: at least one.
    fn deliver(&mut self, messages: &[Message]) -> Result<usize, Undelivered>;
}

/// Why nothing was taken.
#[derive(Debug)]
pub(crate) enum Undelivered {
    /// It may be taken later.
    Later(String),
    /// It never will: the sink stops.
    Never(StreamError),
}
