//! The journal: an SQLite file that holds every row, its decision, and what they rest on.
//!
//! One connection writes, that of the stream; others read. A transaction is on the disk when
//! [`Journal::commit`] returns: write-ahead log, `synchronous = FULL`.

mod place;
mod read;
mod record;
mod schema;
mod write;

pub use read::JournalReader;
pub use record::{Adoption, Commit, Epoch, Hash, Identity, Outcome, Row, SinkState, hash_text};
pub use write::Journal;
