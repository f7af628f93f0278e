//! Which way the mean has been going.

use indicators::{Indicator, IndicatorError, Period, Sma};
use strategy_core::Side;

/// The mean of the z-score's window against that of a longer one.
#[derive(Debug)]
pub(crate) struct Trend {
    short: Sma,
    long: Sma,
}

impl Trend {
    pub(crate) fn new(short: Period, long: Period) -> Self {
        Self { short: Sma::new(short), long: Sma::new(long) }
    }

    /// Takes the next price; how far the short mean lies above the long one, as a fraction of it.
    pub(crate) fn update(&mut self, price: f64) -> Result<Option<f64>, IndicatorError> {
        let short = self.short.update(price)?;
        let long = self.long.update(price)?;
        Ok(short.zip(long).map(|(short, long)| short / long - 1.0))
    }
}

/// Whether a position on this side goes with the trend; with none known, no position does.
pub(crate) fn allows(trend: Option<f64>, side: Side) -> bool {
    trend.is_some_and(|trend| match side {
        Side::Long => trend > 0.0,
        Side::Short => trend < 0.0,
        Side::NoSignal => true,
    })
}
