//! Everything that can go wrong in this crate.

/// Why a statistic of a series has no value, or none that would mean anything.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StatisticsError {
    /// Two parallel arrays differ in length.
    #[error("{name} has {found} values, wanted {wanted}: pass one for each row")]
    LengthMismatch {
        /// What the array with the wrong length holds, e.g. `labels`.
        name: &'static str,
        /// Its length.
        found: usize,
        /// The length it must have.
        wanted: usize,
    },

    /// There is nothing to work on.
    #[error("there are no rows, wanted at least one: check the time range and the filters")]
    NoRows,

    /// Every row has the same label, so that no resample of them could differ.
    #[error("all {rows} rows have the label {label}, wanted both labels: use a longer period")]
    OneClass {
        /// The only label there is.
        label: bool,
        /// How many rows have it.
        rows: usize,
    },

    /// A confidence level is not strictly between 0 and 1.
    #[error(
        "the confidence level is {confidence}, wanted a number strictly between 0 and 1, e.g. 0.95"
    )]
    InvalidConfidence {
        /// The level that was given.
        confidence: f64,
    },

    /// More hits than rows.
    #[error("there are {hits} hits among {rows} rows, wanted at most one for each row")]
    TooManyHits {
        /// Rows with a positive label.
        hits: u64,
        /// All rows.
        rows: u64,
    },

    /// All values are equal where a statistic lives on their differences.
    #[error("all {count} values of {name} are equal, wanted at least two different ones")]
    Constant {
        /// The argument that does not vary.
        name: &'static str,
        /// How many values it has.
        count: usize,
    },

    /// A value that must have a place in the order of numbers has none.
    #[error("the value of {name} at index {index} is NaN, wanted a number")]
    NotANumber {
        /// The argument that holds it.
        name: &'static str,
        /// Position of the first NaN, from 0.
        index: usize,
    },

    /// A block length for which blocks cannot be drawn.
    #[error(
        "the block length is {block} for {rows} rows, wanted at least 1 and at most half the rows"
    )]
    InvalidBlock {
        /// Rows in a block.
        block: usize,
        /// Rows in the series.
        rows: usize,
    },

    /// So few resamples that none lies beyond the ends of the interval.
    #[error(
        "{resamples} resamples are too few for the confidence level {confidence}, wanted at least \
         2 / (1 - {confidence}), so that one lies beyond each end; 1000 are usual"
    )]
    TooFewResamples {
        /// Resamples asked for.
        resamples: u32,
        /// The confidence level.
        confidence: f64,
    },

    /// A bin number outside the bins there are.
    #[error("the bin at index {index} is {bin}, wanted 1 to {n_bins}")]
    InvalidBin {
        /// Position of the first bad bin number, from 0.
        index: usize,
        /// What stands there.
        bin: u16,
        /// Number of bins.
        n_bins: u16,
    },
}
