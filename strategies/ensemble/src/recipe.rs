//! How the files of an ensemble's months are made.

use artifacts::{Difference, Made, Prospect, Recipe};
use pools::{MemberScores, MonthPools, PoolSettings, Warning, fit};
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
        let warnings = Warning::about(&artifact);
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
        existing.differences(&self.settings)
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
}
