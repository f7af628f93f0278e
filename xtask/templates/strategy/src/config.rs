//! The parameters: one definition gives the flags, the keys of `runner.toml` and the defaults.

use std::num::NonZeroU32;

/// When the strategy trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Args)]
pub struct Config {
    /// Consecutive rises or falls before a trade
    #[arg(long, value_name = "N", env = "RUNNER_STREAK", default_value = "3")]
    pub streak: NonZeroU32,
}
