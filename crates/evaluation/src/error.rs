//! What cannot be judged.

use pools::PoolError;
use statistics::StatisticsError;
use strategy_core::{Side, YearMonth};
use terminal::listed;
use thiserror::Error;

/// An evaluation, or a rule of signals, that cannot be.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum EvaluationError {
    /// No rows could have intervals of this kind.
    #[error("cannot evaluate")]
    Statistics { source: StatisticsError },
    /// No month has a row to judge.
    #[error("nothing to evaluate from {from} to {to}: no row there has a known label")]
    NoRows { from: YearMonth, to: YearMonth },
    /// A pool cannot be fitted, or does not give a probability.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// A rule of signals that cannot be.
    #[error(
        "{} is no rule{}", rule_text(*long, *short), of_bins_text(*n_bins)
    )]
    Thresholds { long: Option<u16>, short: Option<u16>, n_bins: Option<u16> },
    /// The default rule is made for another number of bins.
    #[error(
        "the bins of {month} are {n_bins}, and the thresholds 19 and 2 are meant for 20: say which \
         bins are long and short with --long-bin-threshold and --short-bin-threshold"
    )]
    ThresholdsNeeded { month: YearMonth, n_bins: u16 },
    /// A rule of signals that would silently never fire.
    #[error(
        "in the bins of {month} no score leads to any of the bins {side} needs ({}): {side} would \
         never be signalled; choose another threshold or rebuild with --method platt",
        listed(bins, ", ")
    )]
    UnreachableRule { month: YearMonth, side: Side, bins: Vec<u16> },
}

impl EvaluationError {
    /// Whether the person asked for something that cannot be.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Statistics { .. } | Self::Thresholds { .. } | Self::ThresholdsNeeded { .. } => {
                true
            }
            Self::Pool(error) => error.is_usage(),
            Self::NoRows { .. } | Self::UnreachableRule { .. } => false,
        }
    }
}

/// `long from bin 25 and short up to bin 2`, or the side that is traded.
fn rule_text(long: Option<u16>, short: Option<u16>) -> String {
    let long = long.map(|bin| format!("long from bin {bin}"));
    let short = short.map(|bin| format!("short up to bin {bin}"));
    [long, short].into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

/// ` of 20 bins: wanted 1 ≤ short < long ≤ 20`, and by which flags.
fn of_bins_text(n_bins: Option<u16>) -> String {
    let flags = "--short-bin-threshold, --long-bin-threshold";
    match n_bins {
        None => format!(": wanted 1 ≤ short < long ≤ the number of bins ({flags})"),
        Some(n) => format!(" of {n} bins: wanted 1 ≤ short < long ≤ {n} ({flags})"),
    }
}
