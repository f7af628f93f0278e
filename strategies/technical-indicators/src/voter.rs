//! What the indicators have in common: they look at a close and take a side.

use std::fmt;

use indicators::IndicatorError;
use strategy_core::Side;

/// The values that the indicators show beside the signal; none where they are not defined or not in
/// use.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) rsi: Option<f64>,
    pub(crate) macd: Option<f64>,
    pub(crate) macd_signal: Option<f64>,
    pub(crate) macd_histogram: Option<f64>,
    pub(crate) bollinger_upper: Option<f64>,
    pub(crate) bollinger_middle: Option<f64>,
    pub(crate) bollinger_lower: Option<f64>,
}

/// An indicator with a rule.
pub(crate) trait Voter: fmt::Debug {
    /// Takes the next close, shows its values, and takes a side; [`Side::NoSignal`] is to abstain, as
    /// it does until the indicator is defined.
    fn vote(&mut self, close: f64, shown: &mut Shown) -> Result<Side, IndicatorError>;

    /// How many rows, from the first, it shows nothing for.
    fn warm_up(&self) -> usize;
}
