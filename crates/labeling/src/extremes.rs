//! Highest highs and lowest lows of stretches of candles.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

/// Candles whose extreme is kept as one number.
pub(crate) const GROUP: usize = 16;

/// A column of prices with the extremes of every group of [`GROUP`] candles, and of every run of 2,
/// 4, 8 … groups, wherever it begins. Beyond the last candle lies a neutral price, which touches no
/// barrier.
pub(crate) struct Extremes<'a> {
    groups: &'a [[f64; GROUP]],
    /// What is left after the whole groups, and then the neutral price.
    last: [f64; GROUP],
    neutral: [f64; GROUP],
    /// `levels[k][g]` is the extreme of the groups `g .. g + 2^k`.
    levels: Vec<Vec<f64>>,
}

impl<'a> Extremes<'a> {
    /// Those of the highs of candles (`pick` is the larger of two, `neutral` −∞) or of their lows
    /// (`pick` is the smaller of two, `neutral` ∞), for runs of up to `longest` groups.
    #[inline(always)]
    pub(crate) fn new(
        prices: &'a [f64],
        longest: usize,
        neutral: f64,
        pick: impl Fn(f64, f64) -> f64 + Copy,
    ) -> Self {
        let n_levels = (longest.ilog2() + 1) as usize;
        let (groups, rest) = prices.as_chunks::<GROUP>();
        let mut last = [neutral; GROUP];
        last[..rest.len()].copy_from_slice(rest);

        let mut single = Vec::with_capacity(groups.len() + 1 + (1 << n_levels));
        single.extend(groups.iter().map(|group| extreme(*group, pick)));
        single.push(extreme(last, pick));
        single.resize(groups.len() + 1 + (1 << n_levels), neutral);
        let mut levels = vec![single];
        for level in 1..n_levels {
            let shorter = &levels[level - 1];
            let later = &shorter[1 << (level - 1)..];
            let longer = shorter.iter().zip(later).map(|(&a, &b)| pick(a, b)).collect();
            levels.push(longer);
        }
        Self { groups, last, neutral: [neutral; GROUP], levels }
    }

    /// The prices of a group.
    #[inline(always)]
    pub(crate) fn group(&self, group: usize) -> &[f64; GROUP] {
        let beyond = if group == self.groups.len() { &self.last } else { &self.neutral };
        self.groups.get(group).unwrap_or(beyond)
    }

    /// The extremes of runs of `2^level` groups, by the first of these.
    #[inline(always)]
    pub(crate) fn level(&self, level: usize) -> &[f64] {
        &self.levels[level]
    }

    /// How many lengths of runs there are.
    pub(crate) fn n_levels(&self) -> usize {
        self.levels.len()
    }

    /// The extreme of the `length` groups from `first` on; `length` is at least 1 and at most the
    /// longest run.
    #[inline(always)]
    pub(crate) fn of_run(
        &self,
        first: usize,
        length: usize,
        pick: impl Fn(f64, f64) -> f64,
    ) -> f64 {
        // Two runs that overlap: counting a candle twice does not change an extreme.
        let level = length.ilog2() as usize;
        let runs = &self.levels[level];
        pick(runs[first], runs[first + length - (1 << level)])
    }
}

/// The extreme of one group, halving it each time.
#[inline(always)]
pub(crate) fn extreme(group: [f64; GROUP], pick: impl Fn(f64, f64) -> f64) -> f64 {
    let mut best = group;
    let mut width = GROUP / 2;
    while width > 0 {
        for lane in 0..width {
            best[lane] = pick(best[lane], best[lane + width]);
        }
        width /= 2;
    }
    best[0]
}

/// The larger of two prices; neither is NaN.
#[inline(always)]
pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The smaller of two prices; neither is NaN.
#[inline(always)]
pub(crate) fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}
