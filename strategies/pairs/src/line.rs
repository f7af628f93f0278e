//! The line between two series of log prices.

use crate::PairsError;

/// `y = alpha + beta·x`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The intercept, in log price of `y`.
    pub alpha: f64,
    /// The slope, the hedge ratio: notional of `x` that moves as one notional of `y` does.
    pub beta: f64,
}

impl Line {
    /// Least squares of `y` on `x`: the smallest sum of squared vertical distances.
    ///
    /// ```
    /// let line = pairs::Line::ordinary(&[1.0, 2.0, 3.0], &[3.0, 5.0, 7.0])?;
    /// assert_eq!((line.alpha, line.beta), (1.0, 2.0));
    /// # Ok::<(), pairs::PairsError>(())
    /// ```
    ///
    /// # Errors
    /// Series of two lengths, of fewer than three values, with a value that is no number; or an `x`
    /// that does not vary.
    pub fn ordinary(x: &[f64], y: &[f64]) -> Result<Self, PairsError> {
        let moments = Moments::of(x, y)?;
        Ok(moments.line(moments.xy / moments.xx))
    }

    /// Total least squares: the smallest sum of squared distances perpendicular to the line, so that
    /// neither series is taken to be free of noise:
    /// `β = (s_yy − s_xx + √((s_yy − s_xx)² + 4·s_xy²)) / (2·s_xy)`.
    ///
    /// # Errors
    /// As [`ordinary`](Self::ordinary), and where the two do not vary together at all.
    pub fn total(x: &[f64], y: &[f64]) -> Result<Self, PairsError> {
        let moments = Moments::of(x, y)?;
        if moments.xy == 0.0 {
            return Err(PairsError::Constant { series: "x·y" });
        }
        let difference = moments.yy - moments.xx;
        let root = difference.hypot(2.0 * moments.xy);
        // The form without cancellation for each sign of the difference.
        let beta = if difference >= 0.0 {
            (difference + root) / (2.0 * moments.xy)
        } else {
            2.0 * moments.xy / (root - difference)
        };
        Ok(moments.line(beta))
    }

    /// `y − alpha − beta·x`.
    #[must_use]
    pub fn residual(&self, x: f64, y: f64) -> f64 {
        y - self.alpha - self.beta * x
    }

    /// The residuals of two series of one length.
    #[must_use]
    pub fn residuals(&self, x: &[f64], y: &[f64]) -> Vec<f64> {
        x.iter().zip(y).map(|(&x, &y)| self.residual(x, y)).collect()
    }
}

/// Standard deviation of the residuals of a line, `√(Σe²/(n − 2))`.
#[must_use]
pub fn residual_deviation(residuals: &[f64]) -> f64 {
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    (squares / (residuals.len() as f64 - 2.0)).sqrt()
}

/// Means, and sums of squares and products about them.
struct Moments {
    mean_x: f64,
    mean_y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Moments {
    fn of(x: &[f64], y: &[f64]) -> Result<Self, PairsError> {
        if x.len() != y.len() {
            return Err(PairsError::Lengths { x: x.len(), y: y.len() });
        }
        require(x, 3)?;
        require(y, 3)?;
        let n = x.len() as f64;
        let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (x, y) in x.iter().zip(y) {
            let (x, y) = (x - mean_x, y - mean_y);
            xx += x * x;
            xy += x * y;
            yy += y * y;
        }
        // What rounding leaves of a constant is no variation.
        if xx <= n * (f64::EPSILON * mean_x).powi(2) {
            return Err(PairsError::Constant { series: "x" });
        }
        Ok(Self { mean_x, mean_y, xx, xy, yy })
    }

    fn line(&self, beta: f64) -> Line {
        Line { alpha: self.mean_y - beta * self.mean_x, beta }
    }
}

/// That there are at least `wanted` values and that all are numbers.
pub(crate) fn require(values: &[f64], wanted: usize) -> Result<(), PairsError> {
    if values.len() < wanted {
        return Err(PairsError::TooShort { found: values.len(), wanted });
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(row) => Err(PairsError::NotFinite { row, found: values[row] }),
        None => Ok(()),
    }
}
