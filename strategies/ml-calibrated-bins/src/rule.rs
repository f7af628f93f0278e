//! From a bin to a side.

use binning::BinMetadata;
use clap::Args;
use strategy_core::Side;

use crate::BinsError;

/// Which bins are long and which are short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub struct SignalRule {
    /// Smallest bin that is long
    #[arg(long, value_name = "BIN", env = "RUNNER_LONG_BIN_THRESHOLD", default_value_t = 19)]
    pub long_bin_threshold: u16,

    /// Largest bin that is short
    #[arg(long, value_name = "BIN", env = "RUNNER_SHORT_BIN_THRESHOLD", default_value_t = 2)]
    pub short_bin_threshold: u16,
}

impl SignalRule {
    /// The side that bin `bin` takes.
    #[must_use]
    pub fn side(&self, bin: u16) -> Side {
        if bin >= self.long_bin_threshold {
            Side::Long
        } else if bin <= self.short_bin_threshold {
            Side::Short
        } else {
            Side::NoSignal
        }
    }

    /// Checks that this is a rule over the bins of `metadata`.
    ///
    /// # Errors
    /// When not `1 ≤ short < long ≤ n`, or when no score leads to any bin that one side needs: that
    /// side would silently never be signalled.
    pub fn check(&self, metadata: &BinMetadata) -> Result<(), BinsError> {
        let n_bins = metadata.edges().n_bins().get();
        let (long, short) = (self.long_bin_threshold, self.short_bin_threshold);
        if !(1 <= short && short < long && long <= n_bins) {
            return Err(BinsError::Thresholds { long, short, n_bins });
        }
        let unreachable = metadata.unreachable_bins();
        for (side, bins) in [("long", long..=n_bins), ("short", 1..=short)] {
            if bins.clone().all(|bin| unreachable.contains(&bin)) {
                let month = metadata.bin_month();
                return Err(BinsError::UnreachableRule { month, side, bins: bins.collect() });
            }
        }
        Ok(())
    }
}
