//! What happened on the way, in numbers.

use serde::{Deserialize, Serialize};

/// How often what happened; nothing that an account leaves undone is left untold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Rows fed.
    pub rows: u64,
    /// Rows that carried a decision.
    pub decisions: u64,
    /// Rows that carried a decision, which said nothing.
    pub silent: u64,
    /// Signals without a free slot.
    pub ignored: u64,
    /// Orders that sizing or risk made zero.
    pub sized_to_zero: u64,
    /// Orders whose quantity was below one step.
    pub below_step: u64,
    /// Orders whose notional was below the instrument's minimum.
    pub below_min_notional: u64,
    /// Orders that the free cash did not carry.
    pub insufficient_margin: u64,
    /// Orders so large that their tier does not lend the leverage.
    pub above_tier_leverage: u64,
    /// Orders made smaller to fit the free cash.
    pub clipped: u64,
    /// Candles that reached the loss and the profit of a trade, so that the tie rule decided.
    pub ambiguous: u64,
    /// Trades that ended by liquidation.
    pub liquidations: u64,
    /// Funding payments made or received.
    pub funding_payments: u64,
    /// Of these, taken at the candle's open for want of a mark price.
    pub funding_without_mark: u64,
    /// Of these, stamped inside a bar.
    pub funding_inside_bar: u64,
    /// Rows whose finer candles were incomplete, so that the row's own candle decided.
    pub incomplete_detail: u64,
    /// Gaps in the candles that a position was held through.
    pub gaps_held: u64,
    /// Orders that were reduced or closed on demand of risk.
    pub risk_demands: u64,
}
