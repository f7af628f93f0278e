//! Probabilities of several members for the same rows.

use crate::PoolError;

/// How far from 0 and 1 a probability is taken to be, before its logit.
const CLIP: f64 = 1e-6;

/// The logit of a probability, clipped to [1e-6, 1 − 1e-6].
#[must_use]
pub fn logit(probability: f64) -> f64 {
    let p = probability.clamp(CLIP, 1.0 - CLIP);
    (p / (1.0 - p)).ln()
}

/// The probability of a logit.
#[must_use]
pub fn probability(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// Rows that all members have, with their labels: checked, so that a pool can be fitted.
#[derive(Debug, Clone, Copy)]
pub struct MemberRows<'a> {
    members: &'a [&'a [f64]],
    labels: &'a [bool],
}

impl<'a> MemberRows<'a> {
    /// The probabilities of each member, a slice a member, and the labels of the rows.
    ///
    /// # Errors
    /// No member, another number of probabilities than labels, or a probability outside [0, 1].
    pub fn new(members: &'a [&'a [f64]], labels: &'a [bool]) -> Result<Self, PoolError> {
        if members.is_empty() {
            return Err(PoolError::NoMembers);
        }
        for (member, probabilities) in members.iter().enumerate() {
            if probabilities.len() != labels.len() {
                return Err(PoolError::Lengths {
                    member,
                    found: probabilities.len(),
                    wanted: labels.len(),
                });
            }
            // The negated range refuses NaN, too.
            if let Some(row) = probabilities.iter().position(|p| !(0.0..=1.0).contains(p)) {
                return Err(PoolError::Probability { member, row, found: probabilities[row] });
            }
        }
        Ok(Self { members, labels })
    }

    /// How many members.
    #[must_use]
    pub fn members(&self) -> usize {
        self.members.len()
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// Whether both outcomes occur.
    pub(crate) fn has_both_classes(&self) -> bool {
        self.labels.contains(&true) && self.labels.contains(&false)
    }

    pub(crate) fn labels(&self) -> &'a [bool] {
        self.labels
    }

    /// A row's probabilities, each through `map`.
    pub(crate) fn mapped(&self, map: fn(f64) -> f64) -> Vec<Vec<f64>> {
        let row = |row: usize| self.members.iter().map(|member| map(member[row])).collect();
        (0..self.rows()).map(row).collect()
    }
}

/// Log loss of a probability, in nats.
#[must_use]
pub fn log_loss(probability: f64, label: bool) -> f64 {
    let p = probability.clamp(CLIP, 1.0 - CLIP);
    if label { -p.ln() } else { -(-p).ln_1p() }
}
