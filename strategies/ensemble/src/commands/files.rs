//! `list`, `inspect`, `verify`: the files of months.

use artifacts::{MonthFilter, MonthKey, MonthStore, Proof, ReportFormat, RunChoice, Shown};
use clap::Args;
use rayon::prelude::*;
use strategy_core::{Console, YearMonth};

use super::sources::FitArgs;
use crate::config::PoolArgs;
use crate::fit::fit;
use crate::recipe::reproduced;
use crate::{EnsembleError, MonthEnsemble};

/// Which ensemble's files.
#[derive(Debug, Clone, Args)]
struct StoreArgs {
    #[command(flatten)]
    pooling: PoolArgs,

    /// Dataset [default: the only one that has files of this ensemble]
    #[arg(long, value_name = "NAME", env = "RUNNER_DATASET")]
    dataset: Option<String>,
}

impl StoreArgs {
    fn place(self) -> Result<(MonthStore<MonthEnsemble>, RunChoice), EnsembleError> {
        let run_name = Some(self.pooling.name()?);
        let choice = RunChoice { dataset: self.dataset, run_name };
        Ok((MonthStore::new(self.pooling.ensemble_root), choice))
    }
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
        let (store, choice) = self.store.place()?;
        Ok(artifacts::list(&store, &choice, &self.list, console)?)
    }
}

impl InspectArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let (store, choice) = self.store.place()?;
        let (dataset, name) = choice.settle(&store)?;
        let newest = store.months(&dataset, &name)?.last().copied();
        let month = self.bin_month.or(newest).ok_or_else(|| choice.no_files(&store))?;
        let ensemble = store.load(&MonthKey::new(dataset, name, month)?)?;
        Ok(ensemble.write(console.out)?)
    }
}

impl VerifyArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let scores = self.fit.read(console)?;
        let (dataset, name) = (&scores.dataset, self.fit.pooling.name()?);
        let root = &self.fit.pooling.ensemble_root;
        let filter = MonthFilter {
            dataset: Some(dataset.clone()),
            run_name: Some(name.clone()),
            ..MonthFilter::default()
        };
        let mut proof = Proof::of(&[(MonthStore::<MonthEnsemble>::new(root), filter)])?;
        let settings = self.fit.settings(self.fit.pooling.pool);
        let stored = proof.unproven(root, Some(dataset), Some(&name));
        let again = |(place, stored): (usize, &MonthEnsemble)| {
            let made = fit(&scores, stored.month, &settings);
            let compared = made.and_then(|made| reproduced(stored, made));
            (place, compared.map_err(|error| terminal::error_chain(&error)))
        };
        let results: Vec<_> = stored.into_par_iter().map(again).collect();
        for (place, result) in results {
            proof.settle(place, result);
        }
        proof.report(self.format, console)?;
        Ok(())
    }
}
