//! A model's predictions joined to labels over a window, with an account of every row left out.
//!
//! A month is calibrated, pooled or judged on the rows of the months before it: predictions, and what
//! came of them, as far as anybody knew it when the month began.
//!
//! ```no_run
//! use scored_labels::{Run, Sources, WindowSettings};
//!
//! let mut run = Run::open(&Sources::new("predictions.duckdb", "ohlcv.duckdb"))?;
//! let (month, window) = ("2025-11".parse()?, WindowSettings::default());
//! let inputs = run.load(&[month], &window)?;
//! let rows = inputs.window_rows(month, &window)?;
//! println!("{} rows, {} left out", rows.len(), rows.left_out.total());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`Sources`], [`Run`]: the files of a run, opened; [`MonthArgs`], [`MonthChoice`]: which months
//! - [`Inputs`]: predictions, labels and candles in memory, read once for all months
//! - [`read_members`], [`months_of_members`]: several models of one target, joined by time
//! - [`WindowSettings`], [`WindowRows`]: a month's rows; [`fingerprint()`]: their identity
//! - [`Warning`], [`Lacking`]: what a careful person should know of them
//! - [`ScoreRows`], [`with_columns`]: a table of scores that somebody hands in
//! - [`ScoredLabelsError`], [`ScoreError`]: what can go wrong

mod completeness;
mod error;
mod fingerprint;
mod inputs;
mod load;
mod members;
mod month_args;
mod months;
mod run;
mod score_error;
mod score_rows;
mod settings;
mod sources;
mod text;
mod usable;
mod warning;
mod window;

pub use completeness::Lacking;
pub use error::{Result, ScoredLabelsError};
pub use fingerprint::fingerprint;
pub use inputs::{CandleState, Identity, Inputs, Labels, StoredLabels, TrainFile};
pub use members::{months_of_members, read_members};
pub use month_args::MonthArgs;
pub use months::{MonthChoice, ParseMonthChoiceError, month_range};
pub use run::Run;
pub use score_error::ScoreError;
pub use score_rows::{ScoreBatch, ScoreRows, refuse_taken, with_columns};
pub use settings::WindowSettings;
pub use sources::{InSample, Sources};
pub use warning::Warning;
pub use window::{Newest, Origin, WindowRows, micros};
