//! From a bin to a side.

use binning::BinMetadata;
use clap::Args;
use strategy_core::Side;

use crate::BinsError;

/// Number of bins that the default thresholds are meant for.
const DEFAULT_BINS: u16 = 20;

/// Which bins are long and which are short, as far as anybody said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args)]
pub struct SignalRule {
    /// Smallest bin that is long [default: 19 of 20]
    #[arg(long, value_name = "BIN", env = "RUNNER_LONG_BIN_THRESHOLD")]
    pub long_bin_threshold: Option<u16>,

    /// Largest bin that is short [default: 2 of 20]
    #[arg(long, value_name = "BIN", env = "RUNNER_SHORT_BIN_THRESHOLD")]
    pub short_bin_threshold: Option<u16>,
}

/// A rule that has been checked against the bins it is used with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CheckedRule {
    long: u16,
    short: u16,
}

impl CheckedRule {
    /// The side that bin `bin` takes.
    pub(crate) fn side(self, bin: u16) -> Side {
        if bin >= self.long {
            Side::Long
        } else if bin <= self.short {
            Side::Short
        } else {
            Side::NoSignal
        }
    }
}

impl SignalRule {
    /// The rule over the bins of `metadata`. Thresholds that nobody named are 19 and 2 of 20 bins; of
    /// another number of bins they would be another rule, so there both must be named.
    ///
    /// # Errors
    /// When a threshold must be named; when not `1 ≤ short < long ≤ n`; when no score leads to any
    /// bin that one side needs, so that this side would silently never be signalled.
    pub(crate) fn check(&self, metadata: &BinMetadata) -> Result<CheckedRule, BinsError> {
        let n_bins = metadata.edges().n_bins().get();
        let month = metadata.bin_month();
        let default = |threshold| (n_bins == DEFAULT_BINS).then_some(threshold);
        let (Some(long), Some(short)) = (
            self.long_bin_threshold.or_else(|| default(19)),
            self.short_bin_threshold.or_else(|| default(2)),
        ) else {
            return Err(BinsError::ThresholdsNeeded { month, n_bins });
        };
        if !(1 <= short && short < long && long <= n_bins) {
            return Err(BinsError::Thresholds { long, short, n_bins });
        }
        let unreachable = metadata.unreachable_bins();
        for (side, bins) in [("long", long..=n_bins), ("short", 1..=short)] {
            if bins.clone().all(|bin| unreachable.contains(&bin)) {
                return Err(BinsError::UnreachableRule { month, side, bins: bins.collect() });
            }
        }
        Ok(CheckedRule { long, short })
    }
}
