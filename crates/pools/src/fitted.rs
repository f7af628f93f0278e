//! A fitted pool of whatever kind.

use serde::{Deserialize, Serialize};

use crate::{BetaLinearPool, LinearPool, LogitPool};

/// A pool with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fitted {
    /// A weighted sum of logits.
    LogitPool(LogitPool),
    /// A weighted mean of probabilities.
    Linear(LinearPool),
    /// The same, sharpened.
    BetaLinear(BetaLinearPool),
}

impl Fitted {
    /// The pooled probability of a row.
    #[must_use]
    pub fn pool(&self, probabilities: &[f64]) -> f64 {
        match self {
            Self::LogitPool(pool) => pool.pool(probabilities),
            Self::Linear(pool) => pool.pool(probabilities),
            Self::BetaLinear(pool) => pool.pool(probabilities),
        }
    }

    /// The members' weights.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        match self {
            Self::LogitPool(pool) => &pool.weights,
            Self::Linear(pool) => &pool.weights,
            Self::BetaLinear(pool) => &pool.weights,
        }
    }
}
