//! `rebuild`: fit months and store them.

use std::path::PathBuf;
use std::time::Duration;

use artifacts::{BackfillArgs, OpenRun, RebuildCall};
use clap::Args;
use market_data::TimeRange;
use scored_labels::{MemberScores, MonthArgs};
use strategy_core::Console;

use super::sources::FitArgs;
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
        self.fit.data_files()
    }

    fn lock_timeout(&self) -> Duration {
        self.fit.lock_timeout()
    }

    fn open(&self, console: &mut Console<'_>) -> Result<OpenRun<EnsembleRecipe>, EnsembleError> {
        let (sources, members) = self.fit.sources(console)?;
        let scores = MemberScores::read(&sources, &members, TimeRange::ALL)?;
        let months = match FitArgs::span(&scores) {
            Some(span) => self.months.of_span(&span, self.fit.lookback_months)?,
            None => Vec::new(),
        };
        if months.is_empty() {
            return Err(EnsembleError::NoFullWindow { lookback_months: self.fit.lookback_months });
        }
        let pooling = &self.fit.pooling;
        Ok(OpenRun {
            recipe: EnsembleRecipe {
                dataset: scores.dataset,
                name: pooling.name()?,
                settings: self.fit.settings(pooling.pool),
            },
            root: pooling.ensemble_root.clone(),
            months: Ok(months),
            // Read again: what replaces a file must be newer than the lock.
            read: Box::new(move |_| Ok(MemberScores::read(&sources, &members, TimeRange::ALL)?)),
        })
    }
}
