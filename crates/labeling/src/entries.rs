//! The entries of a chunk, in groups, and what becomes of them.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use std::ops::Range;

use crate::Outcome;
use crate::ahead::{Ahead, PROFIT};
use crate::chunk::Chunk;
use crate::group::{GROUP, Groups, Lanes};
use crate::touch::Barriers;

/// The entries of a chunk. `outcomes` begin as [`Outcome::NoTakeProfit`], or [`Outcome::Gap`], which
/// stays.
pub(crate) struct Entries<'a> {
    pub(crate) chunk: &'a Chunk<'a>,
    /// The barriers of an entry at 1.
    pub(crate) factors: Barriers<f64>,
    pub(crate) close: Groups<'a>,
    /// All candles of their windows.
    pub(crate) ahead: Ahead<'a>,
    pub(crate) outcomes: &'a mut [Outcome],
}

impl Entries<'_> {
    /// The entries of a group.
    #[inline(always)]
    pub(crate) fn rows(&self, group: usize) -> Range<usize> {
        group * GROUP..self.outcomes.len().min((group + 1) * GROUP)
    }

    /// The barriers of a group's entries.
    #[inline(always)]
    pub(crate) fn barriers(&self, group: usize) -> Barriers<Lanes<f64>> {
        self.barriers_at(self.close.get(group))
    }

    #[inline(always)]
    fn barriers_at(&self, close: &Lanes<f64>) -> Barriers<Lanes<f64>> {
        Barriers {
            up: close.map(|close| close * self.factors.up),
            down: close.map(|close| close * self.factors.down),
        }
    }

    /// Sixteen entries, the group's among them, and their barriers: the last ones of all where the
    /// group is not whole. `None` if there are fewer than sixteen in all, or if one of them is not
    /// followed by that number of candles, as happens where some are missing.
    #[inline(always)]
    pub(crate) fn sixteen(
        &self,
        group: usize,
        candles: usize,
    ) -> Option<(usize, Barriers<Lanes<f64>>)> {
        let first = (group * GROUP).min(self.outcomes.len().checked_sub(GROUP)?);
        let close = self.chunk.candles.close.get(self.chunk.first + first..)?.first_chunk()?;
        let followed = first + GROUP + candles <= self.ahead.high.len();
        followed.then(|| (first, self.barriers_at(close)))
    }

    /// A group whose entries all reach their take profit first.
    #[inline(always)]
    pub(crate) fn take_profit(&mut self, group: usize) {
        let rows = self.rows(group);
        for outcome in &mut self.outcomes[rows] {
            let keep = *outcome == Outcome::Gap;
            *outcome = if keep { Outcome::Gap } else { Outcome::TakeProfit };
        }
    }

    /// What became of the sixteen entries from `first` on.
    #[inline(always)]
    pub(crate) fn write(&mut self, first: usize, found: &Lanes<f64>) {
        for (outcome, &found) in self.outcomes[first..first + GROUP].iter_mut().zip(found) {
            let known = if found == PROFIT { Outcome::TakeProfit } else { Outcome::NoTakeProfit };
            *outcome = if *outcome == Outcome::Gap { Outcome::Gap } else { known };
        }
    }

    /// A group of entries whose windows are so short that all their candles are near.
    #[inline(always)]
    pub(crate) fn label_short(&mut self, group: usize) {
        let horizon = self.chunk.window.candles;
        let Some((first, barriers)) = self.sixteen(group, horizon) else {
            return self.label_one_by_one(group);
        };
        let found = self.ahead.first_touch(first, 1..=horizon, &barriers);
        self.write(first, &found);
    }

    /// A group of entries that are not [sixteen](Self::sixteen).
    pub(crate) fn label_one_by_one(&mut self, group: usize) {
        for entry in self.rows(group) {
            if self.outcomes[entry] == Outcome::Gap {
                continue;
            }
            let close = self.chunk.candles.close[self.chunk.first + entry];
            let barriers =
                Barriers { up: close * self.factors.up, down: close * self.factors.down };
            let (high, low) = (self.ahead.high, self.ahead.low);
            let touches = |&row: &usize| high[row] >= barriers.up || low[row] <= barriers.down;
            let mut window = entry + 1..=entry + self.chunk.window.candles;
            let candle = window.find(touches).map(|row| self.chunk.first + row);
            if candle.is_some_and(|candle| self.chunk.is_profit(candle, barriers)) {
                self.outcomes[entry] = Outcome::TakeProfit;
            }
        }
    }
}
