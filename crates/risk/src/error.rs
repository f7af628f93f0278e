//! What this crate refuses.

use thiserror::Error;

use crate::limits::Step;

/// Everything that cannot be, and what would. Rows and steps count from 1.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum RiskError {
    /// A parameter that cannot be.
    #[error("{name} is {found}{hint}: give {wanted}")]
    Parameter { name: &'static str, found: f64, wanted: &'static str, hint: String },
    /// Payoffs without a loss.
    #[error(
        "no payoff is a loss: growth rises with the size without end, so there is no best size"
    )]
    NoLoss,
    /// A limit that another one keeps from ever acting.
    #[error(
        "{name} of {found} is above {other} of {limit}, so it can never act: lower it, or switch it off"
    )]
    Contradiction { name: &'static str, found: f64, other: &'static str, limit: f64 },
    /// Steps of a ladder out of order.
    #[error(
        "step {step} of the drawdown ladder is {} × {}, after {} × {}: drawdowns must ascend and factors \
         fall",
        found.drawdown, found.factor, before.drawdown, before.factor
    )]
    Ladder { step: usize, before: Step, found: Step },
    /// Sizing by Kelly without anything known of the trade.
    #[error(
        "payoff-kelly needs an outlook, what the strategy knows of its trades' payoffs, and the decision at \
         {time} has none: use another sizer; for ml-calibrated-bins, rebuild that month's bins with candles \
         and out-of-sample predictions"
    )]
    NoOutlook { time: String },
    /// Sizing by the stop's distance without a stop.
    #[error(
        "fixed-fraction sizes by the stop's distance, and {side} trades have no stop: give --stop-loss"
    )]
    NoStop { side: &'static str },
    /// Rows that are not those whose market was worked out before.
    #[error(
        "row {row} of the account is not that row of the history whose market it shares: feed that history \
         from its first row on"
    )]
    OtherRows { row: usize },
    /// A quantity for several instruments.
    #[error(
        "fixed-quantity is for one instrument, and there are {instruments}: use fixed-notional"
    )]
    SeveralInstruments { instruments: usize },
}

impl RiskError {
    pub(crate) fn parameter(name: &'static str, found: f64, wanted: &'static str) -> Self {
        Self::Parameter { name, found, wanted, hint: String::new() }
    }

    /// What a fraction may have meant that was given in percent.
    pub(crate) fn percent(found: f64) -> String {
        if found > 0.0 && found.is_finite() {
            format!(" (did you mean {}?)", found / 100.0)
        } else {
            String::new()
        }
    }
}
