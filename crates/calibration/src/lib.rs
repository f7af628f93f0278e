//! Turns the raw scores of a binary classifier into probabilities, and measures how good those are.
//!
//! Numbers in, numbers out: no files, no clock, no randomness. A model's score of 0.7 says that
//! a row ranks above one of 0.6; a calibrator fitted on rows whose outcome is known says how often
//! rows of that score come true.
//!
//! ```
//! use calibration::{Calibrator, LabelledScores, PlattOptions, PlattScaling, brier_score};
//! use ndarray::array;
//!
//! // A model that is far too sure of itself.
//! let scores = array![0.01, 0.03, 0.10, 0.20, 0.90, 0.95, 0.97, 0.99];
//! let labels = array![false, true, false, false, true, false, true, true];
//!
//! let rows = LabelledScores::new(scores.view(), labels.view())?;
//! let fit = PlattScaling::fit(&rows, &PlattOptions::default())?;
//! assert!(fit.model.slope() < 0.5);
//!
//! let calibrator = Calibrator::from(fit.model);
//! let probabilities = calibrator.predict(scores.view())?.to_vec();
//! let labels = labels.to_vec();
//! assert!(brier_score(&probabilities, &labels)? < brier_score(&scores.to_vec(), &labels)?);
//! # Ok::<(), calibration::CalibrationError>(())
//! ```
//!
//! - [`LabelledScores`]: the checked input of a fit, with optional weights.
//! - [`PlattScaling`] and [`IsotonicCalibrator`]: the two methods; [`Calibrator`] is either, as
//!   data that serialises.
//! - How good are the probabilities? [`brier_score`] and [`log_loss`] over all, [`auc()`] of their
//!   order, [`expected_calibration_error`] group by group,
//!   [`calibration_line()`], [`brier_parts`] and the test [`spiegelhalter()`] without groups;
//!   [`line_errors`] says how sure a line is.
//! - [`CalibrationError`]: everything that can go wrong.

mod auc;
mod buckets;
mod calibration_line;
mod calibrator;
mod corp;
mod diagnostics;
mod error;
mod expected_error;
mod groups;
mod isotonic;
mod kernel;
mod line_errors;
mod platt;
mod probability;
mod scores;
mod spiegelhalter;
mod sum;
mod ties;
mod weights;

pub use auc::auc;
pub use calibration_line::{CalibrationLine, calibration_line};
pub use calibrator::{CalibrationMethod, Calibrator};
pub use corp::{BrierParts, brier_parts, corp_steps};
pub use diagnostics::{brier_score, log_loss};
pub use error::{CalibrationError, Result};
pub use expected_error::expected_calibration_error;
pub use groups::Grouping;
pub use isotonic::IsotonicCalibrator;
pub use line_errors::{LineErrors, line_errors};
pub use platt::{GRADIENT_TOLERANCE, PlattFit, PlattOptions, PlattScaling};
pub use probability::MIN_PROBABILITY;
pub use scores::LabelledScores;
pub use spiegelhalter::{SpiegelhalterTest, spiegelhalter};
