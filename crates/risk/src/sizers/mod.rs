//! How large a trade is before any rule.

mod payoff_kelly;
mod sized;
mod vol_target;

pub use payoff_kelly::{
    KellyCap, KellyCosts, KellySettings, KellySize, kelly_of_payoffs, payoff_kelly,
};

use backtest::{Rules, Size};
use serde::{Deserialize, Serialize};
use strategy_core::SideExits;

use crate::RiskError;
use crate::ask::Ask;
use crate::limits::fraction;
use sized::{Sized, carried};

/// How large a trade is.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sizer {
    /// The equity over the number of trades that there may be at once: what a backtest does without
    /// sizing.
    #[default]
    EqualParts,
    /// The same quantity each time, in base currency.
    FixedQuantity(f64),
    /// The same notional each time, in quote currency.
    FixedNotional(f64),
    /// A stop loses this fraction of the equity: notional = equity · risk / (stop + cost), `stop` the
    /// stop's distance and `cost` that of entry and exit.
    FixedFraction(f64),
    /// The position has this volatility a year: notional = equity · σ* / σ̂. `σ̂²` is the mean of two
    /// exponentially weighted variances of log returns, with half-lives of 24 h and 168 h, a year; no
    /// trade before one long half-life has passed.
    VolTarget(f64),
    /// What the strategy knows of its trades' payoffs decides: see [`payoff_kelly`].
    PayoffKelly(KellySettings),
}

impl Sizer {
    /// Its name on the command line.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::EqualParts => "equal-parts",
            Self::FixedQuantity(_) => "fixed-quantity",
            Self::FixedNotional(_) => "fixed-notional",
            Self::FixedFraction(_) => "fixed-fraction",
            Self::VolTarget(_) => "vol-target",
            Self::PayoffKelly(_) => "payoff-kelly",
        }
    }

    /// Checks its numbers, and that trades with these `exits` can be sized so.
    ///
    /// # Errors
    /// [`RiskError::Parameter`], with what may have been meant; [`RiskError::NoStop`] where
    /// `fixed-fraction` finds no stop; [`RiskError::SeveralInstruments`] for a quantity of several.
    pub fn check(&self, exits: &SideExits, instruments: usize) -> Result<(), RiskError> {
        let amount = |name, found: f64| {
            if found > 0.0 && found.is_finite() {
                Ok(())
            } else {
                Err(RiskError::parameter(name, found, "a positive number"))
            }
        };
        match *self {
            Self::EqualParts => Ok(()),
            Self::FixedQuantity(quantity) => {
                if instruments > 1 {
                    return Err(RiskError::SeveralInstruments { instruments });
                }
                amount("the quantity", quantity)
            }
            Self::FixedNotional(notional) => amount("the notional", notional),
            Self::FixedFraction(risk) => {
                let wanted = "the fraction of the equity that a stop may lose, below 0.5";
                fraction("the risk of a trade", Some(risk), 0.5, wanted)?;
                for (side, exits) in [("long", exits.long), ("short", exits.short)] {
                    if exits.stop_loss.or(exits.trailing_stop).is_none() {
                        return Err(RiskError::NoStop { side });
                    }
                }
                Ok(())
            }
            Self::VolTarget(target) => {
                let wanted = "a volatility a year as a fraction, below 5";
                fraction("the target volatility", Some(target), 5.0, wanted)
            }
            Self::PayoffKelly(settings) => settings.check(),
        }
    }

    /// The size of what `ask` asks for.
    pub(crate) fn size(&self, ask: &Ask<'_>) -> Result<Sized, RiskError> {
        let equity = ask.portfolio.equity.max(0.0);
        Ok(match *self {
            Self::EqualParts => {
                Size::Budget(ask.portfolio.equity / ask.request.max_trades as f64).into()
            }
            Self::FixedQuantity(quantity) => Size::Quantity(quantity).into(),
            Self::FixedNotional(notional) => Size::Notional(notional).into(),
            Self::FixedFraction(risk) => {
                let stop = ask.stop().ok_or(RiskError::NoStop { side: side_name(ask) })?;
                let notional = equity * risk / (stop + ask.request.round_trip_cost);
                carried(notional, ask.portfolio.rules).into()
            }
            Self::VolTarget(target) => vol_target::size(target, ask),
            Self::PayoffKelly(settings) => payoff_kelly::size(&settings, ask)?,
        })
    }
}

fn side_name(ask: &Ask<'_>) -> &'static str {
    if ask.request.side == strategy_core::Side::Short { "short" } else { "long" }
}

/// The notional that a size comes to at the last close.
pub(crate) fn notional(size: Size, rules: &Rules, price: f64) -> f64 {
    match size {
        Size::Zero => 0.0,
        Size::Budget(budget) => budget.max(0.0) / (rules.leverage.recip() + rules.fees.taker),
        Size::Notional(notional) => notional,
        Size::Quantity(quantity) => quantity * price,
    }
}

/// The same size times a factor from 0 to below 1.
pub(crate) fn scaled(size: Size, factor: f64) -> Size {
    if factor <= 0.0 {
        return Size::Zero;
    }
    match size {
        Size::Zero => Size::Zero,
        Size::Budget(budget) => Size::Budget(budget * factor),
        Size::Notional(notional) => Size::Notional(notional * factor),
        Size::Quantity(quantity) => Size::Quantity(quantity * factor),
    }
}
