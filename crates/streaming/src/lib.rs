//! Live decisions: each row decided once, none lost, all of it provable.
//!
//! The core ([`Core`]: a [`Queue`] of rows before a [`Decider`]) takes observations and instants and gives
//! rows to be journalled. It has no socket, no clock and no thread; those stand around it, in
//! [`Stream`], and in what implements [`Source`] and delivers to a [`SinkTarget`]. What was decided is
//! in the [`Journal`] before anybody hears of it.

mod artifacts;
#[cfg(feature = "binance")]
mod binance;
pub mod cells;
mod clock;
mod core;
mod decider;
mod error;
mod file_watch;
pub mod journal;
#[cfg(feature = "listen")]
mod listen;
mod message;
mod queue;
mod sinks;
mod source;
mod start;
mod status;
mod stream;
#[cfg(feature = "systemd")]
mod systemd;
pub mod time;

pub use artifacts::{MissingArtifact, PinnedArtifacts};
#[cfg(feature = "binance")]
pub use binance::{Binance, BinanceConfig};
pub use clock::{Clock, SystemClock};
pub use core::Core;
pub use decider::Decider;
pub use error::StreamError;
pub use file_watch::{Due, FileWatch};
pub use journal::{Journal, JournalReader};
#[cfg(feature = "listen")]
pub use listen::{Page, listen, serve};
pub use message::{Message, percent};
pub use queue::{InputFrom, Observation, Plan, Queue, Rule, SeriesPlan, Settled};
pub use sinks::{Secrets, SinkTarget};
pub use source::{Polled, Seen, Source};
pub use start::{Begin, Started, TURN, start};
pub use status::{Figures, PaperFigures, SinkFigures, SourceFigures, Status};
pub use stream::{Pace, Stream, Waker};
#[cfg(feature = "systemd")]
pub use systemd::ServiceManager;
