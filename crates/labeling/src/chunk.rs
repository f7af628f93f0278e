//! A stretch of entries.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use crate::touch::{Barriers, is_nearer};
use crate::window::Window;
use crate::{BarrierRule, CandleSeries, TiePolicy};

/// Entries from row `first` on, whose windows end within the series.
pub(crate) struct Chunk<'a> {
    pub(crate) candles: &'a CandleSeries<'a>,
    pub(crate) rule: &'a BarrierRule,
    pub(crate) window: &'a Window<'a>,
    pub(crate) first: usize,
}

impl Chunk<'_> {
    /// Whether the candle, the first to touch a barrier, counts as the take profit.
    #[inline(always)]
    pub(crate) fn is_profit(&self, candle: usize, barriers: Barriers<f64>) -> bool {
        let Barriers { up, down } = barriers;
        let (profit, stop) = (self.candles.high[candle] >= up, self.candles.low[candle] <= down);
        let wins_tie = match self.rule.tie_policy() {
            TiePolicy::Conservative => false,
            TiePolicy::ProximityToOpen => is_nearer(self.candles.open[candle], barriers),
        };
        profit && (!stop || wins_tie)
    }
}
