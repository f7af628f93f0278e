//! The parameters: one definition gives the flags, the keys of `runner.toml` and the defaults.

use std::path::PathBuf;

use artifacts::{MonthStore, RunChoice};
use clap::Args;
use evaluation::SignalRule;
use pools::{MonthPools, PoolError, PoolKind, pool_name, sorted_members};

/// Which members, how they are pooled, and where the files of months are.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct PoolArgs {
    /// Runs of the members, two to eight [default: the three of the sample]
    #[arg(long, value_name = "RUN", env = "RUNNER_MEMBERS", num_args = 1.., value_delimiter = ',', default_values_t = sample::Instrument::Btc.run_names())]
    pub members: Vec<String>,

    /// How the members' probabilities are pooled
    #[arg(long, value_enum, value_name = "POOL", env = "RUNNER_POOL", default_value_t)]
    pub pool: PoolKind,

    /// Folder of the files of months
    #[arg(
        long,
        value_name = "FOLDER",
        env = "RUNNER_ENSEMBLE_ROOT",
        default_value = "data/ensemble"
    )]
    pub ensemble_root: PathBuf,
}

/// The strategy's parameters.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Config {
    /// Whom to pool
    #[command(flatten)]
    pub pooling: PoolArgs,

    /// No decision for rows with scores of fewer members
    #[arg(long, value_name = "N", env = "RUNNER_MIN_MEMBERS", default_value = "2")]
    pub min_members: usize,

    /// Which bins are traded
    #[command(flatten)]
    pub rule: SignalRule,
}

impl PoolArgs {
    /// What the ensemble's files are kept under beside the dataset: the pool, and a hash of the members.
    ///
    /// # Errors
    /// Fewer than two members, more than eight, or one twice.
    pub fn name(&self) -> Result<String, PoolError> {
        let members = sorted_members(&self.members)?;
        Ok(pool_name(self.pool, members.iter().map(String::as_str)))
    }

    /// The files of months, of this ensemble and others.
    #[must_use]
    pub fn store(&self) -> MonthStore<MonthPools> {
        MonthStore::new(&self.ensemble_root)
    }

    /// Those of this ensemble, on `dataset` if it is named.
    ///
    /// # Errors
    /// As [`name`](Self::name).
    pub fn choice(&self, dataset: Option<&str>) -> Result<RunChoice, PoolError> {
        Ok(RunChoice { dataset: dataset.map(str::to_owned), run_name: Some(self.name()?) })
    }
}
