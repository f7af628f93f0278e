//! Turns the raw scores of a binary classifier into probabilities, and measures how good those are.
//!
//! Numbers in, numbers out: no files, no clock, no randomness. A model's score of 0.7 says that
//! a row ranks above one of 0.6; a calibrator fitted on rows whose outcome is known says how often
//! rows of that score come true.
//!
//! ```
//! use calibration::{
//!     Calibrator, LabelledScores, PlattOptions, PlattScaling, brier_score, wilson_interval,
//! };
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
//!
//! // How often did scores of 0.9 and above come true? Four rows do not say much.
//! let interval = wilson_interval(3, 4, 0.95)?;
//! assert!(interval.lower < 0.31 && interval.upper > 0.95);
//! # Ok::<(), calibration::CalibrationError>(())
//! ```
//!
//! - [`LabelledScores`]: the checked input of a fit, with optional weights.
//! - [`PlattScaling`] and [`IsotonicCalibrator`]: the two methods; [`Calibrator`] is either, as
//!   data that serialises.
//! - [`brier_score`], [`log_loss`], [`expected_calibration_error`], [`wilson_interval`]: the
//!   diagnostics.
//! - [`CalibrationError`]: everything that can go wrong.

mod calibrator;
mod diagnostics;
mod error;
mod expected_error;
mod isotonic;
mod normal;
mod platt;
mod probability;
mod scores;
mod sum;
mod wilson;

pub use calibrator::{CalibrationMethod, Calibrator};
pub use diagnostics::{brier_score, log_loss};
pub use error::CalibrationError;
pub use expected_error::{Grouping, expected_calibration_error};
pub use isotonic::IsotonicCalibrator;
pub use platt::{GRADIENT_TOLERANCE, PlattFit, PlattOptions, PlattScaling};
pub use probability::MIN_PROBABILITY;
pub use scores::LabelledScores;
pub use wilson::{Interval, wilson_interval};
