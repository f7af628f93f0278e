//! ML calibrated bins: a model's raw scores turned into probabilities, bins and signals.
//!
//! Once a month [`rebuild`] fits a calibrator over the last twelve months, cuts quantile bins of the
//! calibrated values, and stores both as one small file. [`MlCalibratedBins`] scores new rows with
//! the file of their month: long in the top bins, short in the bottom ones.
//!
//! From Rust, the same as `runner ml-calibrated-bins rebuild`:
//!
//! ```no_run
//! use artifacts::OnExisting;
//! use binning::BinStore;
//! use ml_calibrated_bins::{Settings, rebuild};
//! use scored_labels::{Run, Sources};
//!
//! let mut run = Run::open(&Sources::new("predictions.duckdb", "ohlcv.duckdb"))?;
//! let settings = Settings::default();
//! let month = "2025-11".parse()?;
//! let inputs = run.load(&[month], &settings.window)?;
//! let rebuilt = rebuild(&inputs, month, &settings)?;
//! BinStore::new("data/bins").save(&rebuilt.artifact, OnExisting::Refuse)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod commands;
mod error;
mod exits;
mod inspection_page;
mod month_bins;
mod predictions;
mod rebuild;
mod recipe;
mod reproduce;
mod score;
mod settings;
mod signals;
mod strategy;
mod walk;
mod warning;

pub use commands::{
    BinsCommand, BinsRoot, EvaluateArgs, InspectArgs, ListArgs, RebuildArgs, ScoreArgs, VerifyArgs,
};
pub use error::{BinsError, Result};
pub use evaluation::SignalRule;
pub use month_bins::{BinsOverride, MissingMonth, MonthBins, ParseBinsOverrideError};
pub use rebuild::rebuild;
pub use recipe::BinsRecipe;
pub use score::{Scorer, score};
pub use scored_labels::ScoreError;
pub use settings::Settings;
pub use signals::signals;
pub use strategy::{BinDecision, BinsConfig, MlCalibratedBins};
pub use walk::{EvaluationSettings, evaluate};
pub use warning::Warning;
