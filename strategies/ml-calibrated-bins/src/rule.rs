//! From a bin to a side.

use binning::BinMetadata;
use clap::Args;
use evaluation::Sides;
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

    /// Which sides to trade
    #[arg(long, env = "RUNNER_SIDES", value_enum, default_value_t)]
    pub sides: Sides,
}

/// A rule that has been checked against the bins it is used with: a threshold for each side traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CheckedRule {
    long: Option<u16>,
    short: Option<u16>,
}

impl CheckedRule {
    /// The side that bin `bin` takes.
    pub(crate) fn side(self, bin: u16) -> Side {
        if self.long.is_some_and(|long| bin >= long) {
            Side::Long
        } else if self.short.is_some_and(|short| bin <= short) {
            Side::Short
        } else {
            Side::NoSignal
        }
    }
}

impl SignalRule {
    /// Whether no threshold was named.
    pub(crate) fn is_by_default(&self) -> bool {
        self.long_bin_threshold.is_none() && self.short_bin_threshold.is_none()
    }

    /// The rule over the bins of `metadata`. Thresholds that nobody named are 19 and 2 of 20 bins; of
    /// another number of bins they would be another rule, so there those of the sides that are traded
    /// must be named.
    ///
    /// # Errors
    /// When a threshold must be named; when not `1 ≤ short < long ≤ n`; when no score leads to any
    /// bin that one side needs, so that this side would silently never be signalled.
    pub(crate) fn check(&self, metadata: &BinMetadata) -> Result<CheckedRule, BinsError> {
        let n_bins = metadata.edges().n_bins().get();
        let month = metadata.bin_month();
        let threshold = |side, named: Option<u16>, by_default| {
            let by_default = (n_bins == DEFAULT_BINS).then_some(by_default);
            match (self.sides.trade(side), named.or(by_default)) {
                (false, _) => Ok(None),
                (true, None) => Err(BinsError::ThresholdsNeeded { month, n_bins }),
                (true, found) => Ok(found),
            }
        };
        let long = threshold(Side::Long, self.long_bin_threshold, 19)?;
        let short = threshold(Side::Short, self.short_bin_threshold, 2)?;
        let (above, below) = (long.unwrap_or(n_bins + 1), short.unwrap_or(0));
        let in_range = [long, short].into_iter().flatten().all(|bin| (1..=n_bins).contains(&bin));
        if !in_range || below >= above {
            return Err(BinsError::Thresholds { long, short, n_bins });
        }
        let unreachable = metadata.unreachable_bins();
        for (side, bins) in [("long", above..=n_bins), ("short", 1..=below)] {
            if !bins.is_empty() && bins.clone().all(|bin| unreachable.contains(&bin)) {
                return Err(BinsError::UnreachableRule { month, side, bins: bins.collect() });
            }
        }
        Ok(CheckedRule { long, short })
    }
}
