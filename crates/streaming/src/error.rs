//! Why a stream cannot go on.

use std::io;
use std::path::PathBuf;

use strategy_core::BoxError;
use thiserror::Error;

/// What can go wrong with a stream, its journal, its sources and its sinks.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StreamError {
    /// Another process has the journal.
    #[error("{} is held by another process: one stream writes a journal", .path.display())]
    Held {
        /// The journal.
        path: PathBuf,
    },
    /// The journal is not there.
    #[error("there is no journal {}: `stream` makes it", .path.display())]
    NoJournal {
        /// The journal.
        path: PathBuf,
    },
    /// The file is no journal of ours.
    #[error("{} is not a journal of decisions: name another file", .path.display())]
    NotJournal {
        /// The file.
        path: PathBuf,
    },
    /// A newer program wrote the journal.
    #[error(
        "{} has version {found} of the journal's schema, and this program knows versions up to {known}: \
         use the program that wrote it, or a newer one", .path.display()
    )]
    NewerSchema {
        /// The journal.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// The journal lies where locks and syncs are promises of another machine.
    #[error(
        "{} lies on a network file system ({kind}), where a journal is not safe: put it on a local disk \
         (--journal)", .path.display()
    )]
    NetworkFileSystem {
        /// The journal.
        path: PathBuf,
        /// The file system.
        kind: String,
    },
    /// The journal is of something else.
    #[error(
        "{} is the journal of {what} {found}, not of {wanted}: name another file with --journal",
        .path.display()
    )]
    OtherJournal {
        /// The journal.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// What the journal is of.
        found: String,
        /// What was asked for.
        wanted: String,
    },
    /// The configuration changed.
    #[error(
        "the {what} changed since epoch {epoch} of {} began: it was {found} and is {wanted}. Decisions of \
         two configurations do not belong into one epoch: pass --new-epoch to begin another",
        .path.display()
    )]
    Changed {
        /// The journal.
        path: PathBuf,
        /// What changed.
        what: &'static str,
        /// The epoch.
        epoch: i64,
        /// What the epoch has.
        found: String,
        /// What was asked for.
        wanted: String,
    },
    /// A journalled decision cannot be made again.
    #[error(
        "the decision of row {} (number {number}, epoch {epoch}) is not what this program decides on the \
         journalled inputs: journalled {journalled}, decided now {now}. Use the program that made it, or \
         pass --new-epoch", crate::time::text(*.time)
    )]
    Differs {
        /// The row, µs UTC.
        time: i64,
        /// Its number.
        number: i64,
        /// Its epoch.
        epoch: i64,
        /// The journalled decision.
        journalled: String,
        /// The one of now.
        now: String,
    },
    /// What the journal holds cannot be.
    #[error("{} is damaged: {what}", .path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// No room for the journal.
    #[error("the disk of {} is full: the decision is kept and written as soon as there is room", .path.display())]
    DiskFull {
        /// The journal.
        path: PathBuf,
    },
    /// SQLite failed.
    #[error("cannot {action} the journal {}", .path.display())]
    Journal {
        /// What was being done.
        action: &'static str,
        /// The journal.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A file or folder failed.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A column of a decision that the journal cannot hold.
    #[error("the strategy's column `{column}` has type {found}, which a journal cannot hold")]
    ColumnType {
        /// The column.
        column: String,
        /// Its type.
        found: String,
    },
    /// The strategy failed on rows.
    #[error("the strategy fails on the rows from {} to {}", crate::time::text(*.first), crate::time::text(*.last))]
    Strategy {
        /// The first of the rows, µs UTC.
        first: i64,
        /// The last, µs UTC.
        last: i64,
        /// What it said.
        source: BoxError,
    },
    /// Rows that make no record batch.
    #[error("the rows do not fit together")]
    Batch {
        /// What Arrow said.
        #[from]
        source: arrow::error::ArrowError,
    },
    /// A source failed for good.
    #[error("the source {name} cannot be read")]
    Source {
        /// Its name.
        name: String,
        /// Why.
        source: BoxError,
    },
    /// A sink that cannot be.
    #[error("--sink {name}: {why}")]
    Sink {
        /// Its name; its URL may hold a secret and is not told.
        name: String,
        /// Why.
        why: String,
    },
    /// The sink got something else under this ID before.
    #[error(
        "the sink {name} holds another decision under the ID {id}: {difference}. Two journals deliver to \
         one place, or somebody changed it; nothing more is sent"
    )]
    Conflict {
        /// The sink.
        name: String,
        /// The ID.
        id: String,
        /// What differs.
        difference: String,
    },
    /// An artifact that the journal cannot take.
    #[error("{0}")]
    Artifact(String),
}
