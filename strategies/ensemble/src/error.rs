//! What can go wrong.

use std::io;

use artifacts::ArtifactError;
use chrono::{DateTime, Utc};
use evaluation::EvaluationError;
use label_trades::LabelTradeError;
use pools::{PoolError, PoolKind};
use scored_labels::ScoredLabelsError;
use strategy_core::{RowsError, YearMonth};
use thiserror::Error;

/// Members that cannot be pooled, files that cannot be used, rows that cannot be decided on.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum EnsembleError {
    /// Members, windows or files that make no pool.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// More members to be present than there are, or none.
    #[error("--min-members {found}: wanted 1 to {members}, the number of members")]
    MinMembers { found: usize, members: usize },
    /// An online pool must know what its members predict.
    #[error(
        "{pool}: no member's run names a target such as y_tp_before_sl_u0.04_d0.02_24h, so nothing can be learnt: use another --pool"
    )]
    NoTarget { pool: PoolKind },
    /// Predictions and labels that cannot be read.
    #[error(transparent)]
    ScoredLabels(#[from] ScoredLabelsError),
    /// What cannot be judged, and bins that cannot be traded.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// What rows were worth in money cannot be told.
    #[error(transparent)]
    Money(#[from] LabelTradeError),
    /// The month of some rows has no file.
    #[error(
        "no ensemble for the rows of {month}: make it with `ensemble rebuild --bin-month {month}` and the same --members and --pool"
    )]
    Missing { month: YearMonth, source: ArtifactError },
    /// The files could not be found, read or written.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// What was asked for cannot be written out.
    #[error("cannot write the output")]
    Output(#[from] io::Error),
    /// The rows are not as they should be.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A row whose score is none.
    #[error("the row of {timestamp} cannot be pooled")]
    Row { timestamp: DateTime<Utc>, source: PoolError },
}

impl EnsembleError {
    /// Whether the person asked for something that cannot be.
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::Artifact(ArtifactError::OfRun { source, .. }) => {
                source.downcast_ref::<Self>().is_some_and(Self::is_usage)
            }
            Self::Artifact(error) => error.is_usage(),
            Self::ScoredLabels(error) => error.is_usage(),
            Self::Evaluation(error) => error.is_usage(),
            Self::Pool(error) => error.is_usage(),
            Self::MinMembers { .. }
            | Self::NoTarget { .. }
            | Self::Money(LabelTradeError::Payoffs(_)) => true,
            _ => false,
        }
    }
}
