//! What a check finds.

use std::fmt;
use std::ops::Range;

use chrono::DateTime;
use thiserror::Error;

use super::{Cut, Feed, Future};
use crate::{BoxError, RowsError};

/// One of the laws of a [`Strategy`](crate::Strategy).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// The same rows, the same decisions.
    Determinism,
    /// Rows after `t` never change the decision at `t`.
    PrefixInvariance,
    /// However the rows are cut into batches, the same decisions.
    SplitInvariance,
    /// The same legs in every decision, finite weights of at most 1 together, the side their first one's
    /// sign.
    Shape,
    /// From a later start, after the declared lookback, the decisions of the whole history.
    Start,
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Determinism => "determinism",
            Self::PrefixInvariance => "prefix invariance",
            Self::SplitInvariance => "split invariance",
            Self::Shape => "shape",
            Self::Start => "start",
        })
    }
}

/// The first row whose decision breaks a law, and the two values that should be one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub struct Violation {
    /// The law.
    pub law: Law,
    /// Row number, from 0, in the rows that were checked.
    pub row: usize,
    /// The row's timestamp, microseconds since the Unix epoch, UTC.
    pub timestamp: i64,
    /// The column of the decisions that differs.
    pub column: String,
    /// Its value, or its type where that differs, when all rows come as they are: in one batch, or
    /// for a look ahead cut as [`feed`](Self::feed) is.
    pub expected: String,
    /// Its value, or its type, when the rows were fed as [`feed`](Self::feed) says.
    pub found: String,
    /// How the rows were fed for the other value.
    pub feed: Feed,
    /// The batch of that feed which holds the row.
    pub batch: Range<usize>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law, row, column, expected, found, feed, batch, .. } = self;
        write!(f, "{law} is broken in row {row}")?;
        if let Some(time) = DateTime::from_timestamp_micros(self.timestamp) {
            write!(f, " ({} UTC)", time.format("%Y-%m-%d %H:%M:%S"))?;
        }
        match (law, feed.future) {
            (Law::Determinism, _) => write!(
                f,
                ": over the same rows ({feed}) `{column}` was once {expected} and once {found}, so \
                 it depends on more than the rows: a hash map's order, a clock, a global variable"
            ),
            (Law::PrefixInvariance, future) => {
                let cut = if feed.cut == Cut::Whole { String::new() } else { format!(" ({feed})") };
                let what = match future {
                    Future::Changed { from, change } => {
                        format!("rows {from} and later hold other values ({change})")
                    }
                    Future::Missing { from } => format!("rows {from} and later are not there yet"),
                    Future::Kept => "rows after it differ".to_owned(),
                };
                write!(
                    f,
                    ": `{column}` is {expected}, but {found} when {what}{cut}: the decision looks ahead"
                )
            }
            (Law::Shape, _) => write!(f, ": {column} {found}; {expected}"),
            (Law::Start, _) => write!(
                f,
                ": `{column}` is {expected} when the whole history comes first, but {found} when the \
                 strategy starts with row {} and the lookback that it declares: it needs more rows, or \
                 must say that its memory has no end",
                batch.start
            ),
            (Law::SplitInvariance, _) => write!(
                f,
                ": `{column}` is {expected} when the rows come all in one batch, but {found} when \
                 they come {feed} (there its batch is rows {} to {}): state is lost, or wrongly \
                 kept, between batches",
                batch.start,
                batch.end.saturating_sub(1).max(batch.start)
            ),
        }
    }
}

/// Why a check did not end well.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum LawError {
    /// A law is broken.
    #[error("{0}")]
    Violated(Box<Violation>),
    /// There is nothing to check.
    #[error("there are no rows to check the laws on: choose a longer range")]
    NoRows,
    /// The rows are no input for any strategy.
    #[error("the laws cannot be checked on these rows")]
    Rows(#[from] RowsError),
    /// The strategy did not open.
    #[error("the strategy cannot be opened with this configuration")]
    Open { source: BoxError },
    /// The strategy refuses rows of the data, unchanged.
    #[error(
        "the strategy refuses the batch of rows {} to {} when the rows come {feed}",
        rows.start, rows.end.saturating_sub(1).max(rows.start)
    )]
    Strategy { rows: Range<usize>, feed: Feed, source: BoxError },
}
