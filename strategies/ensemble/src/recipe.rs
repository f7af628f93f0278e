//! How the files of an ensemble's months are made, and what may be wrong with them.

use std::fmt;

use artifacts::{Difference, Made, Prospect, Recipe};
use pools::{MemberScores, MonthPools, PoolSettings, fit};
use serde::Serialize;
use strategy_core::YearMonth;

use crate::EnsembleError;

/// How the months of one ensemble are made.
#[derive(Debug, Clone, PartialEq)]
pub struct EnsembleRecipe {
    /// The dataset.
    pub dataset: String,
    /// The ensemble's name.
    pub name: String,
    /// How a month is fitted.
    pub settings: PoolSettings,
}

/// What a careful person wants to know of a month.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// The window says too little to weigh members by.
    PooledEqually {
        /// Why.
        reason: String,
    },
    /// A member could not be calibrated.
    LeftOut {
        /// Its run.
        member: String,
        /// Its labelled rows in the window.
        rows: usize,
    },
    /// A file that was kept was made with other settings than those asked for.
    KeptDiffers {
        /// What differs.
        differences: Vec<Difference>,
    },
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
                terminal::listed(differences, ", ")
            ),
        }
    }
}

impl Recipe for EnsembleRecipe {
    type Artifact = MonthPools;
    type Inputs = MemberScores;
    type Warning = Warning;
    type Error = EnsembleError;

    fn dataset(&self) -> &str {
        &self.dataset
    }

    fn run_name(&self) -> &str {
        &self.name
    }

    fn make(
        &self,
        inputs: &MemberScores,
        month: YearMonth,
    ) -> Result<Made<MonthPools, Warning>, EnsembleError> {
        let artifact = fit(inputs, month, &self.settings)?;
        let of_all = |subset: &&pools::Subset| subset.members.len() == artifact.members.len();
        let equally = artifact.subsets.iter().find(of_all).and_then(|all| all.fallback.clone());
        let left_out = artifact.members.iter().filter(|member| member.calibrator.is_none());
        let left_out = left_out
            .map(|member| Warning::LeftOut { member: member.run_name.clone(), rows: member.rows });
        let equally = equally.map(|reason| Warning::PooledEqually { reason });
        let warnings = equally.into_iter().chain(left_out).collect();
        Ok(Made { artifact, warnings })
    }

    /// What is there is fresh if fitting the month gives the same, whatever version made it.
    fn prospect(
        &self,
        inputs: &MemberScores,
        month: YearMonth,
        existing: Option<&MonthPools>,
    ) -> Prospect<EnsembleError> {
        Prospect::by_making(self, inputs, month, existing)
    }

    fn settings_differences(&self, existing: &MonthPools) -> Vec<Difference> {
        let PoolSettings { lookback_months, n_bins, penalty, .. } = &self.settings;
        let window = existing.month.plus_months(-i32::from(*lookback_months)).start();
        let bins = existing.subsets.first().map(|subset| subset.edges.n_bins().to_string());
        let from = existing.window_start.date_naive().to_string();
        Difference::between([
            ("penalty", existing.penalty.to_string(), penalty.to_string()),
            ("number of bins", bins.unwrap_or_default(), n_bins.to_string()),
            ("window from", from, window.date_naive().to_string()),
        ])
    }

    fn kept_differs(differences: Vec<Difference>) -> Warning {
        Warning::KeptDiffers { differences }
    }

    fn kind(error: &EnsembleError) -> &'static str {
        match error {
            EnsembleError::Artifact(error) => error.kind(),
            EnsembleError::ScoredLabels(error) => error.kind(),
            _ => "failed",
        }
    }

    fn of_run(run: String, source: EnsembleError) -> EnsembleError {
        EnsembleError::OfRun { run, source: Box::new(source) }
    }
}
