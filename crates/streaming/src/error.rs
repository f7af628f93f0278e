//! Why a stream cannot go on.

use std::io;
use std::path::PathBuf;

use strategy_core::BoxError;
use thiserror::Error;

/// What can go wrong with a stream, its journal, its sources and its sinks. Times are µs UTC.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum StreamError {
    /// Another process has the journal.
    #[error("{} is held by another process: one stream writes a journal", .path.display())]
    Held { path: PathBuf },
    /// The journal is not there.
    #[error("there is no journal {}: `stream` makes it", .path.display())]
    NoJournal { path: PathBuf },
    /// The file is no journal of ours.
    #[error("{} is not a journal of decisions: name another file", .path.display())]
    NotJournal { path: PathBuf },
    /// A newer program wrote the journal.
    #[error(
        "{} has version {found} of the journal's schema, and this program knows versions up to {known}: \
         use the program that wrote it, or a newer one", .path.display()
    )]
    NewerSchema { path: PathBuf, found: i64, known: i64 },
    /// The journal lies where locks and syncs are promises of another machine.
    #[error(
        "{} lies on a network file system ({kind}), where a journal is not safe: put it on a local disk \
         (--journal)", .path.display()
    )]
    NetworkFileSystem { path: PathBuf, kind: String },
    /// The journal is of something else.
    #[error(
        "{} is the journal of {what} {found}, not of {wanted}: name another file with --journal",
        .path.display()
    )]
    OtherJournal { path: PathBuf, what: &'static str, found: String, wanted: String },
    /// The configuration changed.
    #[error(
        "the {what} changed since epoch {epoch} of {} began: it was {found} and is {wanted}. Decisions of \
         two configurations do not belong into one epoch: pass --new-epoch to begin another",
        .path.display()
    )]
    Changed { path: PathBuf, what: &'static str, epoch: i64, found: String, wanted: String },
    /// A journalled decision cannot be made again.
    #[error(
        "the decision of row {} (number {number}, epoch {epoch}) is not what this program decides on the \
         journalled inputs: journalled {journalled}, decided now {now}. Use the program that made it, or \
         pass --new-epoch", crate::time::text(*.time)
    )]
    Differs { time: i64, number: i64, epoch: i64, journalled: String, now: String },
    /// What the journal holds cannot be.
    #[error("{} is damaged: {what}", .path.display())]
    Damaged { path: PathBuf, what: String },
    /// No room for the journal.
    #[error("the disk of {} is full: the decision is kept and written as soon as there is room", .path.display())]
    DiskFull { path: PathBuf },
    /// SQLite failed.
    #[error("cannot {action} the journal {}", .path.display())]
    Journal { action: &'static str, path: PathBuf, source: rusqlite::Error },
    /// A file or folder failed.
    #[error("cannot {action} {}", .path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    /// A column of a decision that the journal cannot hold.
    #[error("the strategy's column `{column}` has type {found}, which a journal cannot hold")]
    ColumnType { column: String, found: String },
    /// The strategy failed on rows.
    #[error("the strategy fails on the rows from {} to {}", crate::time::text(*.first), crate::time::text(*.last))]
    Strategy { first: i64, last: i64, source: BoxError },
    /// Rows that make no record batch.
    #[error("the rows do not fit together")]
    Batch {
        #[from]
        source: arrow::error::ArrowError,
    },
    /// A source failed for good.
    #[error("the source {name} cannot be read")]
    Source { name: String, source: BoxError },
    /// A sink that cannot be.
    #[error("--sink {name}: {why}")]
    Sink { name: String, why: String },
    /// The sink got something else under this ID before.
    #[error(
        "the sink {name} holds another decision under the ID {id}: {difference}. Two journals deliver to \
         one place, or somebody changed it; nothing more is sent"
    )]
    Conflict { name: String, id: String, difference: String },
    /// An artifact that the journal cannot take.
    #[error("{0}")]
    Artifact(String),
}
