//! What can go wrong with edges, metadata and their files.

use std::io;
use std::path::PathBuf;

use calibration::CalibrationError;
use statistics::StatisticsError;
use strategy_core::YearMonth;
use thiserror::Error;

use crate::{BinCount, BinKey, Holder};

/// Everything this crate refuses, and why.
///
/// A variant about a file names the file; what the operating system or the decoder said is its
/// [source](std::error::Error::source), not part of the message.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BinningError {
    /// A number of bins outside what makes sense.
    #[error(
        "`{found}` is no number of bins: give a whole number from {} to {}",
        BinCount::MIN.get(),
        BinCount::MAX.get()
    )]
    BinCount {
        /// What was given.
        found: String,
    },

    /// There is nothing to take quantiles of.
    #[error("no values: quantile edges need at least one")]
    NoValues,

    /// A value to take quantiles of is infinite or not a number.
    #[error("value {index} is {value}: quantile edges need finite values")]
    NotFinite {
        /// Its position, from 0.
        index: usize,
        /// What it is.
        value: f64,
    },

    /// A value to put into a bin is not a number.
    #[error("value {index} is not a number (NaN) and belongs to no bin")]
    NotANumber {
        /// Its position, from 0.
        index: usize,
    },

    /// An edge is infinite or not a number.
    #[error("edge {index} is {value}: edges must be finite")]
    EdgeNotFinite {
        /// Its position, from 0.
        index: usize,
        /// What it is.
        value: f64,
    },

    /// An edge is smaller than the one before it.
    #[error("edge {index} is {value}, below the one before it ({previous}): edges must ascend")]
    EdgesUnordered {
        /// Position of the smaller edge, from 0.
        index: usize,
        /// The edge before it.
        previous: f64,
        /// The edge.
        value: f64,
    },

    /// Slices that belong together have different lengths.
    #[error("{what}: {found} values where {wanted} were wanted")]
    LengthMismatch {
        /// The slice that is too short or too long.
        what: &'static str,
        /// How long it is.
        found: usize,
        /// How long it should be.
        wanted: usize,
    },

    /// The calibrator refused its input.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),

    /// A hit rate has no interval.
    #[error(transparent)]
    Statistics(#[from] StatisticsError),

    /// Metadata that contradict themselves.
    #[error("bin metadata, `{field}`: {reason}")]
    Inconsistent {
        /// The field, under its name in the file.
        field: &'static str,
        /// What was found and what was wanted.
        reason: String,
    },

    /// A word that stands for none of a closed set of values.
    #[error("`{found}` is not one of: {}", known.join(", "))]
    UnknownWord {
        /// What was given.
        found: String,
        /// What there is.
        known: &'static [&'static str],
    },

    /// A dataset or run name that cannot be the name of a folder.
    #[error("{what} `{}` cannot name a folder of bins: {reason}", found.escape_debug())]
    UnsafeName {
        /// `dataset` or `run name`.
        what: &'static str,
        /// What was given.
        found: String,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The month has bins already and the caller did not say what to do about it.
    #[error(
        "{} exists already: pass --overwrite to replace it or --skip-existing to keep it",
        path.display()
    )]
    Exists {
        /// The file.
        path: PathBuf,
    },

    /// There are no bins for this month.
    #[error("no bins for {month}: {} does not exist ({})", path.display(), months_there_are(available))]
    NotFound {
        /// The month asked for.
        month: YearMonth,
        /// The file that would hold it.
        path: PathBuf,
        /// The months of the same dataset and run that have bins, ascending.
        available: Vec<YearMonth>,
    },

    /// Somebody else is writing in the run's folder.
    #[error(
        "{} is locked by {}: wait longer for it with --lock-timeout, or end it",
        folder.display(),
        holder.as_ref().map_or_else(|| "another process".to_owned(), Holder::to_string)
    )]
    Locked {
        /// The run's folder.
        folder: PathBuf,
        /// Who holds the lock, unless that could not be read.
        holder: Option<Holder>,
    },

    /// The file system has no locks, so two writers could mix.
    #[error(
        "{} cannot be locked, its file system has no locks: keep the bins on another one",
        folder.display()
    )]
    NoLocks {
        /// The run's folder.
        folder: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// Bins of one run were to be saved under the lock of another.
    #[error(
        "{key} cannot be saved under the lock of {dataset}/{run_name}: take that of its own run"
    )]
    NotLocked {
        /// What was to be saved.
        key: BinKey,
        /// The dataset that is locked.
        dataset: String,
        /// The run that is locked.
        run_name: String,
    },

    /// A folder could not be created, listed or written to.
    #[error("cannot {action} the folder {}", path.display())]
    Folder {
        /// `create`, `list`, `write to` or `flush`.
        action: &'static str,
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// A file could not be read, written, locked or removed.
    #[error("cannot {action} {}", path.display())]
    File {
        /// `read`, `write`, `lock` or `remove`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// A file far larger than bins can be.
    #[error("{} has {bytes} bytes, more than the {limit} that a file of bins may have", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The largest size allowed.
        limit: u64,
    },

    /// The file is something else.
    #[error("{} is not a file of calibrated bins: it does not begin as one", path.display())]
    NotBins {
        /// The file.
        path: PathBuf,
    },

    /// A version of the format that this program does not know.
    #[error(
        "{} has version {found} of the format, this program reads version {supported}: \
         update the program or rebuild the month",
        path.display()
    )]
    UnknownVersion {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u8,
        /// The version that can be read.
        supported: u8,
    },

    /// The file ends too early.
    #[error("{} is truncated: {found} of {wanted} bytes; rebuild the month", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        found: usize,
        /// The size that it announces, or the size of the header if it is shorter than that.
        wanted: usize,
    },

    /// The contents are not those that were written.
    #[error(
        "{} is damaged: its checksum is {found:08x}, the header says {wanted:08x}; rebuild the month",
        path.display()
    )]
    ChecksumMismatch {
        /// The file.
        path: PathBuf,
        /// CRC-32 of the payload in the file.
        found: u32,
        /// CRC-32 according to the header.
        wanted: u32,
    },

    /// What stands where the bins belong is another program's, and is not replaced.
    #[error(transparent)]
    Output(#[from] files::OutputError),

    /// The file cannot have been written by this program.
    #[error("{} is damaged: {what}; rebuild the month", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
        /// What the decoder said, if it was the decoder that stumbled.
        source: Option<rmp_serde::decode::Error>,
    },

    /// The file is whole, but what it says cannot be.
    #[error("{} is not valid", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The contradiction.
        source: Box<BinningError>,
    },

    /// The file holds the bins of something else than its place says.
    #[error(
        "{} holds the bins of {found}: it was copied or renamed; move it to where it belongs",
        path.display()
    )]
    WrongPlace {
        /// The file.
        path: PathBuf,
        /// What it holds.
        found: BinKey,
    },

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

/// `there are 2024-11, 2025-01 to 2025-10`: runs of months as spans, so that years stay readable.
fn months_there_are(months: &[YearMonth]) -> String {
    let spans: Vec<String> = months
        .chunk_by(|earlier, later| later.months_since(*earlier) == 1)
        .filter_map(|span| span.first().zip(span.last()))
        .map(
            |(first, last)| {
                if first == last { first.to_string() } else { format!("{first} to {last}") }
            },
        )
        .collect();
    if spans.is_empty() {
        return "its run has no bins at all".to_owned();
    }
    format!("there are {}", spans.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn months_are_listed_as_spans() {
        let months: Vec<YearMonth> = ["2024-11", "2024-12", "2025-01", "2025-03"]
            .iter()
            .map(|month| month.parse().unwrap())
            .collect();
        assert_eq!(months_there_are(&months), "there are 2024-11 to 2025-01, 2025-03");
        assert_eq!(months_there_are(&[]), "its run has no bins at all");
    }
}
