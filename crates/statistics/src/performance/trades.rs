//! What trades say.

use serde::Serialize;

use super::estimate::{Estimate, serialise};
use crate::check::check_finite;
use crate::resample::Resampling;
use crate::{StatisticsError, block_length, wilson_interval};

/// Win rate and profit factor of closed trades, each with its interval.
///
/// What has no value is an error in its field, and the other fields stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TradeStatistics {
    /// Closed trades.
    pub trades: usize,
    /// Those with a net profit above 0.
    pub wins: usize,
    /// `wins / trades`, with [Wilson's interval](wilson_interval).
    #[serde(serialize_with = "serialise")]
    pub win_rate: Result<Estimate, StatisticsError>,
    /// [`profit_factor`], with a stationary bootstrap's interval over trades in their order.
    #[serde(serialize_with = "serialise")]
    pub profit_factor: Result<Estimate, StatisticsError>,
}

/// Gains over losses of trades' net profits: `Σ max(p, 0) / Σ max(−p, 0)`. Above 1 they earned.
///
/// ```
/// assert_eq!(statistics::profit_factor(&[3.0, -1.0, 1.0, -1.0])?, 2.0);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If there are no trades, one is not finite, or none lost.
pub fn profit_factor(profits: &[f64]) -> Result<f64, StatisticsError> {
    if profits.is_empty() {
        return Err(StatisticsError::NoRows);
    }
    check_finite("profits", profits)?;
    let factor = factor(profits.iter().copied());
    if factor.is_finite() {
        Ok(factor)
    } else {
        Err(StatisticsError::NothingToDivideBy { name: "losing trade" })
    }
}

/// Not finite without a loss.
fn factor(profits: impl Iterator<Item = f64>) -> f64 {
    let (gains, losses) =
        profits.fold((0.0, 0.0), |(gains, losses), p| (gains + p.max(0.0), losses - p.min(0.0)));
    gains / losses
}

impl TradeStatistics {
    /// Of the net `profits` of closed trades (shape `n`, in order of time, in the account's currency
    /// or as returns).
    ///
    /// # Errors
    /// If a profit is not finite, or the settings of resampling are impossible.
    pub fn of(profits: &[f64], resampling: &Resampling) -> Result<Self, StatisticsError> {
        check_finite("profits", profits)?;
        resampling.check()?;
        let (trades, wins) = (profits.len(), profits.iter().filter(|&&p| p > 0.0).count());
        let win_rate =
            wilson_interval(wins as u64, trades as u64, resampling.confidence).map(|interval| {
                Estimate { value: wins as f64 / trades as f64, interval: Ok(interval) }
            });
        let profit_factor = profit_factor(profits).map(|value| {
            let interval = block_length(profits).and_then(|block| {
                let of = |order: &[usize]| factor(order.iter().map(|&trade| profits[trade]));
                resampling.stationary(profits.len(), block.stationary, of)
            });
            Estimate { value, interval }
        });
        Ok(Self { trades, wins, win_rate, profit_factor })
    }
}
