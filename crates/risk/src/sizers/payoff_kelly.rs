//! Kelly from what trades of the same bin and side have paid.

use std::fmt;

use backtest::Size;
use serde::{Deserialize, Serialize};
use strategy_core::{Outlook, Side};

use super::sized::{Sized, carried};
use crate::ask::Ask;
use crate::limits::fraction;
use crate::{RiskError, growth_optimal, shrinkage};

/// How bold [`payoff_kelly`] is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KellySettings {
    /// The fraction of the growth-optimal size.
    pub fraction: f64,
    /// Observations that the side's mean counts for against the bin's.
    pub prior: f64,
    /// Largest notional of an instrument, × equity.
    pub most: f64,
    /// Largest part of the equity that a stop may lose.
    pub stop_risk: f64,
}

impl Default for KellySettings {
    /// A quarter, 100 observations, 1 × equity, 0.5 %.
    fn default() -> Self {
        Self { fraction: 0.25, prior: 100.0, most: 1.0, stop_risk: 0.005 }
    }
}

/// What a trade costs, as fractions of its notional.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct KellyCosts {
    /// Fees and slippage of entry and exit.
    pub round_trip: f64,
    /// Funding a row that the trade is expected to pay; negative where it receives.
    pub funding_a_row: f64,
}

/// What kept a size from being larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KellyCap {
    /// The fraction of Kelly itself.
    Kelly,
    /// Net of costs and shrunk, the mean payoff is not positive.
    NoEdge,
    /// The standard error is not known: the payoffs do not vary from block to block.
    NoStandardError,
    /// The largest notional of an instrument.
    Most,
    /// What a stop may lose.
    StopRisk,
}

/// A size, and how it came about. Payoffs are net, as fractions of the entry price.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KellySize {
    /// Mean payoff of the bin and side.
    pub mean: f64,
    /// Mean payoff of all rows of the side.
    pub side_mean: f64,
    /// The bin's mean after shrinking.
    pub shrunk_mean: f64,
    /// Its standard error.
    pub shrunk_error: f64,
    /// The growth-optimal multiple of equity, `μ' / E[R²]`.
    pub kelly: f64,
    /// What the uncertainty of the mean leaves of it.
    pub shrinkage: f64,
    /// The size before caps: fraction · shrinkage · kelly.
    pub uncapped: f64,
    /// The size, as a multiple of equity.
    pub size: f64,
    /// Why it is not larger.
    pub cap: KellyCap,
}

impl KellySettings {
    /// Checks the numbers.
    ///
    /// # Errors
    /// [`RiskError::Parameter`], with what may have been meant.
    pub fn check(&self) -> Result<(), RiskError> {
        fraction("the fraction of Kelly", Some(self.fraction), 1.0 + 1e-12, "a fraction up to 1")?;
        fraction(
            "the stop's risk",
            Some(self.stop_risk),
            0.5,
            "a fraction of the equity, below 0.5",
        )?;
        for (name, found, wanted) in [
            ("the prior", self.prior, "a number of observations from 0 on"),
            ("the largest size", self.most, "a multiple of the equity from 0 on"),
        ] {
            if !(found >= 0.0 && found.is_finite()) {
                return Err(RiskError::parameter(name, found, wanted));
            }
        }
        Ok(())
    }
}

/// The size of a trade from its bin's payoffs, as a multiple of equity.
///
/// 1. Net of costs: `R = g − cost`, so `μ = E[g] − cost` and `E[R²] = E[g²] − 2·cost·E[g] + cost²`, with
///    `cost` the round trip and the funding of the bin's mean holding time.
/// 2. Shrink: `μ' = (n_eff·μ + n₀·μ_all) / (n_eff + n₀)`, `se' = se·n_eff / (n_eff + n₀)`. `μ' ≤ 0`: no trade.
/// 3. `f* = μ' / E[R²]`, `k = μ'² / (μ'² + se'²)`, `f = fraction·k·f*`.
/// 4. Caps: [`KellySettings::most`] and `stop_risk / (stop + cost)`.
///
/// ```
/// use risk::{KellyCap, KellyCosts, KellySettings, payoff_kelly};
/// use strategy_core::Outlook;
///
/// let outlook = Outlook {
///     mean: 0.0035,
///     second_moment: 0.0006,
///     standard_error: 0.0022,
///     effective_n: 60.0,
///     side_mean: 0.0005,
///     mean_duration: 18.0,
/// };
/// let costs = KellyCosts { round_trip: 0.0012, funding_a_row: 0.0 };
/// let size = payoff_kelly(&outlook, &costs, Some(0.02), &KellySettings::default());
/// assert!((size.shrunk_mean - (60.0 * 0.0023 - 100.0 * 0.0007) / 160.0).abs() < 1e-15);
/// assert!(size.size > 0.0 && size.size < 0.08);
/// assert_eq!(size.cap, KellyCap::Kelly);
/// ```
#[must_use]
pub fn payoff_kelly(
    outlook: &Outlook,
    costs: &KellyCosts,
    stop: Option<f64>,
    settings: &KellySettings,
) -> KellySize {
    by_mean(outlook, costs, stop, settings, |mean, second_moment| mean / second_moment)
}

/// The same where the net payoffs themselves are at hand: `f*` is the exact argmax of the mean of
/// `ln(1 + f·(R + μ' − μ))`, with which large losses count for what they do to growth.
///
/// `effective_n` observations are what the payoffs are worth where trades overlap; the standard error of
/// their mean is the deviation over its root. `side_mean` is the mean net payoff of all trades of the side.
///
/// ```
/// use risk::{KellySettings, kelly_of_payoffs};
///
/// let payoffs = [0.03, -0.02, 0.03, -0.02, 0.03, -0.02, 0.03];
/// let size = kelly_of_payoffs(&payoffs, 7.0, 0.0, None, &KellySettings::default())?;
/// assert!(size.shrunk_mean < size.mean && size.size < size.kelly);
/// # Ok::<(), risk::RiskError>(())
/// ```
///
/// # Errors
/// [`RiskError::Parameter`] for fewer than two payoffs, one that is not finite, or an effective number that
/// is not above 0 or above their number; [`RiskError::NoLoss`] where no payoff is a loss after the shift.
pub fn kelly_of_payoffs(
    payoffs: &[f64],
    effective_n: f64,
    side_mean: f64,
    stop: Option<f64>,
    settings: &KellySettings,
) -> Result<KellySize, RiskError> {
    settings.check()?;
    let n = payoffs.len() as f64;
    if payoffs.len() < 2 {
        return Err(RiskError::parameter("the number of payoffs", n, "at least two"));
    }
    if let Some(&found) = payoffs.iter().find(|payoff| !payoff.is_finite()) {
        return Err(RiskError::parameter("a payoff", found, "a finite number"));
    }
    if !(effective_n > 0.0 && effective_n <= n * (1.0 + 1e-9)) {
        let wanted = "a number above 0, at most that of the payoffs";
        return Err(RiskError::parameter("the effective number", effective_n, wanted));
    }
    let mean = payoffs.iter().sum::<f64>() / n;
    let squares: f64 = payoffs.iter().map(|payoff| (payoff - mean).powi(2)).sum();
    let outlook = Outlook {
        mean,
        second_moment: squares / n + mean * mean,
        standard_error: (squares / (n - 1.0) / effective_n).sqrt(),
        effective_n,
        side_mean,
        mean_duration: 0.0,
    };
    let mut fault = None;
    let size = by_mean(&outlook, &KellyCosts::default(), stop, settings, |shrunk, _| {
        let shifted: Vec<(f64, f64)> =
            payoffs.iter().map(|payoff| (n.recip(), payoff + shrunk - mean)).collect();
        growth_optimal(&shifted).unwrap_or_else(|error| {
            fault = Some(error);
            0.0
        })
    });
    fault.map_or(Ok(size), Err)
}

/// `kelly` gives the growth-optimal size from the shrunk mean and the second moment.
fn by_mean(
    outlook: &Outlook,
    costs: &KellyCosts,
    stop: Option<f64>,
    settings: &KellySettings,
    kelly: impl FnOnce(f64, f64) -> f64,
) -> KellySize {
    let cost = costs.round_trip + costs.funding_a_row * outlook.mean_duration;
    let (mean, side_mean) = (outlook.mean - cost, outlook.side_mean - cost);
    let second_moment = outlook.second_moment - 2.0 * cost * outlook.mean + cost * cost;
    let seen = outlook.effective_n / (outlook.effective_n + settings.prior);
    // Without observations and without a prior nothing is known.
    let seen = if seen.is_finite() { seen } else { 0.0 };
    let shrunk_mean = seen * mean + (1.0 - seen) * side_mean;
    let shrunk_error = seen * outlook.standard_error;
    let none = KellySize {
        mean,
        side_mean,
        shrunk_mean,
        shrunk_error,
        kelly: 0.0,
        shrinkage: 0.0,
        uncapped: 0.0,
        size: 0.0,
        cap: KellyCap::NoEdge,
    };
    // Not the other way round: a mean that is no number is no edge.
    if !(shrunk_mean > 0.0 && second_moment > 0.0) {
        return none;
    }
    let kelly = kelly(shrunk_mean, second_moment);
    if !(shrunk_error > 0.0 && shrunk_error.is_finite()) {
        return KellySize { kelly, cap: KellyCap::NoStandardError, ..none };
    }
    let k = shrinkage(shrunk_mean, shrunk_error);
    let uncapped = settings.fraction * k * kelly;
    let stop_cap =
        stop.map_or(f64::INFINITY, |stop| settings.stop_risk / (stop + costs.round_trip));
    let (size, cap) =
        [(settings.most, KellyCap::Most), (stop_cap, KellyCap::StopRisk)].into_iter().fold(
            (uncapped, KellyCap::Kelly),
            |least, next| if next.0 < least.0 { next } else { least },
        );
    KellySize { kelly, shrinkage: k, uncapped, size, cap, ..none }
}

impl fmt::Display for KellyCap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kelly => "the shrunk fraction of Kelly",
            Self::NoEdge => "the shrunk mean is not positive",
            Self::NoStandardError => "the standard error is not known",
            Self::Most => "the largest size",
            Self::StopRisk => "what a stop may lose",
        })
    }
}

/// Open bets share at opening, by their number; nothing is resized later.
pub(super) fn size(settings: &KellySettings, ask: &Ask<'_>) -> Result<Sized, RiskError> {
    let request = ask.request;
    let Some(outlook) = request.outlook else {
        let time = chrono::DateTime::from_timestamp_micros(ask.portfolio.row_time);
        let time = time.map_or_else(String::new, |time| time.format("%Y-%m-%d %H:%M").to_string());
        return Err(RiskError::NoOutlook { time });
    };
    let direction = if request.side == Side::Short { -1.0 } else { 1.0 };
    let costs = KellyCosts {
        round_trip: request.round_trip_cost,
        funding_a_row: direction * ask.market.funding_a_row(0),
    };
    let found = payoff_kelly(outlook, &costs, ask.stop(), settings);
    let equity = ask.portfolio.equity.max(0.0);
    let bets = (request.open_trades + 1) as f64;
    let size = carried(equity * found.size / bets, ask.portfolio.rules);
    if found.size > 0.0 && found.cap == KellyCap::Kelly && request.open_trades == 0 {
        return Ok(size.into());
    }
    let shared = if request.open_trades == 0 {
        String::new()
    } else {
        format!(", shared by {} open bets", request.open_trades + 1)
    };
    let why = match found.cap {
        KellyCap::NoEdge => format!(
            "the bin's mean payoff of {:.3} % after costs shrinks to {:.3} %: no trade",
            found.mean * 100.0,
            found.shrunk_mean * 100.0
        ),
        cap => format!("{cap} bounds it at {:.3} × equity{shared}", found.size),
    };
    let size = if found.size > 0.0 { size } else { Size::Zero };
    Ok(Sized { size, capped: Some((equity * found.uncapped, equity * found.size / bets, why)) })
}
