//! The first candle that touches a barrier, for a group of entries at once, in time that hardly
//! depends on how far it is.
#![allow(
    clippy::inline_always,
    clippy::needless_bitwise_bool,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it, and \
              becomes vector instructions only without branches"
)]

use crate::extremes::{Extremes, GROUP, larger, smaller};

/// A number for each entry of a group.
pub(crate) type Lanes<T> = [T; GROUP];

/// Candles to be searched for the first that touches either of two barriers. `highest` and `lowest`
/// are about the same candles and have runs of the same lengths.
pub(crate) struct Touches<'a> {
    pub(crate) highest: &'a Extremes<'a>,
    pub(crate) lowest: &'a Extremes<'a>,
}

impl Touches<'_> {
    /// For each entry of `group`, the row of the first candle after it with `high ≥ up` or
    /// `low ≤ down`; a row beyond twice the longest run where there is none before.
    ///
    /// The entries go side by side, without branches: where a search goes is hard to foresee, and
    /// sixteen that do not wait for one another take little longer than one.
    #[inline(always)]
    pub(crate) fn first(&self, group: usize, up: &Lanes<f64>, down: &Lanes<f64>) -> Lanes<usize> {
        let mut first = self.first_in_group_of_entry(group, up, down);
        let groups = self.first_group(group + 1, up, down);
        for lane in 0..GROUP {
            let row = self.first_in_group(groups[lane], up[lane], down[lane]);
            first[lane] = if first[lane] == usize::MAX { row } else { first[lane] };
        }
        first
    }

    /// Where the first candle is in the entry's own group; `usize::MAX` where it is not.
    #[inline(always)]
    fn first_in_group_of_entry(
        &self,
        group: usize,
        up: &Lanes<f64>,
        down: &Lanes<f64>,
    ) -> Lanes<usize> {
        let mut first = [usize::MAX; GROUP];
        let nearest_up = up.iter().copied().fold(f64::INFINITY, smaller);
        let nearest_down = down.iter().copied().fold(0.0, larger);
        if self.highest.level(0)[group] < nearest_up && self.lowest.level(0)[group] > nearest_down {
            return first;
        }
        let (highs, lows) = (self.highest.group(group), self.lowest.group(group));
        for candle in (1..GROUP).rev() {
            // The entries before it.
            for lane in 0..candle {
                let touched = (highs[candle] >= up[lane]) | (lows[candle] <= down[lane]);
                first[lane] = if touched { group * GROUP + candle } else { first[lane] };
            }
        }
        first
    }

    /// The first group from `from` on with a touch: after the longest run without one, which is
    /// put together of powers of two.
    #[inline(always)]
    fn first_group(&self, from: usize, up: &Lanes<f64>, down: &Lanes<f64>) -> Lanes<usize> {
        let mut groups = [from; GROUP];
        for level in (0..self.highest.n_levels()).rev() {
            let (highest, lowest) = (self.highest.level(level), self.lowest.level(level));
            for lane in 0..GROUP {
                let group = groups[lane];
                let clear = (highest[group] < up[lane]) & (lowest[group] > down[lane]);
                groups[lane] = group + (usize::from(clear) << level);
            }
        }
        groups
    }

    /// The row of the first candle of this group to touch a barrier, or of the next group's first.
    #[inline(always)]
    fn first_in_group(&self, group: usize, up: f64, down: f64) -> usize {
        let (highs, lows) = (self.highest.group(group), self.lowest.group(group));
        let mut touched = 0_u32;
        for candle in 0..GROUP {
            let touches = (highs[candle] >= up) | (lows[candle] <= down);
            touched |= u32::from(touches) << candle;
        }
        group * GROUP + (touched | 1 << GROUP).trailing_zeros() as usize
    }
}
