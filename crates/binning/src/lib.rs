//! Quantile bins of calibrated probabilities, and the files that keep them.
//!
//! A model's scores become probabilities through a [`calibration::Calibrator`]; the probabilities of
//! a year are cut into bins of equally many rows, and a new probability falls into one of these. All
//! that is needed to do the same again later, and to know where it came from, is one
//! [`BinMetadata`] a month, kept in a [`BinStore`].
//!
//! - [`BinEdges`], [`BinCount`]: quantile edges and the assignment of values to bins
//! - [`score_into`]: raw scores to probabilities and bins in one go
//! - [`Diagnostics`], [`summarise_bins`]: what the window looks like through its own bins
//! - [`Payoffs`]: what the window's trades paid, by bin and side
//! - [`BinMetadata`], [`MetadataParts`]: everything about the bins of one month, checked
//! - [`BinStore`], [`BinKey`], [`BinFilter`]: saving, loading, listing
//! - [`RunLock`], [`Holder`]: one writer at a time in a run's folder
//! - [`Verified`], [`Stray`]: what [`BinStore::verify`] and [`BinStore::strays`] find
//! - [`record`]: the names on disk, a public interface
//! - [`BinningError`]: what can go wrong

mod assignment;
mod consistency;
mod conversion;
mod diagnostics;
mod edges;
mod envelope;
mod error;
#[cfg(test)]
mod faults;
mod file_system;
mod holder;
mod key;
mod list;
mod listing;
mod lock;
mod metadata;
mod payoffs;
mod provenance;
mod quantile;
pub mod record;
mod run_lock;
mod scoring;
mod selection;
mod store;
mod strays;
mod temporary;
mod verify;
mod write;

pub use diagnostics::{BinRecord, CONFIDENCE, Diagnostics, summarise_bins};
pub use edges::{BinCount, BinEdges};
pub use envelope::{FORMAT_VERSION, MAX_FILE_BYTES};
pub use error::BinningError;
pub use holder::Holder;
pub use key::BinKey;
pub use listing::BinFilter;
pub use metadata::{BinMetadata, MetadataParts, Scored};
pub use payoffs::{BinPayoffs, PayoffRow, PayoffTally, Payoffs};
pub use provenance::{FitRecord, LabelCutoff, LabelRecord, LabelSource, LeftOut, SourceRecord};
pub use record::MetadataRecord;
pub use run_lock::{DEFAULT_LOCK_WAIT, RunLock};
pub use scoring::score_into;
pub use store::{BinStore, OnExisting, Saved};
pub use strays::{Stray, StrayKind};
pub use verify::Verified;
