//! The parameters: one definition gives the flags, the keys of `runner.toml` and the defaults.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::EnsembleError;

/// Which members, how they are pooled, and where the files of months are.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct PoolArgs {
    /// Runs of the members, two to eight [default: the three of the sample]
    #[arg(
        long,
        value_name = "RUN",
        env = "RUNNER_MEMBERS",
        num_args = 1..,
        value_delimiter = ',',
        default_values_t = sample::Instrument::Btc.run_names()
    )]
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
    pub thresholds: Thresholds,
}

/// Which bins are long and which short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub struct Thresholds {
    /// Smallest bin that is long
    #[arg(
        id = "long_bin_threshold",
        long = "long-bin-threshold",
        value_name = "BIN",
        env = "RUNNER_LONG_BIN_THRESHOLD",
        default_value = "19"
    )]
    pub long: u16,

    /// Largest bin that is short
    #[arg(
        id = "short_bin_threshold",
        long = "short-bin-threshold",
        value_name = "BIN",
        env = "RUNNER_SHORT_BIN_THRESHOLD",
        default_value = "2"
    )]
    pub short: u16,
}

impl Thresholds {
    /// Refuses thresholds that leave a side without a bin, of `bins` where it is known how many there are.
    ///
    /// # Errors
    /// [`EnsembleError::Thresholds`].
    pub fn check(self, bins: Option<u16>) -> Result<(), EnsembleError> {
        let Self { long, short } = self;
        let bins = bins.unwrap_or(u16::MAX);
        let possible = 1 <= short && short < long && long <= bins;
        if possible { Ok(()) } else { Err(EnsembleError::Thresholds { long, short, bins }) }
    }
}

/// How the members' probabilities are pooled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PoolKind {
    /// A weighted sum of logits, held close to equal weights
    #[default]
    LogitPool,
    /// The mean of logits
    Equal,
    /// A weighted mean of probabilities
    Linear,
    /// A weighted mean of probabilities, sharpened by a beta distribution
    BetaLinear,
    /// Weights that follow the members' losses, label by label, by Hedge
    Hedge,
    /// Weights that follow the members' losses, label by label, by Bernstein online aggregation
    Boa,
    /// The majority of the members' own bins decides; the probability is the mean of logits
    Vote,
}

impl PoolKind {
    /// All, in the order of `--help`.
    pub const ALL: [Self; 7] = [
        Self::LogitPool,
        Self::Equal,
        Self::Linear,
        Self::BetaLinear,
        Self::Hedge,
        Self::Boa,
        Self::Vote,
    ];

    /// Whether its weights change within a month.
    #[must_use]
    pub fn is_online(self) -> bool {
        matches!(self, Self::Hedge | Self::Boa)
    }
}

impl fmt::Display for PoolKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LogitPool => "logit-pool",
            Self::Equal => "equal",
            Self::Linear => "linear",
            Self::BetaLinear => "beta-linear",
            Self::Hedge => "hedge",
            Self::Boa => "boa",
            Self::Vote => "vote",
        })
    }
}

/// More members would need a pool for each of more than 255 sets of them.
const MOST_MEMBERS: usize = 8;

impl PoolArgs {
    /// The members, sorted, so that their order on the command line does not matter.
    ///
    /// # Errors
    /// Fewer than two, more than eight, or one twice.
    pub fn sorted(&self) -> Result<Vec<String>, EnsembleError> {
        let mut members = self.members.clone();
        members.sort_unstable();
        if let Some(pair) = members.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(EnsembleError::Twice { run: pair[0].clone() });
        }
        match members.len() {
            2..=MOST_MEMBERS => Ok(members),
            found => Err(EnsembleError::MemberCount { found }),
        }
    }

    /// What the ensemble's files are kept under beside the dataset: the pool, and a hash of the members.
    ///
    /// # Errors
    /// As [`sorted`](Self::sorted).
    pub fn name(&self) -> Result<String, EnsembleError> {
        Ok(ensemble_name(self.pool, &self.sorted()?))
    }
}

/// What the files of a pool of `members`, which are sorted, are kept under beside the dataset.
pub(crate) fn ensemble_name(pool: PoolKind, members: &[String]) -> String {
    let hash = blake3::hash(members.join("\n").as_bytes()).to_hex();
    format!("{pool}-{}", &hash.as_str()[..12])
}
