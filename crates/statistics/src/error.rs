//! Everything that can go wrong in this crate.

/// Why a statistic of a series has no value, or none that would mean anything. Positions count from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum StatisticsError {
    /// Two parallel arrays differ in length.
    #[error("{name} has {found} values, wanted {wanted}: pass one for each row")]
    LengthMismatch { name: &'static str, found: usize, wanted: usize },
    /// There is nothing to work on.
    #[error("there are no rows, wanted at least one: check the time range and the filters")]
    NoRows,
    /// A confidence level is not strictly between 0 and 1.
    #[error(
        "the confidence level is {confidence}, wanted a number strictly between 0 and 1, e.g. 0.95"
    )]
    InvalidConfidence { confidence: f64 },
    /// More hits than rows.
    #[error("there are {hits} hits among {rows} rows, wanted at most one for each row")]
    TooManyHits { hits: u64, rows: u64 },
    /// All values are equal where a statistic lives on their differences.
    #[error("all {count} values of {name} are equal, wanted at least two different ones")]
    Constant { name: &'static str, count: usize },
    /// A value that must have a place in the order of numbers has none.
    #[error("the value of {name} at index {index} is NaN, wanted a number")]
    NotANumber { name: &'static str, index: usize },
    /// A block length for which blocks cannot be drawn.
    #[error(
        "the block length is {block} for {rows} rows, wanted at least 1 and at most half the rows"
    )]
    InvalidBlock { block: usize, rows: usize },
    /// So few resamples that none lies beyond the ends of the interval.
    #[error(
        "{resamples} resamples are too few for the confidence level {confidence}, wanted at least \
         2 / (1 - {confidence}), so that one lies beyond each end; 1000 are usual"
    )]
    TooFewResamples { resamples: u32, confidence: f64 },
    /// A bin number outside the bins there are.
    #[error("the bin at index {index} is {bin}, wanted 1 to {n_bins}")]
    InvalidBin { index: usize, bin: u16, n_bins: u16 },
    /// A value that no arithmetic can be done with.
    #[error("the value of {name} at index {index} is {value}, wanted a finite number")]
    NotFinite { name: &'static str, index: usize, value: f64 },
    /// A value that something is divided by, or whose growth is asked for, is not above 0.
    #[error("the value of {name} at index {index} is {value}, wanted a number above 0")]
    NotPositive { name: &'static str, index: usize, value: f64 },
    /// Fewer values than the statistic needs.
    #[error("there are {found} values of {name}, wanted at least {wanted}: use a longer period")]
    TooFew { name: &'static str, found: usize, wanted: usize },
    /// Times that are not in order.
    #[error(
        "row {index} is not later than the row before it, wanted rows in order of time, each once"
    )]
    NotAscending { index: usize },
    /// Too short a time to speak of years.
    #[error(
        "{days} days are too few to annualise {name}, wanted at least {wanted}: ask for the value \
         anyhow, or use a longer period"
    )]
    TooShortToAnnualise { name: &'static str, days: usize, wanted: usize },
    /// A ratio of gain to loss, where nothing was lost.
    #[error("there is no {name} to divide by: the ratio has no value")]
    NothingToDivideBy { name: &'static str },
    /// An argument outside its range.
    #[error("{name} is {value}, wanted {wanted}")]
    InvalidArgument { name: &'static str, value: f64, wanted: &'static str },
    /// Too many resamples give the statistic no value: there is no interval.
    #[error(
        "the statistic has no value in {undefined} of {resamples} resamples, wanted at most one in \
         twenty: use a longer period"
    )]
    UndefinedInResamples { undefined: usize, resamples: u32 },
}
