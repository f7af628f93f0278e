//! Quantile bins of calibrated probabilities, and what the file of a month says of them.
//!
//! A model's scores become probabilities through a [`calibration::Calibrator`]; the probabilities of
//! a year are cut into bins of equally many rows, and a new probability falls into one of these. All
//! that is needed to do the same again later, and to know where it came from, is one
//! [`BinMetadata`] a month, kept in a [`BinStore`]: an [`artifacts::MonthStore`].
//!
//! - [`BinEdges`], [`BinCount`]: quantile edges and the assignment of values to bins
//! - [`score_into`]: raw scores to probabilities and bins in one go
//! - [`Diagnostics`]: what the window looks like through its own bins
//! - [`Payoffs`]: what the window's trades paid, by bin and side
//! - [`BinMetadata`], [`MetadataParts`]: everything about the bins of one month, checked
//! - [`MetadataRecord`]: the names on disk, a public interface
//! - [`BinningError`]: what can go wrong

mod assignment;
mod bin_file;
mod consistency;
mod diagnostics;
mod edges;
mod envelope;
mod error;
mod list;
mod metadata;
mod parts;
mod payoffs;
mod provenance;
mod quantile;
mod record;
mod scoring;
mod selection;
mod shown;

pub use bin_file::BinStore;
pub use diagnostics::{BinRecord, CONFIDENCE, Diagnostics};
pub use edges::{BinCount, BinEdges};
pub use envelope::{FORMAT_VERSION, MAX_FILE_BYTES};
pub use error::BinningError;
pub use metadata::{BinMetadata, Scored};
pub use parts::MetadataParts;
pub use payoffs::{BinOutlook, BinPayoffs, PayoffRow, PayoffTally, Payoffs};
pub use provenance::{FitRecord, LabelRecord, SourceRecord};
pub use record::MetadataRecord;
pub use scoring::score_into;
pub use shown::facts;
