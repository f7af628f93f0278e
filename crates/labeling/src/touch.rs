//! The first candle that touches a barrier, for a group of entries at once, in time that hardly
//! depends on how far it is.
#![allow(
    clippy::needless_bitwise_bool,
    reason = "where a search goes is hard to foresee: without branches sixteen take little longer than one"
)]

use crate::extremes::Extremes;
use crate::group::{GROUP, Lanes};

/// Take profits (`up`) and stop losses (`down`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Barriers<T> {
    pub(crate) up: T,
    pub(crate) down: T,
}

/// Candles to be searched for the first that touches either of two barriers. `highest` and `lowest`
/// are about the same candles and have stretches of the same lengths.
pub(crate) struct Touches<'a> {
    pub(crate) highest: &'a Extremes<'a>,
    pub(crate) lowest: &'a Extremes<'a>,
}

impl Touches<'_> {
    /// For each lane the first group from `from` on with a touch: after the longest stretch without
    /// one, which is put together of powers of two. A group beyond the longest stretch where there is
    /// none before.
    ///
    /// The lanes go side by side, without branches: where a search goes is hard to foresee, and
    /// sixteen that do not wait for one another take little longer than one.
    pub(crate) fn first_group(
        &self,
        from: Lanes<usize>,
        barriers: &Barriers<Lanes<f64>>,
    ) -> Lanes<usize> {
        let Barriers { up, down } = barriers;
        let mut groups = from;
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
    pub(crate) fn first_in_group(&self, group: usize, barriers: Barriers<f64>) -> usize {
        let Barriers { up, down } = barriers;
        let (highs, lows) = (self.highest.groups.get(group), self.lowest.groups.get(group));
        let mut touched = 0_u32;
        for candle in 0..GROUP {
            let touches = (highs[candle] >= up) | (lows[candle] <= down);
            touched |= u32::from(touches) << candle;
        }
        group * GROUP + (touched | 1 << GROUP).trailing_zeros() as usize
    }
}

/// Whether the take profit is nearer to the open than the stop loss.
pub(crate) fn is_nearer(open: f64, barriers: Barriers<f64>) -> bool {
    (barriers.up - open).abs() < (open - barriers.down).abs()
}
