//! What can go wrong.

use std::io;
use std::path::PathBuf;

use artifacts::ArtifactError;
use binning::BinningError;
use calibration::CalibrationError;
use chrono::{DateTime, Utc};
use evaluation::EvaluationError;
use label_trades::LabelTradeError;
use labeling::LabelError;
use market_data::MarketDataError;
use pools::PoolError;
use scored_labels::ScoredLabelsError;
use strategy_core::{RowsError, YearMonth};
use thiserror::Error;

use crate::PoolKind;

/// Members that cannot be pooled, files that cannot be used, rows that cannot be decided on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EnsembleError {
    /// Too few or too many.
    #[error("{found} members: wanted two to eight runs behind --members")]
    MemberCount {
        /// How many.
        found: usize,
    },
    /// One of them twice.
    #[error("the run {run} is named twice: a member has one vote")]
    Twice {
        /// Which.
        run: String,
    },
    /// More members to be present than there are, or none.
    #[error("--min-members {found}: wanted 1 to {members}, the number of members")]
    MinMembers {
        /// How many were asked for.
        found: usize,
        /// How many there are.
        members: usize,
    },
    /// Rows that no pool can be fitted on.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// Fewer members than a pool needs.
    #[error(
        "{month}: fewer than two members can be calibrated; labelled rows of the window by member: {}",
        rows.join(", ")
    )]
    TooFewCalibrated {
        /// The month.
        month: YearMonth,
        /// Each member and its rows.
        rows: Vec<String>,
    },
    /// A window that a member cannot be calibrated on.
    #[error("{month}: the member {run} cannot be calibrated")]
    Calibration {
        /// The member.
        run: String,
        /// The month.
        month: YearMonth,
        /// What was wrong.
        source: CalibrationError,
    },
    /// A score that is none.
    #[error("a score of the member {run} cannot be calibrated")]
    Score {
        /// The member.
        run: String,
        /// What was wrong.
        source: CalibrationError,
    },
    /// Edges that cannot be.
    #[error("{month}: no bins")]
    Binning {
        /// The month.
        month: YearMonth,
        /// What was wrong.
        source: BinningError,
    },
    /// Thresholds that leave a side without a bin.
    #[error(
        "long from bin {long}, short to bin {short} of {bins}: wanted 1 ≤ short < long ≤ {bins}"
    )]
    Thresholds {
        /// Smallest long bin.
        long: u16,
        /// Largest short bin.
        short: u16,
        /// Bins there are.
        bins: u16,
    },
    /// Candles of the rows that an online pool cannot label its rows by.
    #[error("the rows' candles give no labels for the online pool to learn")]
    OwnLabels {
        /// What was wrong.
        source: LabelError,
    },
    /// An online pool must know what its members predict.
    #[error(
        "{pool}: no member's run names a target such as y_tp_before_sl_u0.04_d0.02_24h, so nothing can be learnt: use another --pool"
    )]
    NoTarget {
        /// The pool.
        pool: PoolKind,
    },
    /// Data that cannot be read.
    #[error(transparent)]
    Data(#[from] MarketDataError),
    /// Predictions and labels that cannot be read.
    #[error(transparent)]
    ScoredLabels(#[from] ScoredLabelsError),
    /// No month can be fitted.
    #[error(
        "no month has {lookback_months} whole months of predictions before it: wait, or shorten --lookback-months"
    )]
    NoFullWindow {
        /// Months of a window.
        lookback_months: u16,
    },
    /// What the comparison cannot be made of.
    #[error("the members and the pool cannot be compared")]
    Evaluation(#[from] EvaluationError),
    /// What rows were worth in money cannot be told.
    #[error(transparent)]
    Money(#[from] LabelTradeError),
    /// No rows to judge.
    #[error("no row of {from} to {to} has a label and a score of every member")]
    NothingToJudge {
        /// First month.
        from: YearMonth,
        /// Last month.
        to: YearMonth,
    },
    /// The month has no file.
    #[error("{month}: there is no ensemble at {}: make it with `ensemble rebuild --bin-month {month}` and the same --members and --pool", path.display())]
    Missing {
        /// The month.
        month: YearMonth,
        /// Where it would lie.
        path: PathBuf,
    },
    /// The files could not be found, read or written.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// An ensemble that could not be made, for those who see nothing but errors.
    #[error("the ensembles of {run} were not all made")]
    OfRun {
        /// Its dataset and name, as far as they are known.
        run: String,
        /// Why.
        source: Box<EnsembleError>,
    },
    /// A file that holds something else.
    #[error("{file} holds the ensemble of {found}, wanted {wanted}")]
    WrongPlace {
        /// The file.
        file: String,
        /// What it holds.
        found: String,
        /// What was wanted.
        wanted: String,
    },
    /// Bytes that are no ensemble.
    #[error("{file} is no ensemble of a month: make it again with `ensemble rebuild --overwrite`")]
    NotAnEnsemble {
        /// The file.
        file: String,
        /// What was wrong.
        source: serde_json::Error,
    },
    /// A format of another program.
    #[error("{file} has format version {found}, this program reads 1: make it again")]
    UnknownVersion {
        /// The file.
        file: String,
        /// Its version.
        found: String,
    },
    /// Contents that changed.
    #[error("{file} is damaged, its checksum does not fit: make it again")]
    Checksum {
        /// The file.
        file: String,
    },
    /// Contents that cannot be written.
    #[error("{month}: the ensemble cannot be written as JSON")]
    Encode {
        /// The month.
        month: YearMonth,
        /// What was wrong.
        source: serde_json::Error,
    },
    /// What was asked for cannot be written out.
    #[error("cannot write the output")]
    Output(#[from] io::Error),
    /// The rows are not as they should be.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A row whose score is none.
    #[error("the row of {timestamp} cannot be pooled")]
    Row {
        /// The row.
        timestamp: DateTime<Utc>,
        /// What was wrong.
        source: Box<EnsembleError>,
    },
}

impl EnsembleError {
    /// Whether the person asked for something that cannot be.
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::OfRun { source, .. } => return source.is_usage(),
            Self::Artifact(error) => return error.is_usage(),
            Self::ScoredLabels(error) => return error.is_usage(),
            _ => {}
        }
        matches!(
            self,
            Self::MemberCount { .. }
                | Self::Twice { .. }
                | Self::MinMembers { .. }
                | Self::Thresholds { .. }
                | Self::NoTarget { .. }
                | Self::Money(LabelTradeError::Payoffs(_))
        )
    }
}
