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
//! use ml_calibrated_bins::{Run, Settings, Sources, rebuild};
//!
//! let mut run = Run::open(&Sources::new("predictions.duckdb", "ohlcv.duckdb"))?;
//! let settings = Settings::default();
//! let month = "2025-11".parse()?;
//! let inputs = run.load(&[month], &settings)?;
//! let rebuilt = rebuild(&inputs, month, &settings)?;
//! BinStore::new("data/bins").save(&rebuilt.metadata, OnExisting::Refuse)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod backfill;
mod commands;
mod completeness;
mod error;
mod evaluate;
mod fingerprint;
mod inputs;
mod load;
mod money;
mod month_bins;
mod months;
mod payoffs;
mod plan;
mod rebuild;
mod report;
mod reproduce;
mod rule;
mod run;
mod score;
mod score_error;
mod settings;
mod signals;
mod sources;
mod staleness;
mod strategy;
mod warning;
mod window;

pub use backfill::{Backfill, MonthDone, MonthOutcome};
pub use commands::{
    BinsCommand, BinsRoot, EvaluateArgs, InspectArgs, ListArgs, RebuildArgs, RunChoice, ScoreArgs,
    VerifyArgs,
};
pub use completeness::Lacking;
pub use error::BinsError;
pub use evaluate::{
    BinHits, Comparison, Evaluation, EvaluationSettings, HitRate, MonthQuality, Note, Ordering,
    PlattLessIsotonic, Quality, SignalHits, evaluate,
};
pub use inputs::Inputs;
pub use month_bins::{BinsOverride, MissingMonth, MonthBins, ParseBinsOverrideError};
pub use months::{MonthChoice, ParseMonthChoiceError};
pub use plan::{Action, Existing, Found, PlannedMonth, plan};
pub use rebuild::{Rebuilt, rebuild};
pub use rule::{Sides, SignalRule};
pub use run::Run;
pub use score::{Scorer, score};
pub use score_error::ScoreError;
pub use settings::Settings;
pub use signals::signals;
pub use sources::{InSample, Sources};
pub use staleness::Difference;
pub use strategy::{BinDecision, BinsConfig, MlCalibratedBins};
pub use warning::{StoredLabels, Warning};
