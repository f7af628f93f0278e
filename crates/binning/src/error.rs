//! What can go wrong with edges, metadata and their files.

use std::path::PathBuf;

use artifacts::ArtifactError;
use calibration::CalibrationError;
use statistics::StatisticsError;
use thiserror::Error;

use crate::BinCount;

/// Everything this crate refuses, and why.
///
/// A variant about a file names the file; what the operating system or the decoder said is its
/// [source](std::error::Error::source), not part of the message. Positions count from 0.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum BinningError {
    /// A number of bins outside what makes sense.
    #[error(
        "`{found}` is no number of bins: give a whole number from {} to {}, as in 20",
        BinCount::MIN.get(),
        BinCount::MAX.get()
    )]
    BinCount { found: String },
    /// There is nothing to take quantiles of.
    #[error("no values: quantile edges need at least one")]
    NoValues,
    /// A value to take quantiles of is infinite or not a number.
    #[error("value {index} is {value}: quantile edges need finite values")]
    NotFinite { index: usize, value: f64 },
    /// A value to put into a bin is not a number.
    #[error("value {index} is not a number (NaN) and belongs to no bin")]
    NotANumber { index: usize },
    /// An edge is infinite or not a number.
    #[error("edge {index} is {value}: edges must be finite")]
    EdgeNotFinite { index: usize, value: f64 },
    /// An edge is smaller than the one before it.
    #[error("edge {index} is {value}, below the one before it ({previous}): edges must ascend")]
    EdgesUnordered { index: usize, previous: f64, value: f64 },
    /// Slices that belong together have different lengths.
    #[error("{what}: {found} values where {wanted} were wanted")]
    LengthMismatch { what: &'static str, found: usize, wanted: usize },
    /// The file of a month could not be found, read or written.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The calibrator refused its input.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    /// A hit rate has no interval.
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    /// Metadata that contradict themselves.
    #[error("bin metadata, `{field}`: {reason}")]
    Inconsistent { field: &'static str, reason: String },
    /// The file is something else.
    #[error("{} is not a file of calibrated bins: it does not begin as one; rebuild the month", path.display())]
    NotBins { path: PathBuf },
    /// A version of the format that this program does not know.
    #[error(
        "{} has version {found} of the format, this program reads version {supported}: \
         update the program or rebuild the month",
        path.display()
    )]
    UnknownVersion { path: PathBuf, found: u8, supported: u8 },
    /// The file ends too early.
    #[error("{} is truncated: {found} of {wanted} bytes; rebuild the month", path.display())]
    Truncated { path: PathBuf, found: usize, wanted: usize },
    /// The contents are not those that were written.
    #[error(
        "{} is damaged: its checksum is {found:08x}, the header says {wanted:08x}; rebuild the month",
        path.display()
    )]
    ChecksumMismatch { path: PathBuf, found: u32, wanted: u32 },
    /// The file cannot have been written by this program.
    #[error("{} is damaged: {what}; rebuild the month", path.display())]
    Damaged { path: PathBuf, what: &'static str, source: Option<rmp_serde::decode::Error> },
    /// The file is whole, but what it says cannot be.
    #[error("{} is not valid; rebuild the month", path.display())]
    Invalid { path: PathBuf, source: Box<BinningError> },
    /// The record could not be turned into MessagePack.
    #[error("cannot encode the bin metadata")]
    Encode(#[from] rmp_serde::encode::Error),
}

/// Refuses a slice `what` that is not as long as the one it belongs to.
pub(crate) fn same_length(
    what: &'static str,
    found: usize,
    wanted: usize,
) -> Result<(), BinningError> {
    if found != wanted {
        return Err(BinningError::LengthMismatch { what, found, wanted });
    }
    Ok(())
}
