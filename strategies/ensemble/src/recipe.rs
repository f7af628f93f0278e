//! How the files of an ensemble's months are made, and what may be wrong with them.

use std::fmt;

use artifacts::{Difference, Made, Prospect, Recipe, Reproduced};
use scored_labels::MemberScores;
use serde::Serialize;
use strategy_core::YearMonth;

use crate::fit::{Settings, fit};
use crate::{EnsembleError, MonthEnsemble};

/// How the months of one ensemble are made.
#[derive(Debug, Clone, PartialEq)]
pub struct EnsembleRecipe {
    /// The dataset.
    pub dataset: String,
    /// The ensemble's name.
    pub name: String,
    /// How a month is fitted.
    pub settings: Settings,
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

fn warnings(month: &MonthEnsemble) -> Vec<Warning> {
    let all = month.subsets.iter().filter(|subset| subset.members.len() == month.members.len());
    let equally = all.filter_map(|subset| subset.fallback.clone());
    let left_out = month.members.iter().filter(|member| member.calibrator.is_none());
    equally
        .map(|reason| Warning::PooledEqually { reason })
        .chain(
            left_out.map(|member| Warning::LeftOut {
                member: member.run_name.clone(),
                rows: member.rows,
            }),
        )
        .collect()
}

impl Recipe for EnsembleRecipe {
    type Artifact = MonthEnsemble;
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
    ) -> Result<Made<MonthEnsemble, Warning>, EnsembleError> {
        let artifact = fit(inputs, month, &self.settings)?;
        let warnings = warnings(&artifact);
        Ok(Made { artifact, warnings })
    }

    /// Fits the month: what is there is fresh if it is the same, whatever version made it.
    fn prospect(
        &self,
        inputs: &MemberScores,
        month: YearMonth,
        existing: Option<&MonthEnsemble>,
    ) -> Prospect<EnsembleError> {
        let (differences, obstacle) = match (fit(inputs, month, &self.settings), existing) {
            (Ok(made), Some(existing)) => match reproduced(existing, made) {
                Ok(Reproduced::Same) => (Vec::new(), None),
                Ok(Reproduced::Different(differences)) => (differences, None),
                Err(error) => (Vec::new(), Some(error)),
            },
            (Ok(_), None) => (Vec::new(), None),
            (Err(error), existing) => {
                let differ = existing.map(|existing| self.settings_differences(existing));
                (differ.unwrap_or_default(), Some(error))
            }
        };
        Prospect { differences, in_sample_rows: 0, obstacle }
    }

    fn settings_differences(&self, existing: &MonthEnsemble) -> Vec<Difference> {
        let Settings { lookback_months, n_bins, penalty, .. } = &self.settings;
        let window = existing.month.plus_months(-i32::from(*lookback_months)).start();
        let bins = existing.subsets.first().map_or(0, |subset| subset.edges.len() + 1);
        Difference::between([
            ("penalty", existing.penalty.to_string(), penalty.to_string()),
            ("number of bins", bins.to_string(), n_bins.to_string()),
            (
                "window from",
                existing.window_start.date_naive().to_string(),
                window.date_naive().to_string(),
            ),
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

/// What `made` is, compared with what is there; another version of the program makes no difference.
pub(crate) fn reproduced(
    existing: &MonthEnsemble,
    made: MonthEnsemble,
) -> Result<Reproduced, EnsembleError> {
    let software_version = existing.software_version.clone();
    Reproduced::compare(existing, &MonthEnsemble { software_version, ..made })
}
