//! Maintenance margin and the price of liquidation.

use serde::{Deserialize, Serialize};

use crate::BacktestError;

/// The maintenance of positions of one size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tier {
    /// Smallest notional of the tier, in quote currency.
    pub floor: f64,
    /// Notional from which the next tier begins.
    pub cap: f64,
    /// Maintenance margin rate: maintenance = notional · `rate` − `amount`.
    pub rate: f64,
    /// Largest leverage of positions in the tier.
    pub max_leverage: f64,
    /// What is taken off (`cum`), so that maintenance does not jump where tiers meet.
    pub amount: f64,
}

/// Tiers that follow each other from 0 on. Above the last cap its last tier goes on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tiers(Vec<Tier>);

impl Tiers {
    /// No tiers: nothing is liquidated, and any leverage is lent.
    #[must_use]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// The tiers of `instrument`, ascending.
    ///
    /// # Errors
    /// When the first does not begin at 0, one does not begin where the one before it ends, a rate is not
    /// between 0 and 1, or the maintenance jumps by more than a cent a million where two tiers meet.
    pub fn new(instrument: &str, tiers: Vec<Tier>) -> Result<Self, BacktestError> {
        let (mut end, mut before) = (0.0, None::<Tier>);
        for tier in &tiers {
            let wrong = |wanted| {
                let (instrument, floor) = (instrument.to_owned(), tier.floor);
                Err(BacktestError::Tiers { instrument, floor, wanted })
            };
            if tier.floor != end
                || tier.cap.partial_cmp(&tier.floor) != Some(std::cmp::Ordering::Greater)
            {
                return wrong("tiers must begin at 0 and follow each other without a hole");
            }
            if !(tier.rate > 0.0 && tier.rate < 1.0 && tier.max_leverage >= 1.0) {
                return wrong(
                    "the maintenance rate must lie between 0 and 1, the leverage be at least 1",
                );
            }
            let jump = before.map_or(tier.amount, |before: Tier| {
                tier.maintenance(tier.floor) - before.maintenance(tier.floor)
            });
            if jump.abs().partial_cmp(&(1e-8 * tier.floor.max(1.0)))
                != Some(std::cmp::Ordering::Less)
            {
                return wrong("the maintenance amount must let tiers meet without a jump");
            }
            (end, before) = (tier.cap, Some(*tier));
        }
        Ok(Self(tiers))
    }

    /// The tier of a position of `notional`.
    #[must_use]
    pub fn of(&self, notional: f64) -> Option<&Tier> {
        let index = self.0.partition_point(|tier| tier.cap <= notional);
        self.0.get(index).or(self.0.last())
    }

    /// The tiers.
    #[must_use]
    pub fn as_slice(&self) -> &[Tier] {
        &self.0
    }

    /// Maintenance margin of a position of `notional`; 0 without tiers.
    #[must_use]
    pub fn maintenance(&self, notional: f64) -> f64 {
        self.of(notional).map_or(0.0, |tier| tier.maintenance(notional))
    }
}

impl Tier {
    /// Maintenance margin of a position of `notional` in this tier.
    #[must_use]
    pub fn maintenance(&self, notional: f64) -> f64 {
        notional * self.rate - self.amount
    }
}

/// The price at which a position of signed `quantity` with the average `entry` price, backed by `backing`,
/// has only its maintenance margin left.
///
/// `backing` is the isolated margin; with cross margin the wallet balance, plus the unrealised profit of
/// the other positions, less their maintenance. With s the sign, Q the size, the price is
/// `(backing + cum − s·Q·entry) / (Q·rate − s·Q)` of the tier with `floor ≤ Q·price < cap`. There is one
/// such tier at most, since maintenance does not jump. `None`: no price liquidates (it would be 0 or less).
#[must_use]
pub fn liquidation_price(quantity: f64, entry: f64, backing: f64, tiers: &Tiers) -> Option<f64> {
    at_mark(quantity, entry, backing, tiers, 0.0)
}

/// The same where maintenance is `closing` of the notional more, for the fee of closing the position.
fn at_mark(quantity: f64, entry: f64, backing: f64, tiers: &Tiers, closing: f64) -> Option<f64> {
    let last = tiers.0.len().checked_sub(1)?;
    for (index, tier) in tiers.0.iter().enumerate() {
        let tier = Tier { rate: tier.rate + closing, ..*tier };
        let price = liquidation_price_in(quantity, entry, backing, &tier)?;
        let notional = price * quantity.abs();
        if notional < tier.cap || index == last {
            // Below the floor of a tier after one that it was above of, but for rounding: there it is.
            return (price > 0.0).then_some(price);
        }
    }
    None
}

/// The same where the tier is known, wherever the solution lies. `None` for no position.
fn liquidation_price_in(quantity: f64, entry: f64, backing: f64, tier: &Tier) -> Option<f64> {
    let (size, sign) = (quantity.abs(), quantity.signum());
    let price = (backing + tier.amount - quantity * entry) / (size * tier.rate - sign * size);
    (size > 0.0).then_some(price)
}

/// How a venue takes the maintenance margin of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Maintenance {
    /// Notional at the mark price · rate − amount: Binance, Hyperliquid.
    #[default]
    AtMark,
    /// Notional at the mark price · (rate + taker fee) − amount: OKX.
    AtMarkWithFee,
    /// Notional at the entry price · rate − amount, which prices do not change: Bybit.
    AtEntry,
}

impl Maintenance {
    /// The formula, as people write it.
    #[must_use]
    pub fn formula(self) -> &'static str {
        match self {
            Self::AtMark => "notional at the mark price x rate - amount",
            Self::AtMarkWithFee => "notional at the mark price x (rate + taker fee) - amount",
            Self::AtEntry => "notional at the entry price x rate - amount",
        }
    }

    /// Maintenance margin of a position of `size` (0 or more) entered at `entry`, at `price`; `closing` is
    /// the taker fee as a fraction. 0 without tiers.
    #[must_use]
    pub fn margin(self, size: f64, entry: f64, price: f64, tiers: &Tiers, closing: f64) -> f64 {
        match self {
            Self::AtMark => tiers.maintenance(size * price),
            Self::AtMarkWithFee if tiers.0.is_empty() => 0.0,
            Self::AtMarkWithFee => tiers.maintenance(size * price) + size * price * closing,
            Self::AtEntry => tiers.maintenance(size * entry),
        }
    }

    /// The price at which what backs a position is its maintenance margin: [`liquidation_price`], with the
    /// maintenance of this venue.
    #[must_use]
    pub fn liquidation_price(
        self,
        (quantity, entry): (f64, f64),
        backing: f64,
        tiers: &Tiers,
        closing: f64,
    ) -> Option<f64> {
        match self {
            Self::AtMark => at_mark(quantity, entry, backing, tiers, 0.0),
            Self::AtMarkWithFee => at_mark(quantity, entry, backing, tiers, closing),
            Self::AtEntry => {
                let size = quantity.abs();
                if tiers.0.is_empty() || size == 0.0 {
                    return None;
                }
                let left = backing - tiers.maintenance(size * entry);
                Some(entry - left / quantity).filter(|price| *price > 0.0)
            }
        }
    }
}
