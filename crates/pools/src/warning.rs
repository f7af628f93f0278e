//! What may be wrong with the pools of a month, and what they were made with.

use std::fmt;

use artifacts::Difference;
use serde::Serialize;
use terminal::listed;

use crate::fit::PoolSettings;
use crate::month::MonthPools;

/// What a careful person wants to know of a month.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum Warning {
    /// The window says too little to weigh members by.
    PooledEqually { reason: String },
    /// A member could not be calibrated.
    LeftOut { member: String, rows: usize },
    /// A file that was kept was made with other settings than those asked for.
    KeptDiffers { differences: Vec<Difference> },
}

impl Warning {
    /// What to say of a month that was just fitted.
    #[must_use]
    pub fn about(month: &MonthPools) -> Vec<Self> {
        let all = month.largest().filter(|subset| subset.members.len() == month.members.len());
        let reason = all.and_then(|all| all.fallback.clone());
        let left_out = month.members.iter().filter(|member| member.calibrator.is_none());
        let left_out = left_out
            .map(|member| Self::LeftOut { member: member.run_name.clone(), rows: member.rows });
        reason.map(|reason| Self::PooledEqually { reason }).into_iter().chain(left_out).collect()
    }
}

impl MonthPools {
    /// Where it was made with other settings than these.
    #[must_use]
    pub fn differences(&self, settings: &PoolSettings) -> Vec<Difference> {
        let window = self.month.plus_months(-i32::from(settings.lookback_months)).start();
        let bins = self.subsets.first().map(|subset| subset.edges.n_bins().to_string());
        let (from, wanted) = (self.window_start.date_naive(), window.date_naive());
        Difference::between([
            ("penalty", self.penalty.to_string(), settings.penalty.to_string()),
            ("number of bins", bins.unwrap_or_default(), settings.n_bins.to_string()),
            ("window from", from.to_string(), wanted.to_string()),
        ])
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PooledEqually { reason } => write!(f, "pooled equally: {reason}"),
            Self::LeftOut { member, rows } => {
                write!(f, "{member} is left out: {rows} labelled rows in the window, or one class")
            }
            Self::KeptDiffers { differences } => write!(
                f,
                "the ensemble that was kept is not the one asked for ({}); --overwrite makes it anew",
                listed(differences, ", ")
            ),
        }
    }
}
