//! How sure a Sharpe ratio is, given how long and how skewed its returns are.

use crate::check::check_share;
use crate::normal::{cdf, upper_quantile};
use crate::{Moments, StatisticsError};

/// Standard error of the Sharpe ratio of one period, for independent returns of any distribution:
///
/// ```text
/// √((1 − γ₃ S + (γ₄ − 1)/4 · S²) / (n − 1)),   S the ratio, γ₃ skew, γ₄ kurtosis (biased)
/// ```
///
/// ```
/// use statistics::{Moments, sharpe_error};
///
/// // Gains and losses of one size, a ratio of 0: the error is 1 ÷ √(n − 1).
/// let moments = Moments::of(&[0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01])?;
/// assert!((sharpe_error(&moments)? - 1.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If the returns have only two values, so placed that the error vanishes.
pub fn sharpe_error(moments: &Moments) -> Result<f64, StatisticsError> {
    let variance = shape(moments);
    if variance > 0.0 {
        Ok((variance / (moments.count as f64 - 1.0)).sqrt())
    } else {
        Err(StatisticsError::NothingToDivideBy { name: "error of the Sharpe ratio" })
    }
}

/// `1 − γ₃ S + (γ₄ − 1)/4 · S²`. Since γ₄ ≥ 1 + γ₃², it is at least `(1 − γ₃ S / 2)²`.
fn shape(moments: &Moments) -> f64 {
    let sharpe = moments.sharpe();
    1.0 - moments.skew * sharpe + 0.25 * (moments.kurtosis - 1.0) * sharpe * sharpe
}

/// Probabilistic Sharpe ratio: the probability that the true Sharpe ratio of a period is above
/// `benchmark`, `Φ((S − S*) / error)` with [`sharpe_error`].
///
/// D. Bailey and M. López de Prado, "The Sharpe ratio efficient frontier", *Journal of Risk* 15
/// (2012), 3–44.
///
/// ```
/// use statistics::{Moments, probabilistic_sharpe};
///
/// let moments = Moments::of(&[0.01, -0.005, 0.02, 0.0, 0.01, -0.01, 0.015, 0.005])?;
/// let probability = probabilistic_sharpe(&moments, 0.0)?;
/// assert!(probability > 0.9 && probability < 0.95);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// As for [`sharpe_error`].
pub fn probabilistic_sharpe(moments: &Moments, benchmark: f64) -> Result<f64, StatisticsError> {
    Ok(cdf((moments.sharpe() - benchmark) / sharpe_error(moments)?))
}

/// Minimum track record length: how many returns like these it takes to say with `confidence` that the
/// true Sharpe ratio of a period is above `benchmark`.
///
/// ```text
/// 1 + (1 − γ₃ S + (γ₄ − 1)/4 · S²) · (z / (S − S*))²,   z the normal quantile at `confidence`
/// ```
///
/// Paper: see [`probabilistic_sharpe`].
///
/// # Errors
/// If the ratio is not above the benchmark, so that no length is enough; if `confidence` is not
/// strictly between 0 and 1.
pub fn min_track_record(
    moments: &Moments,
    benchmark: f64,
    confidence: f64,
) -> Result<f64, StatisticsError> {
    check_share("confidence", confidence)?;
    let distance = moments.sharpe() - benchmark;
    if distance.is_nan() || distance <= 0.0 {
        return Err(StatisticsError::NothingToDivideBy {
            name: "Sharpe ratio above the benchmark",
        });
    }
    Ok(1.0 + shape(moments) * (upper_quantile(1.0 - confidence) / distance).powi(2))
}
