//! Prices in groups of sixteen: a few vector registers full.

/// Candles, or their entries, that are looked at together.
pub(crate) const GROUP: usize = 16;

/// A value for each of a group.
pub(crate) type Lanes<T> = [T; GROUP];

/// A column of prices, cut into groups. The last one is filled up.
pub(crate) struct Groups<'a> {
    pub(crate) whole: &'a [Lanes<f64>],
    pub(crate) last: Lanes<f64>,
}

impl<'a> Groups<'a> {
    pub(crate) fn new(prices: &'a [f64], filling: f64) -> Self {
        let (whole, rest) = prices.as_chunks();
        let mut last = [filling; GROUP];
        last[..rest.len()].copy_from_slice(rest);
        Self { whole, last }
    }

    /// How many there are, with the last one, in which there may be nothing but the filling.
    pub(crate) fn len(&self) -> usize {
        self.whole.len() + 1
    }

    pub(crate) fn get(&self, group: usize) -> &Lanes<f64> {
        self.whole.get(group).unwrap_or(&self.last)
    }
}

/// The extreme of one group, halving it each time; `pick` takes the larger or the smaller of two.
pub(crate) fn extreme(group: &Lanes<f64>, pick: impl Fn(f64, f64) -> f64) -> f64 {
    let mut best = *group;
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
pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The smaller of two prices; neither is NaN.
pub(crate) fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}
