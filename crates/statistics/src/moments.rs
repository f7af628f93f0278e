//! Mean, standard deviation, skew and kurtosis of returns.

use serde::{Deserialize, Serialize};

use crate::StatisticsError;
use crate::check::{check_count, check_finite};

/// What the probability of a Sharpe ratio is made of: the first four moments of a series of returns.
///
/// ```
/// let moments = statistics::Moments::of(&[0.01, -0.02, 0.03, 0.0])?;
/// assert_eq!(moments.count, 4);
/// assert!((moments.mean - 0.005).abs() < 1e-15);
/// assert!((moments.sharpe() - 0.005 / 0.020_816_659_994_661_33).abs() < 1e-12);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// How many returns there are, `n`.
    pub count: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation, with `n − 1`; above 0.
    pub sd: f64,
    /// Skew `Σ(r − r̄)³/n / (Σ(r − r̄)²/n)^{3/2}`, the biased sample moment.
    pub skew: f64,
    /// Kurtosis `Σ(r − r̄)⁴/n / (Σ(r − r̄)²/n)²`, the biased sample moment, not in excess: 3 for a
    /// normal distribution.
    pub kurtosis: f64,
}

impl Moments {
    /// The moments of `returns` (shape `n`, one a period).
    ///
    /// # Errors
    /// If there are fewer than two returns, one is not finite, or all are equal.
    pub fn of(returns: &[f64]) -> Result<Self, StatisticsError> {
        let name = "returns";
        check_count(name, returns.len(), 2)?;
        check_finite(name, returns)?;
        let count = returns.len();
        if returns.iter().all(|&r| r == returns[0]) {
            return Err(StatisticsError::Constant { name, count });
        }
        let n = count as f64;
        let mean = mean(returns);
        let [mut second, mut third, mut fourth] = [0.0; 3];
        for r in returns {
            let deviation = r - mean;
            let square = deviation * deviation;
            second += square;
            third += square * deviation;
            fourth += square * square;
        }
        let variance = second / n;
        if variance == 0.0 || fourth == 0.0 {
            // Differences so small that their squares vanish.
            return Err(StatisticsError::Constant { name, count });
        }
        Ok(Self {
            count,
            mean,
            sd: (second / (n - 1.0)).sqrt(),
            skew: third / n / variance.powf(1.5),
            kurtosis: fourth / n / (variance * variance),
        })
    }

    /// Sharpe ratio of one period, `mean / sd`, over a riskless rate of 0. Not annualised.
    #[must_use]
    pub fn sharpe(&self) -> f64 {
        self.mean / self.sd
    }
}

/// Arithmetic mean; there is at least one value.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
