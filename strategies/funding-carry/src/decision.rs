//! What is decided for a row.

use arrow::array::{Float64Array, StringArray};
use strategy_core::{Side, SignalColumn, SignalType};

/// A row's weights and what led to them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// What a short of the perpetual future is expected to receive over the horizon, the hedge's
    /// funding netted, as a fraction of one leg's notional.
    pub expected_funding: Option<f64>,
    /// A second opinion of the same, by which nothing is decided.
    pub autoregressive_funding: Option<f64>,
    /// What all four trades cost, as a fraction of one leg's notional.
    pub cost: f64,
    /// Log price of the perpetual future over that of the hedge.
    pub basis: f64,
    /// The position in the perpetual future: −1, 0, 1.
    pub position: f64,
    /// Why this one.
    pub reason: Reason,
}

/// Why a row's weights are what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Flat: there have been too few payments.
    History,
    /// Flat: the expected funding is less than what is asked for.
    Costs,
    /// Flat since a stop, until the funding that it was for is gone.
    Locked,
    /// A position is entered.
    Entered,
    /// It is held.
    Held,
    /// It is left: the expected funding has fallen.
    Left,
    /// It is stopped: the prices moved apart.
    BasisStop,
}

impl Reason {
    /// As the column `reason` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Costs => "costs",
            Self::Locked => "locked",
            Self::Entered => "entered",
            Self::Held => "held",
            Self::Left => "left",
            Self::BasisStop => "basis stop",
        }
    }
}

impl SignalType for Decision {
    fn side(&self) -> Side {
        match self.position {
            position if position > 0.0 => Side::Long,
            position if position < 0.0 => Side::Short,
            _ => Side::NoSignal,
        }
    }

    fn weight(&self, leg: usize) -> f64 {
        match leg {
            0 => self.position / 2.0,
            // Not its negative, which of 0 would be −0.
            1 => 0.0 - self.position / 2.0,
            _ => 0.0,
        }
    }

    fn columns(decisions: &[Self]) -> Vec<SignalColumn> {
        let column = |name, value: fn(&Self) -> Option<f64>| {
            SignalColumn::new(name, decisions.iter().map(value).collect::<Float64Array>())
        };
        let reasons = decisions.iter().map(|decision| decision.reason.name());
        vec![
            column("expected_funding", |decision| decision.expected_funding),
            column("autoregressive_funding", |decision| decision.autoregressive_funding),
            column("cost", |decision| Some(decision.cost)),
            column("basis", |decision| Some(decision.basis)),
            SignalColumn::new("reason", StringArray::from_iter_values(reasons)),
        ]
    }
}
