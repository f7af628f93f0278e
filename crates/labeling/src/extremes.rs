//! Highest highs and lowest lows of stretches of candles.

use crate::group::{Groups, extreme};

/// A column of prices with the extremes of every group, and of every stretch of 2, 4, 8 … groups,
/// wherever it begins. Beyond the last candle lies a neutral price, which touches no barrier.
pub(crate) struct Extremes<'a> {
    pub(crate) groups: Groups<'a>,
    /// `levels[k][g]` is the extreme of the groups `g .. g + 2^k`.
    levels: Vec<Vec<f64>>,
}

impl<'a> Extremes<'a> {
    /// Those of the highs of candles (`pick` is the larger of two, `neutral` −∞) or of their lows
    /// (`pick` is the smaller of two, `neutral` ∞), for stretches of up to `longest` groups.
    pub(crate) fn new(
        prices: &'a [f64],
        longest: usize,
        neutral: f64,
        pick: impl Fn(f64, f64) -> f64 + Copy,
    ) -> Self {
        let n_levels = (longest.ilog2() + 1) as usize;
        let groups = Groups::new(prices, neutral);
        // Plain loops: what `extend` and `collect` call is not compiled for each instruction set.
        // And `push`, since with places to write to, the compiler would take one candle each from
        // many groups together, which is slow.
        let mut single = Vec::with_capacity(groups.len() + (1 << n_levels));
        for prices in groups.whole {
            single.push(extreme(prices, pick));
        }
        single.push(extreme(&groups.last, pick));
        single.resize(groups.len() + (1 << n_levels), neutral);
        let mut levels = vec![single];
        for level in 1..n_levels {
            let shorter = &levels[level - 1];
            let later = &shorter[1 << (level - 1)..];
            let mut longer = vec![neutral; later.len()];
            for ((extreme, &a), &b) in longer.iter_mut().zip(shorter).zip(later) {
                *extreme = pick(a, b);
            }
            levels.push(longer);
        }
        Self { groups, levels }
    }

    /// The extremes of stretches of `2^level` groups, by the first of these.
    pub(crate) fn level(&self, level: usize) -> &[f64] {
        &self.levels[level]
    }

    /// How many lengths of stretches there are.
    pub(crate) fn n_levels(&self) -> usize {
        self.levels.len()
    }
}
