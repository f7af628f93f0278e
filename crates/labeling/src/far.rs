//! Entries whose windows reach beyond the candles near them.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use std::array;

use crate::Outcome;
use crate::ahead::{NEAR, NEITHER, PROFIT, STOP};
use crate::band::{Band, Reach};
use crate::entries::Entries;
use crate::group::{GROUP, larger};
use crate::touch::{Barriers, Touches};

/// The entries that are left, and what is known of the candles.
pub(crate) struct Far<'a> {
    pub(crate) entries: Entries<'a>,
    pub(crate) reach: Reach,
    pub(crate) touches: Touches<'a>,
}

impl Far<'_> {
    /// A group of entries that are not touched in it, nor stopped within their windows: whether
    /// they reach the take profit is all that matters.
    #[inline(always)]
    pub(crate) fn label_unstopped(&mut self, band: &Band) {
        let (first, highest) = (band.group + 1, self.touches.highest);
        let in_all = match self.reach.all {
            0 => f64::NEG_INFINITY,
            all => highest.of_run(first, all, larger),
        };
        if band.far.up <= in_all {
            return self.entries.take_profit(band.group);
        }
        let in_any = highest.of_run(first, self.reach.any, larger);
        let rows = self.entries.rows(band.group);
        let barriers = self.entries.barriers(band.group);
        let Entries { chunk, ahead, outcomes, .. } = &mut self.entries;
        for (entry, up) in rows.zip(barriers.up) {
            if outcomes[entry] == Outcome::NoTakeProfit && up <= in_any {
                let last = entry + chunk.window.candles;
                // What only some windows hold is looked at candle by candle.
                let end = ((first + self.reach.all) * GROUP).min(last + 1);
                if up <= in_all || ahead.high[end..=last].iter().any(|&high| high >= up) {
                    outcomes[entry] = Outcome::TakeProfit;
                }
            }
        }
    }

    /// A group whose entries are touched soon, or some of them: candle by candle, as far as these
    /// are near.
    #[inline(always)]
    pub(crate) fn label_near(&mut self, group: usize) {
        let Some((first, barriers)) = self.entries.sixteen(group, NEAR) else {
            return self.entries.label_one_by_one(group);
        };
        let mut found = self.entries.ahead.first_touch(first, 1..=GROUP - 1, &barriers);
        if found.contains(&NEITHER) {
            let later = self.entries.ahead.first_touch(first, GROUP..=NEAR, &barriers);
            for lane in 0..GROUP {
                found[lane] = if found[lane] == NEITHER { later[lane] } else { found[lane] };
            }
        }
        if found.contains(&NEITHER) {
            let from = array::from_fn(|lane| (first + lane + NEAR + 1) / GROUP);
            let groups = self.touches.first_group(from, &barriers);
            for lane in 0..GROUP {
                if found[lane] == NEITHER {
                    let barriers = Barriers { up: barriers.up[lane], down: barriers.down[lane] };
                    let profit = self.is_profit(first + lane, groups[lane], barriers);
                    found[lane] = if profit { PROFIT } else { STOP };
                }
            }
        }
        self.entries.write(first, &found);
    }

    /// A group whose entries are not touched before group `from`, which comes after their own.
    #[inline(always)]
    pub(crate) fn label_each(&mut self, group: usize, from: usize) {
        let barriers = self.entries.barriers(group);
        let groups = self.touches.first_group([from; GROUP], &barriers);
        for (lane, entry) in self.entries.rows(group).enumerate() {
            let barriers = Barriers { up: barriers.up[lane], down: barriers.down[lane] };
            if self.entries.outcomes[entry] == Outcome::NoTakeProfit
                && self.is_profit(entry, groups[lane], barriers)
            {
                self.entries.outcomes[entry] = Outcome::TakeProfit;
            }
        }
    }

    /// Whether an entry sees its take profit first. The first candle to touch a barrier is in
    /// `group` if anywhere.
    #[inline(always)]
    fn is_profit(&self, entry: usize, group: usize, barriers: Barriers<f64>) -> bool {
        let last = entry + self.entries.chunk.window.candles;
        // Mostly the extremes of the group settle it.
        if self.touches.highest.level(0)[group] < barriers.up {
            return false;
        }
        let stops = self.touches.lowest.level(0)[group] <= barriers.down;
        if !stops && (group + 1) * GROUP <= last + 1 {
            return true;
        }
        let candle = self.touches.first_in_group(group, barriers);
        let chunk = self.entries.chunk;
        candle <= last && chunk.is_profit(chunk.first + candle, barriers)
    }
}
