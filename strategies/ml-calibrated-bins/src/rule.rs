//! From a bin to a side.

use binning::{BinCount, BinMetadata};
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

    /// Refuses thresholds that are no rule, however many bins there are. A threshold that nobody named
    /// is that of 20 bins.
    ///
    /// # Errors
    /// When not `1 ≤ short < long ≤ n`.
    pub(crate) fn check_alone(&self) -> Result<(), BinsError> {
        let of_sides =
            [(Side::Long, self.long_bin_threshold), (Side::Short, self.short_bin_threshold)];
        let lacks_one =
            of_sides.iter().any(|(side, named)| self.sides.trade(*side) && named.is_none());
        let checked = self.over(if lacks_one { DEFAULT_BINS } else { BinCount::MAX.get() });
        match checked {
            Err(BinsError::Thresholds { long, short, .. }) if !lacks_one => {
                Err(BinsError::Thresholds { long, short, n_bins: None })
            }
            checked => checked.map(|_| ()),
        }
    }

    /// Refuses thresholds that are no rule over `n_bins` bins.
    ///
    /// # Errors
    /// When not `1 ≤ short < long ≤ n_bins`.
    pub(crate) fn check_over(&self, n_bins: BinCount) -> Result<(), BinsError> {
        self.over(n_bins.get()).map(|_| ())
    }

    /// The thresholds of the sides that are traded over `n_bins` bins, long and short; `None` where one
    /// must be named.
    #[allow(clippy::type_complexity, reason = "two thresholds, if there are any")]
    fn over(&self, n_bins: u16) -> Result<Option<(Option<u16>, Option<u16>)>, BinsError> {
        let threshold = |side, named: Option<u16>, by_default| {
            let by_default = (n_bins == DEFAULT_BINS).then_some(by_default);
            match (self.sides.trade(side), named.or(by_default)) {
                (false, _) => Some(None),
                (true, None) => None,
                (true, found) => Some(found),
            }
        };
        let long = threshold(Side::Long, self.long_bin_threshold, 19);
        let short = threshold(Side::Short, self.short_bin_threshold, 2);
        let Some((long, short)) = long.zip(short) else { return Ok(None) };
        let (above, below) = (long.unwrap_or(n_bins + 1), short.unwrap_or(0));
        let in_range = [long, short].into_iter().flatten().all(|bin| (1..=n_bins).contains(&bin));
        if !in_range || below >= above {
            return Err(BinsError::Thresholds { long, short, n_bins: Some(n_bins) });
        }
        Ok(Some((long, short)))
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
        let (long, short) =
            self.over(n_bins)?.ok_or(BinsError::ThresholdsNeeded { month, n_bins })?;
        let (above, below) = (long.unwrap_or(n_bins + 1), short.unwrap_or(0));
        let unreachable = metadata.unreachable_bins();
        for (side, bins) in [("long", above..=n_bins), ("short", 1..=below)] {
            if !bins.is_empty() && bins.clone().all(|bin| unreachable.contains(&bin)) {
                return Err(BinsError::UnreachableRule { month, side, bins: bins.collect() });
            }
        }
        Ok(CheckedRule { long, short })
    }
}
