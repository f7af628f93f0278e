//! Everything that can go wrong in this crate.

use std::error::Error;

/// Why a calibration could not be fitted, loaded, applied or judged. Positions count from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum CalibrationError {
    /// Two parallel arrays differ in length.
    #[error("{name} has {found} values, wanted {wanted}: pass one for each row")]
    LengthMismatch { name: &'static str, found: usize, wanted: usize },
    /// There is nothing to work on.
    #[error("there are no rows, wanted at least one: check the time range and the filters")]
    NoRows,
    /// Every row has the same label, so there is no boundary between the classes to fit.
    #[error(
        "all {rows} rows with positive weight have the label {label}, wanted both labels: \
         use a longer window or another label rule"
    )]
    OneClass { label: bool, rows: usize },
    /// A score or probability is not in `[0, 1]`.
    #[error("the score at index {index} is {value}, wanted a finite number in [0, 1]")]
    InvalidScore { index: usize, value: f64 },
    /// A sample weight is negative or not finite.
    #[error("the weight at index {index} is {value}, wanted a finite number that is not negative")]
    InvalidWeight { index: usize, value: f64 },
    /// The weights are all zero, or so large that their sum overflows.
    #[error(
        "the {rows} weights add up to {total}, wanted a positive finite total: \
         give at least one row a positive weight, or divide all weights by a constant"
    )]
    InvalidTotalWeight { rows: usize, total: f64 },
    /// The inverse penalty `C` of Platt scaling is unusable.
    #[error(
        "the inverse penalty C is {c}, wanted a positive finite number whose inverse is finite"
    )]
    InvalidPenalty { c: f64 },
    /// The optimiser stopped before the gradient vanished.
    #[error(
        "Platt scaling did not converge: after {iterations} iterations the largest gradient \
         component is {gradient_norm:e} and the Newton decrement {decrement:e}, wanted both at \
         most {wanted:e}: raise max_iterations, lower C, or check that the scores are not all but \
         equal"
    )]
    NotConverged { iterations: u64, gradient_norm: f64, decrement: f64, wanted: f64 },
    /// argmin itself reported an error.
    #[error("the optimiser refused to run")]
    Optimizer {
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A slope or intercept is not a finite number.
    #[error("the {name} of a Platt scaling is {value}, wanted a finite number")]
    InvalidCoefficient { name: &'static str, value: f64 },
    /// An isotonic calibrator has no thresholds.
    #[error("an isotonic calibrator has no thresholds, wanted at least one")]
    NoThresholds,
    /// The thresholds of an isotonic calibrator do not describe a non-decreasing function
    /// from `[0, 1]` to `[0, 1]`.
    #[error("isotonic threshold {index} is (x = {x}, y = {y}), wanted {wanted}")]
    InvalidThreshold { index: usize, x: f64, y: f64, wanted: &'static str },
    /// A calibration error over zero groups was asked for.
    #[error("the number of groups is 0, wanted at least 1, e.g. 15")]
    NoGroups,
    /// All values are equal where a statistic lives on their differences.
    #[error("all {count} values of {name} are equal, wanted at least two different ones")]
    Constant { name: &'static str, count: usize },
    /// Hits and misses do not overlap, so that an unpenalised slope has no finite optimum.
    #[error(
        "the probability {border} separates the labels: no row with the label {above} lies below \
         it and no other above it, so the slope of the calibration line has no finite value: \
         use more rows"
    )]
    Separable { border: f64, above: bool },
    /// The fit of a calibration line stopped before the gradient vanished.
    #[error(
        "the calibration line did not converge: after {iterations} iterations the largest \
         gradient component is {gradient_norm:e} and the Newton decrement {decrement:e}, wanted \
         both at most {wanted:e}: check that the probabilities are not all but equal"
    )]
    LineNotConverged { iterations: u64, gradient_norm: f64, decrement: f64, wanted: f64 },
    /// Under the hypothesis of calibration the statistic cannot vary.
    #[error(
        "each of the {rows} probabilities is 0, 0.5 or 1, so Spiegelhalter's statistic has no \
         variance, wanted at least one other probability: clip to [1e-12, 1 - 1e-12] or judge \
         calibrated values"
    )]
    NoVariance { rows: usize },
    /// A name that is no calibration method.
    #[error("unknown calibration method {name:?}, wanted \"platt\" or \"isotonic\"")]
    UnknownMethod { name: String },
}

/// What may fail with [`CalibrationError`].
pub type Result<T, E = CalibrationError> = std::result::Result<T, E>;
