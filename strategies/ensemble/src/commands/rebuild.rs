//! `rebuild`: fit months and store them.

use std::path::PathBuf;
use std::time::Duration;

use artifacts::{BackfillArgs, OpenRun, RebuildCall};
use clap::Args;
use market_data::TimeRange;
use strategy_core::{Console, YearMonth};

use super::sources::FitArgs;
use crate::members::MemberScores;
use crate::{EnsembleError, EnsembleRecipe};

/// Flags of `rebuild`.
#[derive(Debug, Clone, Args)]
pub struct RebuildArgs {
    #[command(flatten)]
    fit: FitArgs,

    /// Months to fit, as in 2025-11 [default: the month of the newest prediction]
    #[arg(long, value_name = "MONTH", num_args = 1.., conflicts_with_all = ["from", "to"])]
    bin_month: Vec<YearMonth>,

    /// First of a range of months
    #[arg(long, value_name = "MONTH")]
    from: Option<YearMonth>,

    /// Last of a range of months
    #[arg(long, value_name = "MONTH")]
    to: Option<YearMonth>,

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
        let sources = self.fit.sources(console)?;
        let scores = MemberScores::read(&sources, TimeRange::ALL)?;
        let (first, last) = self.fit.months(&scores, self.from, self.to);
        let months = match (self.bin_month.is_empty(), self.from, self.to) {
            (false, _, _) => self.bin_month.clone(),
            (true, None, None) => vec![last],
            _ => first.through(last).collect(),
        };
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
            read: Box::new(move |_| MemberScores::read(&sources, TimeRange::ALL)),
        })
    }
}
