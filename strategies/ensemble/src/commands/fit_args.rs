//! The flags of commands that read the members' scores.

use binning::BinCount;
use clap::Args;
use market_data::DataFlags;
use pools::{PoolKind, PoolSettings, sorted_members};
use scored_labels::Sources;
use strategy_core::Console;

use crate::{EnsembleError, EnsembleRecipe, PoolArgs};

/// Whose scores, and how they are fitted.
#[derive(Debug, Clone, Args)]
pub(super) struct FitArgs {
    #[command(flatten)]
    pub(super) pooling: PoolArgs,

    /// Dataset that the members predict [default: the only one]
    #[arg(long, value_name = "NAME", env = "RUNNER_DATASET")]
    dataset: Option<String>,

    /// Target of the members [default: the one in the first run's name]
    #[arg(long, value_name = "KEY", env = "RUNNER_TARGET_KEY")]
    target_key: Option<String>,

    /// Months of history to fit on
    #[arg(long, value_name = "N", env = "RUNNER_LOOKBACK_MONTHS", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=1200))]
    pub(super) lookback_months: u16,

    /// Number of quantile bins
    #[arg(long, value_name = "N", env = "RUNNER_N_BINS", default_value = "20")]
    n_bins: BinCount,

    /// Penalty that pulls the logit pool's weights towards equal ones
    #[arg(long, value_name = "LAMBDA", env = "RUNNER_POOL_PENALTY", default_value = "100", value_parser = penalty)]
    pool_penalty: f64,

    #[command(flatten)]
    pub(super) data: DataFlags,
}

fn penalty(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "wanted a number of at least 0, as in 100".to_owned())
}

impl FitArgs {
    /// Where all of it is, and whose scores are meant.
    pub(super) fn sources(
        &self,
        console: &mut Console<'_>,
    ) -> Result<(Sources, Vec<String>), EnsembleError> {
        let members = sorted_members(&self.pooling.members)?;
        let found = Sources::of_models(&self.data, self.dataset.as_deref(), console.err)?;
        Ok((Sources { target_key: self.target_key.clone(), ..found }, members))
    }

    /// How the months of the ensemble on `dataset` are made.
    pub(super) fn recipe(&self, dataset: &str) -> Result<EnsembleRecipe, EnsembleError> {
        let (dataset, name) = (dataset.to_owned(), self.pooling.name()?);
        Ok(EnsembleRecipe { dataset, name, settings: self.settings(self.pooling.pool) })
    }

    pub(super) fn settings(&self, pool: PoolKind) -> PoolSettings {
        let (n_bins, penalty) = (self.n_bins, self.pool_penalty);
        PoolSettings { lookback_months: self.lookback_months, n_bins, pool, penalty }
    }
}
