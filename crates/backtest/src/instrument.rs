//! What an exchange says of one instrument.

use serde::{Deserialize, Serialize};

use crate::margin::Tiers;

/// An instrument's order rules and maintenance tiers. Amounts are in quote currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Instrument {
    /// Its name in results.
    pub name: String,
    /// Smallest distance of two prices; 0 where prices are not rounded.
    pub tick: f64,
    /// Smallest distance of two quantities; 0 where quantities are not rounded.
    pub step: f64,
    /// Smallest notional of an entry; 0 where there is none.
    pub min_notional: f64,
    /// Maintenance margin by notional. Without tiers nothing is liquidated.
    pub tiers: Tiers,
}

impl Instrument {
    /// An instrument without order rules and without liquidation.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), tick: 0.0, step: 0.0, min_notional: 0.0, tiers: Tiers::none() }
    }

    /// `price`, rounded to the tick against the trader: up for a buy (`direction` 1), down for a sale.
    #[inline]
    pub(crate) fn price(&self, price: f64, direction: f64) -> f64 {
        if self.tick > 0.0 {
            direction * floor_to(direction * price, self.tick, -1.0)
        } else {
            price
        }
    }

    /// `quantity`, floored to the step.
    #[inline]
    pub(crate) fn quantity(&self, quantity: f64) -> f64 {
        if self.step > 0.0 { floor_to(quantity, self.step, 1.0) } else { quantity }
    }
}

/// The multiple of `unit` below `value` (`direction` 1) or above it (-1). A value that is a multiple but
/// for the noise of binary fractions is that multiple; of a decimal unit (0.001) it is the decimal number.
fn floor_to(value: f64, unit: f64, direction: f64) -> f64 {
    let scaled = value / unit;
    let nearest = scaled.round();
    let whole = if (scaled - nearest).abs() <= 1e-9 * nearest.abs().max(1.0) {
        nearest
    } else {
        direction * (direction * scaled).floor()
    };
    let inverse = (1.0 / unit).round();
    if (inverse * unit - 1.0).abs() < 1e-9 { whole / inverse } else { whole * unit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_floored_and_prices_rounded_against_the_trader() {
        let instrument = Instrument { tick: 0.1, step: 0.001, ..Instrument::named("x") };
        assert_eq!(instrument.quantity(0.300_000_000_000_000_04), 0.3);
        assert_eq!(instrument.quantity(0.3), 0.3);
        assert_eq!(instrument.quantity(0.2999), 0.299);
        assert_eq!(instrument.price(100.01, 1.0), 100.1);
        assert_eq!(instrument.price(100.09, -1.0), 100.0);
        assert_eq!(instrument.price(100.1, 1.0), 100.1);
        assert_eq!(instrument.price(100.1, -1.0), 100.1);
    }
}
