//! What can go wrong.

use artifacts::ArtifactError;
use binning::BinningError;
use calibration::CalibrationError;
use labeling::LabelError;
use strategy_core::YearMonth;
use terminal::counted;
use thiserror::Error;

/// Members that cannot be pooled, rows that no pool can be fitted on, files that cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum PoolError {
    /// A pool of nobody.
    #[error("no members: a pool has at least one")]
    NoMembers,
    /// A member whose rows are not those of the labels.
    #[error("member {member}, counted from 0, has {found} probabilities for {wanted} labels")]
    Lengths { member: usize, found: usize, wanted: usize },
    /// What is no probability.
    #[error("member {member}, row {row}, counted from 0: {found} is no probability")]
    Probability { member: usize, row: usize, found: f64 },
    /// Nothing to weigh members by.
    #[error("all {rows} rows have the same label: a pool is fitted on both")]
    OneClass { rows: usize },
    /// The fit does not end.
    #[error(
        "the fit of the {pool} finds no minimum: the members separate the labels, or are equal"
    )]
    NoMinimum { pool: &'static str },
    /// Too few or too many.
    #[error("{} behind --members: wanted two to eight runs", counted(*found, "member"))]
    MemberCount { found: usize },
    /// One of them twice.
    #[error("the run {run} is named twice: a member has one vote")]
    Twice { run: String },
    /// Fewer members than a pool needs.
    #[error(
        "{month}: fewer than two members can be calibrated; labelled rows of the window by member: {}",
        rows.join(", ")
    )]
    TooFewCalibrated { month: YearMonth, rows: Vec<String> },
    /// A window or a score that a member cannot be calibrated on.
    #[error("{month}: the member {run} cannot be calibrated")]
    Calibration { run: String, month: YearMonth, source: CalibrationError },
    /// Probabilities that no bins can be cut of.
    #[error("{month}: no bins")]
    Binning { month: YearMonth, source: BinningError },
    /// Candles of the rows that an online pool cannot label its rows by.
    #[error("the rows' candles give no labels for the online pool to learn")]
    OwnLabels(#[from] LabelError),
    /// The files could not be found, read or written.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

impl PoolError {
    /// Whether the person asked for something that cannot be.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::MemberCount { .. } | Self::Twice { .. } => true,
            Self::Artifact(error) => error.is_usage(),
            _ => false,
        }
    }
}
