//! From a bin to a side.

use clap::Args;
use strategy_core::{Side, YearMonth};

use crate::{EvaluationError, Sides};

/// The most bins there can be.
const MOST_BINS: u16 = 1000;

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
pub struct CheckedRule {
    long: Option<u16>,
    short: Option<u16>,
}

impl CheckedRule {
    /// The side that bin `bin` takes.
    #[must_use]
    pub fn side(self, bin: u16) -> Side {
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
    #[must_use]
    pub fn is_by_default(&self) -> bool {
        self.long_bin_threshold.is_none() && self.short_bin_threshold.is_none()
    }

    /// Refuses thresholds that are no rule, however many bins there are. A threshold that nobody named
    /// is that of 20 bins.
    ///
    /// # Errors
    /// [`EvaluationError::Thresholds`] when not `1 ≤ short < long`.
    pub fn check_alone(&self) -> Result<(), EvaluationError> {
        let lacks_one = self.sides.trade(Side::Long) && self.long_bin_threshold.is_none()
            || self.sides.trade(Side::Short) && self.short_bin_threshold.is_none();
        match self.over(if lacks_one { DEFAULT_BINS } else { MOST_BINS }) {
            Err(EvaluationError::Thresholds { long, short, .. }) if !lacks_one => {
                Err(EvaluationError::Thresholds { long, short, n_bins: None })
            }
            checked => checked.map(|_| ()),
        }
    }

    /// The rule over `n_bins` bins; `None` where a threshold must be named. Those that nobody named are 19 and
    /// 2 of 20 bins; of another number of bins they would be another rule.
    ///
    /// # Errors
    /// [`EvaluationError::Thresholds`] when not `1 ≤ short < long ≤ n_bins`.
    pub fn over(&self, n_bins: u16) -> Result<Option<CheckedRule>, EvaluationError> {
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
            return Err(EvaluationError::Thresholds { long, short, n_bins: Some(n_bins) });
        }
        Ok(Some(CheckedRule { long, short }))
    }

    /// The rule over the `n_bins` bins of `month`, of which no score leads to those that are `unreachable`.
    ///
    /// # Errors
    /// As [`over`](Self::over); [`EvaluationError::ThresholdsNeeded`] when a threshold must be named;
    /// [`EvaluationError::UnreachableRule`] when no score leads to any bin that one side needs, so that this
    /// side would silently never be signalled.
    pub fn check(
        &self,
        month: YearMonth,
        n_bins: u16,
        unreachable: &[u16],
    ) -> Result<CheckedRule, EvaluationError> {
        let rule = self.over(n_bins)?;
        let rule = rule.ok_or(EvaluationError::ThresholdsNeeded { month, n_bins })?;
        for side in [Side::Long, Side::Short] {
            let bins: Vec<u16> = (1..=n_bins).filter(|&bin| rule.side(bin) == side).collect();
            if !bins.is_empty() && bins.iter().all(|bin| unreachable.contains(bin)) {
                return Err(EvaluationError::UnreachableRule { month, side, bins });
            }
        }
        Ok(rule)
    }
}
