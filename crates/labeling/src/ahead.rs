//! The candles right after the entries, one after the other.
#![allow(
    clippy::inline_always,
    clippy::needless_bitwise_bool,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it, and \
              becomes vector instructions only without branches"
)]

use std::ops::RangeInclusive;

use crate::TiePolicy;
use crate::group::{GROUP, Lanes};
use crate::touch::{Barriers, is_nearer};

/// Candles after an entry that are looked at one by one: those of its own group and of the next.
pub(crate) const NEAR: usize = 2 * GROUP - 1;

/// What an entry comes to first, as a number: these stay in vector registers.
pub(crate) const STOP: f64 = 0.0;
pub(crate) const PROFIT: f64 = 1.0;
pub(crate) const NEITHER: f64 = -1.0;

/// Candles, from the first entry's on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ahead<'a> {
    pub(crate) open: &'a [f64],
    pub(crate) high: &'a [f64],
    pub(crate) low: &'a [f64],
    pub(crate) tie_policy: TiePolicy,
}

impl Ahead<'_> {
    /// Which barrier each of the sixteen entries from row `first` on comes to first in the candles
    /// `steps` after it; all of these exist.
    #[inline(always)]
    pub(crate) fn first_touch(
        &self,
        first: usize,
        steps: RangeInclusive<usize>,
        barriers: &Barriers<Lanes<f64>>,
    ) -> Lanes<f64> {
        match self.tie_policy {
            TiePolicy::Conservative => self.scan(first, steps, barriers, |_, _| false),
            TiePolicy::ProximityToOpen => self.scan(first, steps, barriers, is_nearer),
        }
    }

    /// `wins_tie` says whether a candle with this open that touches both barriers counts as profit.
    #[inline(always)]
    fn scan(
        &self,
        first: usize,
        steps: RangeInclusive<usize>,
        barriers: &Barriers<Lanes<f64>>,
        wins_tie: impl Fn(f64, Barriers<f64>) -> bool,
    ) -> Lanes<f64> {
        let rows = first + steps.start()..first + steps.end() + GROUP;
        let windows = |prices| <[f64]>::windows(prices, GROUP);
        let open = windows(&self.open[rows.clone()]);
        let candles = windows(&self.high[rows.clone()]).zip(windows(&self.low[rows])).zip(open);
        let mut found = [NEITHER; GROUP];
        // From the last step to the first: whatever comes earlier has the last word.
        for ((high, low), open) in candles.rev() {
            for lane in 0..GROUP {
                let barriers = Barriers { up: barriers.up[lane], down: barriers.down[lane] };
                let profit = high[lane] >= barriers.up;
                let stop =
                    (low[lane] <= barriers.down) & !(profit & wins_tie(open[lane], barriers));
                let touched = if profit { PROFIT } else { found[lane] };
                found[lane] = if stop { STOP } else { touched };
            }
        }
        found
    }
}
