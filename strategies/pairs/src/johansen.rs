//! Johansen's test of two series.

use crate::PairsError;
use crate::least_squares::regress;
use crate::line::require;

/// Johansen's test with a constant and one lagged difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Johansen {
    /// The squared canonical correlations, larger first.
    pub eigenvalues: [f64; 2],
    /// Trace statistics of "no cointegration" and of "at most one relation".
    pub trace: [f64; 2],
    /// Statistics of the largest eigenvalue of the same hypotheses.
    pub largest: [f64; 2],
    /// `β` of the first relation, `y − β·x`.
    pub beta: f64,
}

impl Johansen {
    /// What the trace statistics exceed with probability 10 %, 5 % and 1 % (`MacKinnon`, Haug and
    /// Michelis 1999).
    pub const TRACE_CRITICAL: [[f64; 3]; 2] =
        [[13.4294, 15.4943, 19.9349], [2.7055, 3.8415, 6.6349]];
    /// The same of the largest eigenvalue.
    pub const LARGEST_CRITICAL: [[f64; 3]; 2] =
        [[12.2971, 14.2639, 18.52], [2.7055, 3.8415, 6.6349]];

    /// The test of `y` and `x`: with `Δ` of both on a constant and both lagged `Δ`, and the lagged
    /// levels on the same, the canonical correlations of what is left.
    ///
    /// # Errors
    /// Series of two lengths, too short, with a value that is no number, or without variation.
    pub fn of(x: &[f64], y: &[f64]) -> Result<Self, PairsError> {
        if x.len() != y.len() {
            return Err(PairsError::Lengths { x: x.len(), y: y.len() });
        }
        require(x, 10)?;
        require(y, 10)?;
        let rows = x.len() - 2;
        let changes = |series: &[f64]| -> Vec<f64> {
            series.windows(2).map(|pair| pair[1] - pair[0]).collect()
        };
        let (dx, dy) = (changes(x), changes(y));
        let ones = vec![1.0; rows];
        let left = |target: &[f64]| {
            regress(target, &[&ones, &dy[..rows], &dx[..rows]]).map(|fit| fit.residuals)
        };
        let change = [left(&dy[1..])?, left(&dx[1..])?];
        let level = [left(&y[1..=rows])?, left(&x[1..=rows])?];
        let product = |a: &[Vec<f64>; 2], b: &[Vec<f64>; 2]| {
            let sum = |i: usize, j: usize| a[i].iter().zip(&b[j]).map(|(a, b)| a * b).sum::<f64>();
            [[sum(0, 0), sum(0, 1)], [sum(1, 0), sum(1, 1)]]
        };
        let level_change = product(&level, &change);
        let explained = multiply(
            &multiply(&level_change, &inverse(&product(&change, &change))?),
            &[[level_change[0][0], level_change[1][0]], [level_change[0][1], level_change[1][1]]],
        );
        let [[a, b], [c, d]] = multiply(&inverse(&product(&level, &level))?, &explained);
        let half = f64::midpoint(a, d);
        // Of the discriminant rounding can leave less than nothing.
        let root = ((a - d) * (a - d) / 4.0 + b * c).max(0.0).sqrt();
        let eigenvalues = [half + root, half - root];
        let shares = eigenvalues.map(|value| -(rows as f64) * (-value).ln_1p());
        // (a − λ, b)·v = 0 and (c, d − λ)·v = 0: the row that says more.
        let (over, under) = (eigenvalues[0] - a, eigenvalues[0] - d);
        let beta = if b.abs() > c.abs() { -over / b } else { -c / under };
        if !(beta.is_finite() && shares.iter().all(|share| share.is_finite())) {
            return Err(PairsError::Collinear);
        }
        Ok(Self { eigenvalues, trace: [shares[0] + shares[1], shares[1]], largest: shares, beta })
    }
}

type Square = [[f64; 2]; 2];

fn multiply(a: &Square, b: &Square) -> Square {
    let sum = |i: usize, j: usize| a[i][0] * b[0][j] + a[i][1] * b[1][j];
    [[sum(0, 0), sum(0, 1)], [sum(1, 0), sum(1, 1)]]
}

fn inverse([[a, b], [c, d]]: &Square) -> Result<Square, PairsError> {
    let determinant = a * d - b * c;
    if determinant.abs() <= 1e-14 * (a * d).abs() {
        return Err(PairsError::Collinear);
    }
    Ok([[d / determinant, -b / determinant], [-c / determinant, a / determinant]])
}
