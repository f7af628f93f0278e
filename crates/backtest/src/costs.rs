//! What a fill costs.

use serde::{Deserialize, Serialize};

use crate::bar::Candle;

/// Fees as fractions of a fill's notional.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Fees {
    /// Of a resting limit order: take profits.
    pub maker: f64,
    /// Of a market order: entries, stops, exits by signal or time.
    pub taker: f64,
    /// Of a liquidation: the venue's clearance fee.
    pub liquidation: f64,
}

/// How much worse than the price a market order fills.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slippage {
    /// A fraction of the price: `0.0001` is one basis point.
    OfPrice(f64),
    /// A fraction of the distance from the candle's low to its high.
    OfRange(f64),
}

impl Default for Slippage {
    fn default() -> Self {
        Self::OfPrice(0.0)
    }
}

impl Slippage {
    /// What a market order pays (`direction` 1, a buy) or gets (-1, a sale) where the price is `price`.
    #[inline]
    pub(crate) fn fill(self, price: f64, direction: f64, candle: &Candle) -> f64 {
        match self {
            Self::OfPrice(fraction) => price * (1.0 + direction * fraction),
            Self::OfRange(fraction) => price + direction * fraction * (candle.high - candle.low),
        }
    }

    /// What one fill is expected to cost, as a fraction of the price; a range is not known in advance.
    pub(crate) fn expected(self) -> f64 {
        match self {
            Self::OfPrice(fraction) => fraction,
            Self::OfRange(_) => 0.0,
        }
    }
}
