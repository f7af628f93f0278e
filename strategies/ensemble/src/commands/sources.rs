//! The flags of commands that read the members' scores.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use binning::BinCount;
use chrono::{DateTime, Utc};
use clap::Args;
use market_data::{DataFlags, TimeRange};
use scored_labels::{MemberScores, Sources};
use strategy_core::Console;

use crate::EnsembleError;
use crate::config::{PoolArgs, PoolKind};
use crate::fit::Settings;

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
    data: DataFlags,
}

fn penalty(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "wanted a number of at least 0, as in 100".to_owned())
}

impl FitArgs {
    /// All that the members predicted, with labels.
    pub(super) fn read(&self, console: &mut Console<'_>) -> Result<MemberScores, EnsembleError> {
        let (sources, members) = self.sources(console)?;
        Ok(MemberScores::read(&sources, &members, TimeRange::ALL)?)
    }

    /// The files that are named.
    pub(super) fn data_files(&self) -> Vec<PathBuf> {
        let data = &self.data;
        [&data.pred_duckdb, &data.ohlcv_duckdb].into_iter().flatten().cloned().collect()
    }

    /// How long to wait for a file or a folder that another process is writing to.
    pub(super) fn lock_timeout(&self) -> Duration {
        self.data.lock_timeout
    }

    /// Where all of it is, and whose scores are meant.
    pub(super) fn sources(
        &self,
        console: &mut Console<'_>,
    ) -> Result<(Sources, Vec<String>), EnsembleError> {
        let members = self.pooling.sorted()?;
        let dataset = self.dataset.as_deref();
        let found = Sources::of_models(&self.data, dataset, console.err)?;
        let sources = Sources { target_key: self.target_key.clone(), ..found };
        Ok((sources, members))
    }

    pub(super) fn settings(&self, pool: PoolKind) -> Settings {
        Settings {
            lookback_months: self.lookback_months,
            n_bins: self.n_bins,
            pool,
            penalty: self.pool_penalty,
        }
    }

    /// From the first to the last prediction of any member.
    pub(super) fn span(scores: &MemberScores) -> Option<RangeInclusive<DateTime<Utc>>> {
        let at = |time: Option<&i64>| DateTime::from_timestamp_micros(*time?);
        Some(at(scores.timestamps.first())?..=at(scores.timestamps.last())?)
    }
}
