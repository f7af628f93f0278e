//! `rebuild`: fit months and store them.

use std::path::PathBuf;
use std::time::Duration;

use artifacts::{BackfillArgs, OpenRun, RebuildCall};
use clap::Args;
use scored_labels::{MonthArgs, months_of_members, read_members};
use strategy_core::Console;

use super::fit_args::FitArgs;
use crate::{EnsembleError, EnsembleRecipe};

/// Flags of `rebuild`.
#[derive(Debug, Clone, Args)]
pub struct RebuildArgs {
    #[command(flatten)]
    fit: FitArgs,

    #[command(flatten)]
    months: MonthArgs,

    #[command(flatten)]
    backfill: BackfillArgs,
}

impl RebuildCall for RebuildArgs {
    type Recipe = EnsembleRecipe;

    fn backfill(&self) -> &BackfillArgs {
        &self.backfill
    }

    fn named(&self) -> String {
        self.fit.pooling.pool.to_string()
    }

    fn data_files(&self) -> Vec<PathBuf> {
        self.fit.data.files().collect()
    }

    fn lock_timeout(&self) -> Duration {
        self.fit.data.lock_timeout
    }

    fn open(&self, console: &mut Console<'_>) -> Result<OpenRun<EnsembleRecipe>, EnsembleError> {
        let (sources, members) = self.fit.sources(console)?;
        let (scores, _) = read_members(&sources, &members)?;
        let lookback = self.fit.lookback_months;
        let choose = |span: &_| self.months.of_span(span, lookback);
        Ok(OpenRun {
            recipe: self.fit.recipe(&scores.dataset)?,
            root: self.fit.pooling.ensemble_root.clone(),
            months: Ok(months_of_members(&scores, lookback, choose)?),
            // Read again: what replaces a file must be newer than the lock.
            read: Box::new(move |_| Ok(read_members(&sources, &members)?.0)),
        })
    }
}
