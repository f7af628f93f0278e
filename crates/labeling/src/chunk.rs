//! The outcomes of a stretch of entries.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use crate::ahead::Ahead;
use crate::barrier::Window;
use crate::search::Search;
use crate::touch::Barriers;
use crate::{BarrierRule, CandleSeries, Outcome, TiePolicy};

/// Entries from row `first` on, whose windows end within the series.
pub(crate) struct Chunk<'a> {
    pub(crate) candles: &'a CandleSeries<'a>,
    pub(crate) rule: &'a BarrierRule,
    pub(crate) window: &'a Window<'a>,
    pub(crate) first: usize,
}

impl Chunk<'_> {
    /// Writes the outcomes of the entries from `first` on.
    pub(crate) fn label(&self, outcomes: &mut [Outcome]) {
        let horizon = self.window.candles;
        let all = self.candles.len();
        if horizon >= all {
            // The windows end within the series, which has fewer candles than they should.
            outcomes.fill(Outcome::Gap);
            return;
        }
        // The candles of these windows, their entries included.
        let rows = self.first..all.min(self.first + outcomes.len() + horizon);
        self.mark_gaps(rows.end - 1, outcomes);
        let ahead = Ahead {
            open: &self.candles.open[rows.clone()],
            high: &self.candles.high[rows.clone()],
            low: &self.candles.low[rows],
            tie_policy: self.rule.tie_policy(),
        };
        pulp::Arch::new().dispatch(Search { chunk: self, ahead, outcomes });
    }

    /// [`Outcome::Gap`] where a window lacks a candle, [`Outcome::NoTakeProfit`] elsewhere.
    fn mark_gaps(&self, last_row: usize, outcomes: &mut [Outcome]) {
        outcomes.fill(Outcome::NoTakeProfit);
        if self.window.is_gapless(self.first, last_row) {
            return;
        }
        for (entry, outcome) in (self.first..).zip(outcomes) {
            if !self.window.is_whole(entry) {
                *outcome = Outcome::Gap;
            }
        }
    }

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

/// Whether the take profit is nearer to the open than the stop loss.
#[inline(always)]
pub(crate) fn is_nearer(open: f64, barriers: Barriers<f64>) -> bool {
    (barriers.up - open).abs() < (open - barriers.down).abs()
}
