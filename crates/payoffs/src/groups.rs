//! Means by group, and what they say.

use std::fmt;

use serde::Serialize;
use statistics::{Interval, Resampling, StatisticsError, block_bootstrap_means};

use crate::PayoffError;
use crate::row::RowPayoff;

/// How intervals are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawing {
    /// Resamples, confidence and seed.
    pub resampling: Resampling,
    /// Length of the blocks, in rows.
    pub block: usize,
}

/// What a group's trades say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The interval of the mean net payoff lies below 0.
    LosesMoney,
    /// It holds 0, or there is none.
    NoEvidence,
    /// It lies above 0.
    EarnsMoney,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LosesMoney => "loses money",
            Self::NoEvidence => "no evidence",
            Self::EarnsMoney => "earns money",
        })
    }
}

/// What the trades from a group's rows paid. Fractions of the notional.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GroupPayoff {
    /// Rows whose trade is known.
    pub rows: u64,
    /// Mean return of the price over the horizon, in the trade's favour.
    pub forward_return: Option<f64>,
    /// Mean net payoff: after slippage, fees and funding.
    pub net_payoff: Option<f64>,
    /// Its block bootstrap interval; none where resamples say nothing.
    pub interval: Option<Interval>,
    /// Share of the trades that ended by the take profit.
    pub take_profits: Option<f64>,
    /// The share at which the mean net payoff would be 0, by what take profits and other endings paid here;
    /// none where no share is.
    pub break_even: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

/// The payoffs of rows by group: row `i`, in order of time, is in `groups[i]`, from 1 to `n_groups`; rows of
/// group 0 are in none. Rows whose payoff is not known do not count.
///
/// # Errors
/// When intervals cannot be drawn as asked. Where there are too few rows for them there are none.
pub(crate) fn group_payoffs(
    groups: &[u16],
    payoffs: &[Option<RowPayoff>],
    forward: &[Option<f64>],
    n_groups: u16,
    drawing: &Drawing,
) -> Result<Vec<GroupPayoff>, PayoffError> {
    drawing.resampling.check().map_err(PayoffError::Interval)?;
    let known = || groups.iter().zip(payoffs).filter_map(|(&g, payoff)| Some((g, (*payoff)?)));
    let (of, net): (Vec<u16>, Vec<f64>) =
        known().map(|(group, payoff)| (group, payoff.net)).unzip();
    let intervals =
        match block_bootstrap_means(&of, &net, n_groups, drawing.block, &drawing.resampling) {
            Ok(intervals) => intervals,
            Err(StatisticsError::NoRows | StatisticsError::InvalidBlock { .. }) => {
                vec![None; n_groups.into()]
            }
            Err(error) => return Err(PayoffError::Interval(error)),
        };
    let mean = |values: &mut dyn Iterator<Item = f64>| {
        let (sum, count) = values.fold((0.0, 0_u64), |(sum, n), value| (sum + value, n + 1));
        (count > 0).then(|| sum / count as f64)
    };
    let group = |(group, interval): (u16, Option<Interval>)| {
        let own = || known().filter(move |(of, _)| *of == group).map(|(_, payoff)| payoff);
        let rows = own().count();
        let share = own().filter(|payoff| payoff.took_profit).count() as f64 / rows as f64;
        let won = mean(&mut own().filter(|payoff| payoff.took_profit).map(|payoff| payoff.net));
        let other = mean(&mut own().filter(|payoff| !payoff.took_profit).map(|payoff| payoff.net));
        let break_even = won.zip(other).filter(|(won, other)| won > other);
        let mut ahead =
            groups.iter().zip(forward).zip(payoffs).filter_map(|((of, ahead), known)| {
                ahead.filter(|_| *of == group && known.is_some())
            });
        GroupPayoff {
            rows: rows as u64,
            forward_return: mean(&mut ahead),
            net_payoff: mean(&mut own().map(|payoff| payoff.net)),
            interval,
            take_profits: (rows > 0).then_some(share),
            break_even: break_even
                .map(|(won, other)| -other / (won - other))
                .filter(|share| (0.0..=1.0).contains(share)),
            verdict: match interval {
                Some(interval) if interval.upper < 0.0 => Verdict::LosesMoney,
                Some(interval) if interval.lower > 0.0 => Verdict::EarnsMoney,
                _ => Verdict::NoEvidence,
            },
        }
    };
    Ok((1..=n_groups).zip(intervals).map(group).collect())
}
