//! What can be wrong with a parameter, an input or a stored state.

use thiserror::Error;

use crate::Period;

/// Why an indicator cannot be made, fed or restored.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum IndicatorError {
    /// A number of rows that is no usable period.
    #[error("period {found}: wanted a whole number of rows from 1 to {}, such as 14", Period::MAX)]
    Period { found: String },
    /// A period that is valid elsewhere, but too short for this indicator.
    #[error("the {parameter} is {found}: wanted at least {wanted} rows")]
    PeriodTooShort { parameter: &'static str, found: Period, wanted: usize },
    /// The fast period is not shorter than the slow one.
    #[error("the fast period is {fast} and the slow period {slow}: wanted fast < slow; swap them")]
    FastNotBelowSlow { fast: Period, slow: Period },
    /// A factor that is no usable width of a band.
    #[error("multiplier {found}: wanted a number above 0 and at most 1e6, such as 2")]
    Multiplier { found: String },
    /// An input is NaN, infinite or out of range. The indicator is as it was before.
    #[error(
        "{name} = {found}: wanted a finite number between -1e100 and 1e100; correct the row or \
         leave it out"
    )]
    Value { name: &'static str, found: f64 },
    /// A candle's high lies below its low. The indicator is as it was before.
    #[error(
        "high = {high} lies below low = {low}: wanted high ≥ low; are the columns in the order \
         high, low, close?"
    )]
    HighBelowLow { high: f64, low: f64 },
    /// A row of a batch is bad. The indicator has taken the rows before it, and not this one.
    #[error("row {row} (counted from 0) cannot be used")]
    Row {
        row: usize,
        #[source]
        source: Box<IndicatorError>,
    },
    /// A stored state that no indicator can be in.
    #[error(
        "the stored state contradicts itself: {part} is {found}, wanted {wanted}; start from the \
         rows again"
    )]
    State { part: &'static str, found: String, wanted: String },
}

impl IndicatorError {
    pub(crate) fn state(
        part: &'static str,
        found: &(impl ToString + ?Sized),
        wanted: &(impl ToString + ?Sized),
    ) -> IndicatorError {
        IndicatorError::State { part, found: found.to_string(), wanted: wanted.to_string() }
    }
}
