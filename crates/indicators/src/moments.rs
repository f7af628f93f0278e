//! Sums over a window: means, variances and covariances of one and of two series.

use crate::Pair;
use crate::window::{Summary, Whole};

/// The sum of differences to the pivot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sum {
    sum: f64,
}

impl Summary for Sum {
    type Value = f64;
    const EMPTY: Self = Self { sum: 0.0 };

    #[inline]
    fn append(self, value: f64, pivot: f64) -> Self {
        Self { sum: self.sum + (value - pivot) }
    }

    #[inline]
    fn join(self, later: Self) -> Self {
        Self { sum: self.sum + later.sum }
    }
}

impl Whole<Sum> {
    /// The mean of the window, of a length of `1 / inverse`.
    #[inline]
    pub(crate) fn mean(self, inverse: f64) -> f64 {
        self.pivot + self.summary.sum * inverse
    }
}

/// The sums of differences to the pivot and of their squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Squares {
    pub(crate) sum: f64,
    pub(crate) squares: f64,
}

impl Summary for Squares {
    type Value = f64;
    const EMPTY: Self = Self { sum: 0.0, squares: 0.0 };

    #[inline]
    fn append(self, value: f64, pivot: f64) -> Self {
        let difference = value - pivot;
        Self { sum: self.sum + difference, squares: self.squares + difference * difference }
    }

    #[inline]
    fn join(self, later: Self) -> Self {
        Self { sum: self.sum + later.sum, squares: self.squares + later.squares }
    }
}

/// Mean and variance of a window.
#[derive(Clone, Copy)]
pub(crate) struct Moments {
    pub(crate) mean: f64,
    /// The population's: the mean square of the differences to the mean.
    pub(crate) variance: f64,
}

impl Moments {
    #[inline]
    pub(crate) fn deviation(self) -> f64 {
        self.variance.sqrt()
    }
}

impl Whole<Squares> {
    /// Those of the window, of a length of `1 / inverse`.
    #[inline]
    pub(crate) fn moments(self, inverse: f64) -> Moments {
        let Squares { sum, squares } = self.summary;
        let difference = sum * inverse;
        let variance = squares * inverse - difference * difference;
        Moments { mean: self.pivot + difference, variance: at_least_0(variance) }
    }
}

/// Rounding can leave a variance just below 0. (A NaN cannot come from checked inputs.)
#[inline]
fn at_least_0(variance: f64) -> f64 {
    if variance > 0.0 { variance } else { 0.0 }
}

/// The sums of differences to the pivot, each once and each times its row in the stretch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Trend {
    rows: f64,
    sum: f64,
    /// Σ row · difference, with rows counted from 0 at the beginning of the stretch.
    weighted: f64,
}

impl Summary for Trend {
    type Value = f64;
    const EMPTY: Self = Self { rows: 0.0, sum: 0.0, weighted: 0.0 };

    #[inline]
    fn append(self, value: f64, pivot: f64) -> Self {
        let (rows, difference) = (self.rows + 1.0, value - pivot);
        let weighted = self.weighted + self.rows * difference;
        Self { rows, sum: self.sum + difference, weighted }
    }

    #[inline]
    fn prepend(self, value: f64, pivot: f64) -> Self {
        // All values that were there move one row up.
        let (rows, weighted) = (self.rows + 1.0, self.weighted + self.sum);
        Self { rows, sum: self.sum + (value - pivot), weighted }
    }

    #[inline]
    fn join(self, later: Self) -> Self {
        let moved = later.weighted + self.rows * later.sum;
        let (rows, sum) = (self.rows + later.rows, self.sum + later.sum);
        Self { rows, sum, weighted: self.weighted + moved }
    }
}

impl Whole<Trend> {
    /// Mean of the values, and `Σ (row − mean row) · value`.
    #[inline]
    pub(crate) fn mean_and_covariation(self, rows: f64, inverse: f64) -> (f64, f64) {
        let Trend { sum, weighted, .. } = self.summary;
        (self.pivot + sum * inverse, weighted - 0.5 * (rows - 1.0) * sum)
    }
}

/// The sums of two series' differences to their pivots, of their squares and of their product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Products {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) xx: f64,
    pub(crate) yy: f64,
    pub(crate) xy: f64,
}

impl Summary for Products {
    type Value = Pair;
    const EMPTY: Self = Self { x: 0.0, y: 0.0, xx: 0.0, yy: 0.0, xy: 0.0 };

    #[inline]
    fn append(self, value: Pair, pivot: Pair) -> Self {
        let (x, y) = (value.x - pivot.x, value.y - pivot.y);
        self.join(Self { x, y, xx: x * x, yy: y * y, xy: x * y })
    }

    #[inline]
    fn join(self, later: Self) -> Self {
        Self {
            x: self.x + later.x,
            y: self.y + later.y,
            xx: self.xx + later.xx,
            yy: self.yy + later.yy,
            xy: self.xy + later.xy,
        }
    }
}

/// Means and (co)variances of a window of pairs, those of the population.
#[derive(Clone, Copy)]
pub(crate) struct PairMoments {
    pub(crate) mean: Pair,
    pub(crate) variance: Pair,
    pub(crate) covariance: f64,
}

impl Whole<Products> {
    /// Those of the window, of a length of `1 / inverse`.
    #[inline]
    pub(crate) fn moments(self, inverse: f64) -> PairMoments {
        let Products { x, y, xx, yy, xy } = self.summary;
        let (x, y) = (x * inverse, y * inverse);
        PairMoments {
            mean: Pair { x: self.pivot.x + x, y: self.pivot.y + y },
            variance: Pair {
                x: at_least_0(xx * inverse - x * x),
                y: at_least_0(yy * inverse - y * y),
            },
            covariance: xy * inverse - x * y,
        }
    }
}
