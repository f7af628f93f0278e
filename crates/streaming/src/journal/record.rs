//! What a journal holds.

use crate::cells::Cell;

/// The BLAKE3 hash of an artifact.
pub type Hash = [u8; 32];

/// A hash in hexadecimal digits.
#[must_use]
pub fn hash_text(hash: &Hash) -> String {
    blake3::Hash::from(*hash).to_hex().to_string()
}

/// What a journal is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The strategy.
    pub strategy: String,
    /// The dataset, as in `binance_btcusdt_perp_1h`.
    pub dataset: String,
    /// The run whose predictions are decided on; empty for a strategy without.
    pub run_name: String,
    /// From a row to its close, in microseconds.
    pub interval: i64,
}

/// A stretch of rows decided by one configuration, each epoch by a strategy that starts afresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// 1 for the first.
    pub number: i64,
    /// The strategy's parameters, as JSON.
    pub configuration: String,
    /// The names of its inputs.
    pub inputs: Vec<String>,
    /// The columns of its decisions.
    pub columns: Vec<String>,
    /// The program that began it.
    pub program: String,
    /// Its rows are later than this, µs UTC.
    pub after: i64,
    /// When it began, µs UTC.
    pub started_at: i64,
}

/// A row of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// 1 for the first; no gaps.
    pub number: i64,
    /// Its epoch.
    pub epoch: i64,
    /// The open time of its candle, µs UTC.
    pub time: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// When, µs UTC.
    pub decided_at: i64,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was decided on.
    Decided {
        /// The values of its inputs.
        inputs: Vec<f64>,
        /// The decision, as [`cells`](crate::cells).
        decision: Vec<u8>,
        /// The artifact of the month that it was decided with.
        artifact: Option<Hash>,
    },
    /// It was left out, for this reason.
    LeftOut(String),
}

impl Outcome {
    /// The cells of the decision, where there is one.
    #[must_use]
    pub fn cells(&self) -> Option<Vec<Cell>> {
        match self {
            Self::Decided { decision, .. } => crate::cells::decode(decision),
            Self::LeftOut(_) => None,
        }
    }
}

/// An artifact that counts for a month's rows from one row on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The epoch.
    pub epoch: i64,
    /// The month, as in `2025-11`.
    pub month: String,
    /// The first row that it counts for, µs UTC.
    pub since: i64,
    /// Its bytes' hash.
    pub hash: Hash,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// How far a sink is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkState {
    /// Its name.
    pub name: String,
    /// The number of the last row that it took, or that was given up.
    pub acknowledged: i64,
    /// Rows up to this time, µs UTC, are not for it.
    pub starts_after: i64,
}

/// What is written in one transaction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Commit {
    /// Rows.
    pub rows: Vec<Row>,
    /// Artifacts that count from now on.
    pub adoptions: Vec<Adoption>,
    /// Candles and rates of the legs, as they were first seen: series, time, values.
    pub market: Vec<(String, i64, Vec<f64>)>,
    /// Sinks that got further.
    pub acknowledged: Vec<SinkState>,
}

impl Commit {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
