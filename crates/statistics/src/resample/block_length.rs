//! How long blocks must be to keep a series' dependence.

use serde::{Deserialize, Serialize};

use crate::StatisticsError;
use crate::check::{check_count, check_finite};
use crate::moments::mean;

/// Rows in a block that minimise the error of a bootstrapped variance, for two bootstraps.
///
/// Values below 1 occur where rows are all but independent: the bootstraps here take 1 then.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BlockLength {
    /// Mean length of the stationary bootstrap's blocks.
    pub stationary: f64,
    /// Length of the circular bootstrap's blocks.
    pub circular: f64,
}

/// Fewest rows that [`block_length()`] can say something about.
const MIN_ROWS: usize = 11;

/// The block length of Politis and White for the mean of `x` (shape `n`, in order of time).
///
/// ```text
/// b = (2 G² / D)^{1/3} n^{1/3},   G = Σ λ(k/M) |k| R(k),   S = Σ λ(k/M) R(k),
/// D = 2 S² (stationary), 4/3 S² (circular)
/// ```
///
/// over lags `−M ≤ k ≤ M`, with autocovariances `R` and the flat-top window `λ(t) = 1` up to ½,
/// `2(1 − t)` up to 1. `M = 2m`, where `m` is the first lag from which on `max(5, ⌊log₁₀ n⌋)` lags
/// are not significant, `|ρ| < 2 √(log₁₀ n / n)`. At most `⌈min(3√n, n/3)⌉`. `O(n √n)`.
///
/// D. Politis and H. White, "Automatic block-length selection for the dependent bootstrap",
/// *Econometric Reviews* 23 (2004), 53–70; correction by A. Patton, D. Politis and H. White, ibid. 28
/// (2009), 372–375.
///
/// # Errors
/// If there are fewer than 11 rows, one is not finite, or all are equal.
pub fn block_length(x: &[f64]) -> Result<BlockLength, StatisticsError> {
    let name = "the series";
    check_count(name, x.len(), MIN_ROWS)?;
    check_finite(name, x)?;
    if x.iter().all(|&value| value == x[0]) {
        return Err(StatisticsError::Constant { name, count: x.len() });
    }
    let n = x.len() as f64;
    let centre = mean(x);
    let deviations: Vec<f64> = x.iter().map(|value| value - centre).collect();
    let covariance = covariances(&deviations);
    let lags = covariance.significant_lags(n);

    let (mut g, mut s) = (0.0, covariance.by_lag[0]);
    for lag in 1..=lags {
        let share = lag as f64 / lags as f64;
        let window = if share <= 0.5 { 1.0 } else { 2.0 * (1.0 - share) };
        g += 2.0 * window * lag as f64 * covariance.by_lag[lag];
        s += 2.0 * window * covariance.by_lag[lag];
    }
    let longest = (3.0 * n.sqrt()).min(n / 3.0).ceil();
    let length = |d: f64| {
        let length = (2.0 * g * g / (d * s * s)).cbrt() * n.cbrt();
        // 0/0 where both sums vanish: rows without dependence.
        if length.is_nan() { 0.0 } else { length.min(longest) }
    };
    Ok(BlockLength { stationary: length(2.0), circular: length(4.0 / 3.0) })
}

struct Covariances {
    /// From lag 0 to the longest looked at.
    by_lag: Vec<f64>,
    /// Absolute correlation of each of these lags.
    correlation: Vec<f64>,
    /// Lags in a row that must not be significant.
    run: usize,
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "roots and logarithms of a number of rows are small and not negative"
)]
fn covariances(deviations: &[f64]) -> Covariances {
    let rows = deviations.len();
    let n = rows as f64;
    let run = 5.max(n.log10() as usize);
    let longest = n.sqrt().ceil() as usize + run;
    let squares = |part: &[f64]| part.iter().map(|d| d * d).sum::<f64>();
    let (by_lag, correlation) = (0..=longest)
        .map(|lag| {
            let pairs = deviations[lag..].iter().zip(deviations);
            let product: f64 = pairs.map(|(a, b)| a * b).sum();
            let scale = squares(&deviations[lag + 1..]) * squares(&deviations[..rows - lag - 1]);
            (product / n, product.abs() / scale.sqrt())
        })
        .unzip();
    Covariances { by_lag, correlation, run }
}

impl Covariances {
    /// The `M` of the window.
    fn significant_lags(&self, n: f64) -> usize {
        let longest = self.by_lag.len() - 1;
        let significant = 2.0 * (n.log10() / n).sqrt();
        let silent = |lags: &[f64]| lags.iter().all(|&correlation| correlation < significant);
        let first = self.correlation[..longest].windows(self.run).position(silent);
        first.map_or(longest, |lag| (2 * lag.max(1)).min(longest))
    }
}
