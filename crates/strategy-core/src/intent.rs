//! What a decision asks for, and how the trade that it opens ends.

use serde::{Deserialize, Serialize};

use crate::Side;

/// What the rows of a strategy ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// A row's side, or its weights, is the position wanted from the next open on, until a later row
    /// says otherwise. A row without a signal wants no position.
    #[default]
    Position,
    /// A row that is long or short asks for one new trade, which ends by its [`Exits`]. A row without a
    /// signal says nothing.
    Entry,
}

/// How a trade ends by itself. Prices are fractions of the entry price.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Exits {
    /// Take profit: `0.04` ends the trade 4 % in its favour.
    pub take_profit: Option<f64>,
    /// Stop loss: `0.02` ends the trade 2 % against it.
    pub stop_loss: Option<f64>,
    /// Trailing stop: ends the trade this far from its best price.
    pub trailing_stop: Option<f64>,
    /// Longest holding time, in rows of the strategy.
    pub max_hold: Option<u32>,
}

impl Exits {
    /// Whether nothing ends the trade by itself.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The exits of long trades and of short ones. They differ where a short bets on another barrier.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct SideExits {
    /// Of long trades.
    pub long: Exits,
    /// Of short trades.
    pub short: Exits,
}

impl SideExits {
    /// The same exits for both sides.
    pub fn both(exits: Exits) -> Self {
        Self { long: exits, short: exits }
    }

    /// The exits of `side`; none for no side.
    pub fn of(&self, side: Side) -> Exits {
        match side {
            Side::Long => self.long,
            Side::Short => self.short,
            Side::NoSignal => Exits::default(),
        }
    }
}
