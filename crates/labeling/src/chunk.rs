//! The outcomes of a stretch of entries.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use pulp::NullaryFnOnce;

use crate::barrier::Window;
use crate::extremes::{Extremes, GROUP, extreme, larger, smaller};
use crate::touch::{Lanes, Touches};
use crate::{BarrierRule, CandleSeries, Outcome, TiePolicy};

/// Entries from row `first` on, whose windows end within the series.
///
/// Most entries never see their take profit: the highest high of all groups of candles that the
/// window touches is below it. One comparison an entry finds those. Only for the others the first
/// candle that touches either barrier is looked for, and only if there are any the lows are read.
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
        // From the group of an entry to that of its window's last candle, at most.
        let reach = horizon.div_ceil(GROUP) + 1;
        let highs = &self.candles.high[rows.clone()];
        let lows = &self.candles.low[rows];
        pulp::Arch::new().dispatch(Search { chunk: self, reach, highs, lows, outcomes });
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
}

/// The search for take profits, compiled for each instruction set: comparisons and two products,
/// whose results are the same on all.
struct Search<'a> {
    chunk: &'a Chunk<'a>,
    reach: usize,
    highs: &'a [f64],
    lows: &'a [f64],
    outcomes: &'a mut [Outcome],
}

impl NullaryFnOnce for Search<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { chunk: Chunk { candles, rule, first, .. }, reach, highs, lows, outcomes } = self;
        let close = &candles.close[*first..first + outcomes.len()];
        let (up_factor, down_factor) = (1.0 + rule.take_profit(), 1.0 - rule.stop_loss());
        let highest = Extremes::new(highs, reach, f64::NEG_INFINITY, larger);
        let hopeful = hopeful_groups(close, up_factor, reach, &highest);
        if hopeful.is_empty() {
            return;
        }
        let lowest = Extremes::new(lows, reach, f64::INFINITY, smaller);
        let touches = Touches { highest: &highest, lowest: &lowest };
        for group in hopeful {
            let rows = group * GROUP..((group + 1) * GROUP).min(close.len());
            let mut entries: Lanes<f64> = [f64::MAX; GROUP];
            entries[..rows.len()].copy_from_slice(&close[rows.clone()]);
            let (up, down) = (entries.map(|e| e * up_factor), entries.map(|e| e * down_factor));
            let touched = touches.first(group, &up, &down);
            for (lane, entry) in rows.enumerate() {
                let last = entry + self.chunk.window.candles;
                if touched[lane] <= last && outcomes[entry] == Outcome::NoTakeProfit {
                    let candle = first + touched[lane];
                    if self.chunk.is_profit(candle, up[lane], down[lane]) {
                        outcomes[entry] = Outcome::TakeProfit;
                    }
                }
            }
        }
    }
}

/// Groups of entries of which one at least may see its take profit.
#[inline(always)]
fn hopeful_groups(
    close: &[f64],
    up_factor: f64,
    reach: usize,
    highest: &Extremes<'_>,
) -> Vec<usize> {
    let mut hopeful = Vec::new();
    for (group, close) in close.chunks(GROUP).enumerate() {
        // The cheapest entry has the nearest take profit: rounding keeps the order.
        let mut entries = [f64::INFINITY; GROUP];
        entries[..close.len()].copy_from_slice(close);
        if extreme(entries, smaller) * up_factor <= highest.of_run(group, reach, larger) {
            hopeful.push(group);
        }
    }
    hopeful
}

impl Chunk<'_> {
    /// Whether the candle, the first to touch a barrier, counts as the take profit.
    #[inline(always)]
    fn is_profit(&self, candle: usize, up: f64, down: f64) -> bool {
        let (profit, stop) = (self.candles.high[candle] >= up, self.candles.low[candle] <= down);
        let wins_tie = match self.rule.tie_policy() {
            TiePolicy::Conservative => false,
            TiePolicy::ProximityToOpen => {
                let open = self.candles.open[candle];
                (up - open).abs() < (open - down).abs()
            }
        };
        profit && (!stop || wins_tie)
    }
}
