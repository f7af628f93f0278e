//! Sums over a window: means, variances and covariances of one and of two series.

use crate::Pair;
use crate::window::{Runs, Summary};

/// The sum of differences to the pivot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sum(f64);

impl Summary for Sum {
    type Value = f64;
    const EMPTY: Self = Self(0.0);

    #[inline]
    fn append(self, value: f64, pivot: f64, _: usize) -> Self {
        Self(self.0 + (value - pivot))
    }

    #[inline]
    fn prepend(self, value: f64, pivot: f64) -> Self {
        Self(self.0 + (value - pivot))
    }
}

impl Runs<Sum> {
    /// The mean of the window.
    #[inline]
    pub(crate) fn mean(&self) -> f64 {
        let (len, step) = (self.earlier_len as f64, self.earlier_pivot - self.later_pivot);
        self.later_pivot + (self.later.0 + (self.earlier.0 + len * step)) * self.inverse
    }
}

/// The sums of differences to the pivot and of their squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Squares {
    sum: f64,
    squares: f64,
}

impl Summary for Squares {
    type Value = f64;
    const EMPTY: Self = Self { sum: 0.0, squares: 0.0 };

    #[inline]
    fn append(self, value: f64, pivot: f64, _: usize) -> Self {
        let difference = value - pivot;
        Self { sum: self.sum + difference, squares: self.squares + difference * difference }
    }

    #[inline]
    fn prepend(self, value: f64, pivot: f64) -> Self {
        self.append(value, pivot, 0)
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

impl Runs<Squares> {
    /// Those of the window.
    #[inline]
    pub(crate) fn moments(&self) -> Moments {
        let (len, step) = (self.earlier_len as f64, self.earlier_pivot - self.later_pivot);
        let Squares { sum, squares } = self.earlier;
        let moved = len * step;
        let mean_difference = (self.later.sum + (sum + moved)) * self.inverse;
        let squares = self.later.squares + (squares + step * (sum + sum + moved));
        let variance = squares * self.inverse - mean_difference * mean_difference;
        // Rounding can leave something just below 0; a NaN cannot come from checked inputs.
        Moments { mean: self.later_pivot + mean_difference, variance: variance.max(0.0) }
    }
}

/// The sums of differences to the pivot, each once and each times its row in the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Trend {
    sum: f64,
    /// Σ row · difference, with rows counted from 0 at the run's beginning.
    weighted: f64,
}

impl Summary for Trend {
    type Value = f64;
    const EMPTY: Self = Self { sum: 0.0, weighted: 0.0 };

    #[inline]
    fn append(self, value: f64, pivot: f64, held: usize) -> Self {
        let difference = value - pivot;
        Self { sum: self.sum + difference, weighted: self.weighted + held as f64 * difference }
    }

    #[inline]
    fn prepend(self, value: f64, pivot: f64) -> Self {
        // All values that were there move one row up.
        Self { sum: self.sum + (value - pivot), weighted: self.weighted + self.sum }
    }
}

impl Runs<Trend> {
    /// Mean of the values, and `Σ (row − mean row) · value`.
    #[inline]
    pub(crate) fn mean_and_covariation(&self, rows: f64) -> (f64, f64) {
        let (len, step) = (self.earlier_len as f64, self.earlier_pivot - self.later_pivot);
        let sum = self.later.sum + (self.earlier.sum + len * step);
        let earlier = self.earlier.weighted + step * (0.5 * len * (len - 1.0));
        let later = self.later.weighted + len * self.later.sum;
        let covariation = (earlier + later) - 0.5 * (rows - 1.0) * sum;
        (self.later_pivot + sum * self.inverse, covariation)
    }
}

/// The sums of two series' differences to their pivots, of their squares and of their product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Products {
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Summary for Products {
    type Value = Pair;
    const EMPTY: Self = Self { x: 0.0, y: 0.0, xx: 0.0, yy: 0.0, xy: 0.0 };

    #[inline]
    fn append(self, value: Pair, pivot: Pair, _: usize) -> Self {
        let (x, y) = (value.x - pivot.x, value.y - pivot.y);
        Self {
            x: self.x + x,
            y: self.y + y,
            xx: self.xx + x * x,
            yy: self.yy + y * y,
            xy: self.xy + x * y,
        }
    }

    #[inline]
    fn prepend(self, value: Pair, pivot: Pair) -> Self {
        self.append(value, pivot, 0)
    }
}

/// Means and (co)variances of a window of pairs, those of the population.
#[derive(Clone, Copy)]
pub(crate) struct PairMoments {
    pub(crate) mean: Pair,
    pub(crate) variance: Pair,
    pub(crate) covariance: f64,
}

impl Runs<Products> {
    /// Those of the window.
    #[inline]
    pub(crate) fn moments(&self) -> PairMoments {
        let (earlier, later, len) = (self.earlier, self.later, self.earlier_len as f64);
        let dx = self.earlier_pivot.x - self.later_pivot.x;
        let dy = self.earlier_pivot.y - self.later_pivot.y;
        let x = (later.x + (earlier.x + len * dx)) * self.inverse;
        let y = (later.y + (earlier.y + len * dy)) * self.inverse;
        let xx = later.xx + (earlier.xx + dx * (earlier.x + earlier.x + len * dx));
        let yy = later.yy + (earlier.yy + dy * (earlier.y + earlier.y + len * dy));
        let xy = later.xy + (earlier.xy + (dx * earlier.y + dy * (earlier.x + len * dx)));
        PairMoments {
            mean: Pair { x: self.later_pivot.x + x, y: self.later_pivot.y + y },
            variance: Pair {
                x: (xx * self.inverse - x * x).max(0.0),
                y: (yy * self.inverse - y * y).max(0.0),
            },
            covariance: xy * self.inverse - x * y,
        }
    }
}
