//! `list`, `inspect`, `verify`: the files of months.

use artifacts::{MonthFilter, Proof, ReportFormat, inspect, list};
use clap::Args;
use scored_labels::read_members;
use strategy_core::{Console, YearMonth};

use super::fit_args::FitArgs;
use crate::{EnsembleError, PoolArgs};

/// Which ensemble's files.
#[derive(Debug, Clone, Args)]
struct StoreArgs {
    #[command(flatten)]
    pooling: PoolArgs,

    /// Dataset [default: the only one that has files of this ensemble]
    #[arg(long, value_name = "NAME", env = "RUNNER_DATASET")]
    dataset: Option<String>,
}

/// Flags of `list`.
#[derive(Debug, Clone, Args)]
#[group(skip)] // its name is that of the flags inside
pub struct ListArgs {
    #[command(flatten)]
    store: StoreArgs,

    #[command(flatten)]
    list: artifacts::ListArgs,
}

/// Flags of `inspect`.
#[derive(Debug, Clone, Args)]
pub struct InspectArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// Month to show [default: the newest]
    #[arg(long, value_name = "MONTH")]
    bin_month: Option<YearMonth>,
}

/// Flags of `verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    fit: FitArgs,

    /// How to print the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
}

impl ListArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let StoreArgs { pooling, dataset } = self.store;
        let choice = pooling.choice(dataset.as_deref())?;
        Ok(list(&pooling.store(), &choice, &self.list, console)?)
    }
}

impl InspectArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let StoreArgs { pooling, dataset } = self.store;
        let choice = pooling.choice(dataset.as_deref())?;
        Ok(inspect(&pooling.store(), &choice, self.bin_month, console)?)
    }
}

impl VerifyArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let (sources, members) = self.fit.sources(console)?;
        let (scores, _) = read_members(&sources, &members)?;
        let recipe = self.fit.recipe(&scores.dataset)?;
        let (dataset, run_name) = (Some(recipe.dataset.clone()), Some(recipe.name.clone()));
        let filter = MonthFilter { dataset, run_name, ..MonthFilter::default() };
        let store = self.fit.pooling.store();
        let mut proof = Proof::of(&[(store.clone(), filter)])?;
        proof.prove(store.root(), &recipe, &scores);
        proof.report(self.format, console)?;
        Ok(())
    }
}
