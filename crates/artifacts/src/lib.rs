//! One month's file of anything: there whole or not at all, one writer at a time.
//!
//! What a model's strategy learns of the past is kept one file a month, by dataset and run. What such
//! a file holds is an [`Artifact`]; how it is kept is the same for all of them.
//!
//! - [`Artifact`]: what a file holds, and how its bytes are made and read
//! - [`MonthKey`], [`MonthStore`], [`MonthFilter`]: naming, saving, loading, listing
//! - [`RunLock`], [`Holder`]: one writer at a time in a run's folder
//! - [`Verified`], [`Stray`]: what [`MonthStore::verify`] and [`MonthStore::strays`] find
//! - [`Recipe`], [`Backfill`], [`plan`]: making many months, and what there is to do
//! - [`rebuild()`], [`RebuildCall`], [`BackfillArgs`]: the command that makes them, for all runs
//! - [`Proof`], [`Reproduced`]: the command that verifies them
//! - [`list()`], [`inspect()`], [`RunChoice`]: the commands that list and show them, and which run is meant
//! - [`sealed_json`]: files of months as JSON with a checksum
//! - [`ReportFile`], [`write_json`]: what commands write for others to read
//! - [`ArtifactError`], [`BackfillError`]: what can go wrong

mod artifact;
mod backfill;
mod difference;
mod error;
mod file_system;
mod folder;
mod holder;
mod inspect;
mod json;
mod key;
mod list;
mod listing;
mod lock;
mod proof;
mod rebuild;
mod recipe;
mod report_file;
mod reproduced;
mod run_choice;
mod run_lock;
pub mod sealed_json;
mod shown;
mod store;
mod strays;
mod temporary;
#[cfg(test)]
mod tests;
mod verify;
mod write;

pub use artifact::Artifact;
pub use backfill::{
    Action, Backfill, BackfillError, Existing, Found, MonthDone, MonthOutcome, OutcomeOf,
    PlannedMonth, plan,
};
pub use difference::Difference;
pub use error::{ArtifactError, Result};
pub use holder::Holder;
pub use inspect::inspect;
pub use json::write_json;
pub use key::MonthKey;
pub use list::{ListArgs, list};
pub use listing::MonthFilter;
pub use proof::{Proof, Verdict};
pub use rebuild::{BackfillArgs, OpenRun, Reader, RebuildCall, ReportFormat, rebuild};
pub use recipe::{Made, Prospect, Recipe};
pub use report_file::ReportFile;
pub use reproduced::Reproduced;
pub use run_choice::RunChoice;
pub use run_lock::{DEFAULT_LOCK_WAIT, RunLock};
pub use shown::{Listed, Shown};
pub use store::{MonthStore, OnExisting, Saved};
pub use strays::{Stray, StrayKind};
pub use verify::Verified;
