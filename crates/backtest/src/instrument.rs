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
    let nearest = round(scaled);
    let whole = if (scaled - nearest).abs() <= 1e-9 * nearest.abs().max(1.0) {
        nearest
    } else {
        direction * floor(direction * scaled)
    };
    let inverse = round(1.0 / unit);
    if (inverse * unit - 1.0).abs() < 1e-9 { whole / inverse } else { whole * unit }
}

/// From here on every number is whole.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// Towards zero. The standard library's functions are calls where the processor is not known to round by itself;
/// these are a third of their time.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "that is what it is for")]
fn truncate(value: f64) -> f64 {
    if value.abs() < WHOLE { value as i64 as f64 } else { value }
}

/// As [`f64::round`].
#[inline]
fn round(value: f64) -> f64 {
    let whole = truncate(value);
    if (value - whole).abs() >= 0.5 { whole + value.signum() } else { whole }
}

/// As [`f64::floor`].
#[inline]
fn floor(value: f64) -> f64 {
    let whole = truncate(value);
    if whole > value { whole - 1.0 } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_the_standard_library_s() {
        let near = [0.5, 0.499_999_999_999_999_94, 1.0, 1.5, 2.5, 1e9 + 0.5, WHOLE - 0.5, WHOLE];
        let far = [WHOLE + 1.0, 2.0 * WHOLE + 2.0, 1e300, f64::INFINITY, 1e-300, 0.0];
        for value in near.into_iter().chain(far).flat_map(|value| [value, -value]) {
            for value in [value, value.next_up(), value.next_down()] {
                assert_eq!((round(value), floor(value)), (value.round(), value.floor()), "{value}");
            }
        }
        assert!(round(f64::NAN).is_nan() && floor(f64::NAN).is_nan());
    }

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
