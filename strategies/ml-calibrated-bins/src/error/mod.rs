//! What can go wrong between the data and the bins.

mod kind;

use std::path::PathBuf;

use artifacts::ArtifactError;
use binning::BinningError;
use chrono::{DateTime, Utc};
use evaluation::EvaluationError;
use market_data::MarketDataError;
use sample::SampleError;
use scored_labels::ScoredLabelsError;
use strategy_core::registry::UsageError;
use strategy_core::{BoxError, RowsError, YearMonth};
use thiserror::Error;

use crate::ScoreError;

/// Bins that could not be made, found or used.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum BinsError {
    /// The data could not be read.
    #[error(transparent)]
    MarketData(#[from] MarketDataError),
    /// The generated sample could not be made.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// Predictions and labels could not be read, or make no window.
    #[error(transparent)]
    ScoredLabels(#[from] ScoredLabelsError),
    /// The framework refused rows or decisions.
    #[error("the rows cannot be decided on")]
    Framework { source: BoxError },
    /// The window's rows cannot be calibrated, or no bins can be cut of them.
    #[error("cannot calibrate {month}")]
    Calibration { month: YearMonth, source: BinningError },
    /// An evaluation was asked for that no rows could have.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// Nobody knows how far the label looks ahead, which an honest evaluation must.
    #[error(
        "the label `{target_key}` does not say how far it looks ahead, so it cannot be told which \
         labels were known when a month began: evaluate a label such as \
         y_tp_before_sl_u0.04_d0.02_24h"
    )]
    HorizonNeeded { target_key: String },
    /// A file of bins or their folder could not be found, read or written.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// A file of bins could not be read.
    #[error(transparent)]
    Store(#[from] BinningError),
    /// Rows of a month that has no bins.
    #[error(
        "no bins for the rows of {month}: make them with `rebuild --from {month}`, choose other rows \
         with --start and --end, or pass --missing-month skip to leave the month without signals"
    )]
    MonthWithoutBins { month: YearMonth, source: ArtifactError },
    /// Scores of one instrument met bins of another.
    #[error(
        "the bins are those of {bins_of}, and the scores are of {scores_of}: name the dataset of the \
         scores with --dataset, or make its bins with `rebuild`"
    )]
    OtherDataset { bins_of: String, scores_of: String },
    /// Scores of one model met bins of another.
    #[error(
        "the bins of {month} were made for {bins_of}, and the scores are of {scores_of}: name the \
         run whose bins are meant with --run-name, or make its bins with `rebuild`"
    )]
    OtherModel { month: YearMonth, bins_of: String, scores_of: String },
    /// Two different bins were asked for one month.
    #[error("--bins-for names two different bins for {month}: give one")]
    OverrideNotUnique { month: YearMonth },
    /// Rows that cannot be scored.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A score of a row cannot be calibrated.
    #[error("the row at {} UTC cannot be scored", timestamp.format("%Y-%m-%d %H:%M:%S"))]
    Score { timestamp: DateTime<Utc>, source: BinningError },
    /// Rows to be scored are not as they should be.
    #[error(transparent)]
    ScoreRows(#[from] ScoreError),
    /// The rows of a file cannot be scored.
    #[error("cannot score {}", file.display())]
    ScoreFile { file: PathBuf, source: ScoreError },
    /// What rows were worth in money cannot be told.
    #[error(transparent)]
    Money(#[from] label_trades::LabelTradeError),
    /// The output could not be written.
    #[error("cannot write the output")]
    Output(#[from] std::io::Error),
}

/// What may fail with [`BinsError`].
pub type Result<T, E = BinsError> = std::result::Result<T, E>;

impl BinsError {
    /// An error of a strategy that was run by the framework: its own, where it is one.
    pub(crate) fn of_framework(error: BoxError) -> Self {
        let error = match error.downcast::<UsageError>() {
            Ok(usage) => usage.into_inner(),
            Err(error) => error,
        };
        match error.downcast::<Self>() {
            Ok(own) => *own,
            Err(source) => Self::Framework { source },
        }
    }
}
