//! Which of two forecasts is better.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::StatisticsError;
use crate::check::{check_count, check_finite};
use crate::moments::mean;
use crate::normal::two_sided_p_value;

/// Result of [`diebold_mariano`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DieboldMariano {
    /// Mean loss difference; negative: the first forecast is better.
    pub mean: f64,
    /// Its standard error, robust to the dependence of neighbouring rows.
    pub error: f64,
    /// `mean / error`.
    pub statistic: f64,
    /// Two-sided p-value by the normal distribution.
    pub p_value: f64,
    /// The statistic with the correction of Harvey, Leybourne and Newbold for small samples.
    pub corrected: f64,
    /// Its two-sided p-value by Student's t distribution with `n − 1` degrees of freedom.
    pub corrected_p_value: f64,
}

/// Diebold and Mariano's test that two forecasts are equally good: `differences` (shape `n`, in order of
/// time) are the losses of the first minus those of the second, row by row.
///
/// ```text
/// error² = (γ₀ + 2 Σ_{i ≤ lags} (1 − i/(lags + 1)) γᵢ) / n
/// ```
///
/// (Bartlett's kernel), and `corrected = statistic · √((n + 1 − 2h + h(h − 1)/n) / n)` with
/// `h = lags + 1`. Forecasts that look `H` rows ahead have errors that depend on each other over
/// `H − 1` rows: `lags` is at least that.
///
/// F. Diebold and R. Mariano, "Comparing predictive accuracy", *Journal of Business & Economic
/// Statistics* 13 (1995), 253–263. D. Harvey, S. Leybourne and P. Newbold, "Testing the equality of
/// prediction mean squared errors", *International Journal of Forecasting* 13 (1997), 281–291.
///
/// # Errors
/// If there are not more than `lags + 1` rows, a difference is not finite, or they do not vary.
pub fn diebold_mariano(
    differences: &[f64],
    lags: usize,
) -> Result<DieboldMariano, StatisticsError> {
    let name = "loss differences";
    check_count(name, differences.len(), lags.saturating_add(2))?;
    check_finite(name, differences)?;
    let n = differences.len() as f64;
    let mean = mean(differences);
    let centred: Vec<f64> = differences.iter().map(|d| d - mean).collect();
    let covariance = |lag: usize| -> f64 {
        centred[lag..].iter().zip(&centred).map(|(a, b)| a * b).sum::<f64>() / n
    };
    let weight = |lag: usize| 1.0 - lag as f64 / (lags as f64 + 1.0);
    let variance =
        covariance(0) + 2.0 * (1..=lags).map(|lag| weight(lag) * covariance(lag)).sum::<f64>();
    let constant = differences.iter().all(|&d| d == differences[0]);
    if constant || variance.is_nan() || variance <= 0.0 {
        return Err(StatisticsError::Constant { name, count: differences.len() });
    }
    let error = (variance / n).sqrt();
    let statistic = mean / error;
    let h = lags as f64 + 1.0;
    let corrected = statistic * ((n + 1.0 - 2.0 * h + h * (h - 1.0) / n) / n).sqrt();
    let student = StudentsT::new(0.0, 1.0, n - 1.0).map_err(|_| StatisticsError::TooFew {
        name,
        found: differences.len(),
        wanted: 2,
    })?;
    Ok(DieboldMariano {
        mean,
        error,
        statistic,
        p_value: two_sided_p_value(statistic),
        corrected,
        corrected_p_value: 2.0 * student.cdf(-corrected.abs()),
    })
}
