//! Turns the raw scores of a binary classifier into probabilities, and measures how good those are.
//!
//! Numbers in, numbers out: no files, no clock, and no randomness but that of the bootstrap, which
//! follows from its seed. A model's score of 0.7 says that
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
//! - How good are the probabilities? [`brier_score`] and [`log_loss`] over all, [`auc()`] of their
//!   order, [`expected_calibration_error`] and the [`reliability()`] table group by group,
//!   [`calibration_line()`] and the test [`spiegelhalter()`] without groups.
//! - How sure is a hit rate? [`wilson_interval`] where rows are independent,
//!   [`block_bootstrap_rate`] and [`block_bootstrap_bins`] where labels overlap in time.
//! - Do higher bins come true more often? [`kendall_tau_b`] and [`ordered_share`].
//! - [`CalibrationError`]: everything that can go wrong.

mod auc;
mod bootstrap;
mod buckets;
mod calibration_line;
mod calibrator;
mod diagnostics;
mod error;
mod expected_error;
mod groups;
mod isotonic;
mod kendall;
mod kernel;
mod normal;
mod platt;
mod probability;
mod reliability;
mod scores;
mod spiegelhalter;
mod sum;
mod ties;
mod weights;
mod wilson;

pub use auc::auc;
pub use bootstrap::{block_bootstrap_bins, block_bootstrap_rate};
pub use calibration_line::{CalibrationLine, calibration_line};
pub use calibrator::{CalibrationMethod, Calibrator};
pub use diagnostics::{brier_score, log_loss};
pub use error::CalibrationError;
pub use expected_error::expected_calibration_error;
pub use groups::Grouping;
pub use isotonic::IsotonicCalibrator;
pub use kendall::{kendall_tau_b, ordered_share};
pub use platt::{GRADIENT_TOLERANCE, PlattFit, PlattOptions, PlattScaling};
pub use probability::MIN_PROBABILITY;
pub use reliability::{ReliabilityGroup, reliability};
pub use scores::LabelledScores;
pub use spiegelhalter::{SpiegelhalterTest, spiegelhalter};
pub use wilson::{Interval, wilson_interval};
