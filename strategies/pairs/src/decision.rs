//! What is decided for a row.

use arrow::array::{Float64Array, StringArray};
use strategy_core::{Side, SignalColumn, SignalType};

/// A row's weights and what led to them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// The hedge ratio, β; none before the first fit.
    pub hedge_ratio: Option<f64>,
    /// The p-value of "not cointegrated" at the last fit.
    pub p_value: Option<f64>,
    /// The half-life of the spread at the last fit, in rows.
    pub half_life: Option<f64>,
    /// Standard deviations that the spread lies from its line.
    pub z: Option<f64>,
    /// Weights of the own instrument and of the other.
    pub weights: [f64; 2],
    /// Why these.
    pub reason: Reason,
}

/// Why a row's weights are what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Flat: the window has not filled, or its fit failed.
    NoFit,
    /// Flat: the p-value is too high.
    NotCointegrated,
    /// Flat: the spread comes back too slowly, too fast to be true, or not at all.
    HalfLife,
    /// Flat: the hedge ratio is not above 0.
    HedgeRatio,
    /// Flat: no threshold earns the costs.
    Costs,
    /// Flat since a stop, until the spread is back at its line.
    Locked,
    /// Flat: the spread lies near its line.
    NearLine,
    /// Flat: it lies beyond where a position would be stopped.
    BeyondStop,
    /// A position is entered.
    Entered,
    /// It is held.
    Held,
    /// It is left: the spread is back.
    Left,
    /// It is stopped: the spread went further away.
    StopZ,
    /// It is stopped: it took too long.
    StopTime,
    /// It is stopped: a new fit finds no cointegration.
    StopP,
}

impl Reason {
    /// As the column `reason` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoFit => "no fit",
            Self::NotCointegrated => "not cointegrated",
            Self::HalfLife => "half-life",
            Self::HedgeRatio => "hedge ratio",
            Self::Costs => "costs",
            Self::Locked => "locked",
            Self::NearLine => "near line",
            Self::BeyondStop => "beyond stop",
            Self::Entered => "entered",
            Self::Held => "held",
            Self::Left => "left",
            Self::StopZ => "stop z",
            Self::StopTime => "stop time",
            Self::StopP => "stop p-value",
        }
    }
}

impl SignalType for Decision {
    fn side(&self) -> Side {
        match self.weights[0] {
            weight if weight > 0.0 => Side::Long,
            weight if weight < 0.0 => Side::Short,
            _ => Side::NoSignal,
        }
    }

    fn weight(&self, leg: usize) -> f64 {
        self.weights.get(leg).copied().unwrap_or(0.0)
    }

    fn columns(decisions: &[Self]) -> Vec<SignalColumn> {
        let column = |name, value: fn(&Self) -> Option<f64>| {
            SignalColumn::new(name, decisions.iter().map(value).collect::<Float64Array>())
        };
        let reasons = decisions.iter().map(|decision| decision.reason.name());
        vec![
            column("hedge_ratio", |decision| decision.hedge_ratio),
            column("p_value", |decision| decision.p_value),
            column("half_life", |decision| decision.half_life),
            column("z", |decision| decision.z),
            SignalColumn::new("reason", StringArray::from_iter_values(reasons)),
        ]
    }
}
