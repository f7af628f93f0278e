//! Which pool.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// How the members' probabilities are pooled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PoolKind {
    /// A weighted sum of logits, held close to equal weights
    #[default]
    LogitPool,
    /// The mean of logits
    Equal,
    /// A weighted mean of probabilities
    Linear,
    /// A weighted mean of probabilities, sharpened by a beta distribution
    BetaLinear,
    /// Weights that follow the members' losses, label by label, by Hedge
    Hedge,
    /// Weights that follow the members' losses, label by label, by Bernstein online aggregation
    Boa,
    /// The majority of the members' own bins decides; the probability is the mean of logits
    Vote,
}

impl PoolKind {
    /// Whether its weights change within a month.
    #[must_use]
    pub fn is_online(self) -> bool {
        matches!(self, Self::Hedge | Self::Boa)
    }
}

impl fmt::Display for PoolKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.to_possible_value().as_ref().map_or("", |value| value.get_name()))
    }
}
