//! The instruments that a strategy trades, and what it knows of its edge.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One instrument that a strategy trades.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Leg {
    /// The instrument's dataset; `None` is the one that the strategy runs on.
    pub dataset: Option<String>,
}

impl Leg {
    /// The instrument that the strategy runs on.
    pub const OWN: Self = Self { dataset: None };

    /// Another instrument.
    pub fn of_dataset(dataset: impl Into<String>) -> Self {
        Self { dataset: Some(dataset.into()) }
    }

    /// The column of the leg's weight: `target`, or `target@dataset`.
    pub fn column(&self) -> String {
        match &self.dataset {
            None => "target".to_owned(),
            Some(dataset) => format!("target@{dataset}"),
        }
    }
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.dataset.as_deref().unwrap_or("own instrument"))
    }
}

/// What a decision knows of the trade that it asks for. Payoffs are gross, as fractions of the entry
/// price, positive in the trade's favour.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// Mean payoff.
    pub mean: f64,
    /// Mean squared payoff.
    pub second_moment: f64,
    /// Standard error of the mean.
    pub standard_error: f64,
    /// Effective number of observations: overlapping trades count as less than one each.
    pub effective_n: f64,
    /// Mean payoff of all rows of the side, whatever the bin: what few observations are shrunk to.
    pub side_mean: f64,
    /// Mean holding time, in rows.
    pub mean_duration: f64,
}
