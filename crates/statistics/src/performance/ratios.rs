//! Return over risk.

use crate::check::{check_count, check_finite};
use crate::moments::mean;
use crate::{Moments, StatisticsError};

/// Annual Sharpe ratio of `returns` (shape `n`, one a period) over a riskless rate of 0:
///
/// ```text
/// mean(r) / sd(r) · √periods,   sd with n − 1
/// ```
///
/// `periods` is the number of periods in a year: 365 for days of a market that never closes.
///
/// W. Sharpe, "The Sharpe ratio", *Journal of Portfolio Management* 21 (1994), 49–58.
///
/// ```
/// let sharpe = statistics::sharpe_ratio(&[0.01, -0.02, 0.03, 0.0], 365.0)?;
/// assert!((sharpe - 4.588_866_1).abs() < 1e-6);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If there are fewer than two returns, one is not finite, or all are equal.
pub fn sharpe_ratio(returns: &[f64], periods: f64) -> Result<f64, StatisticsError> {
    Ok(Moments::of(returns)?.sharpe() * periods.sqrt())
}

/// Annual Sortino ratio of `returns` (shape `n`, one a period) with a target of 0:
///
/// ```text
/// mean(r) / √(Σ min(r, 0)² / n) · √periods
/// ```
///
/// The downside is taken over all `n` periods, those with a gain counting as 0.
///
/// F. Sortino and L. Price, "Performance measurement in a downside risk framework", *Journal of
/// Investing* 3 (1994), 59–64.
///
/// ```
/// let sortino = statistics::sortino_ratio(&[0.01, -0.02, 0.03, 0.0], 365.0)?;
/// assert!((sortino - 0.005 / 0.01 * 365.0_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If there are fewer than two returns, one is not finite, or none is below 0.
pub fn sortino_ratio(returns: &[f64], periods: f64) -> Result<f64, StatisticsError> {
    check_count("returns", returns.len(), 2)?;
    check_finite("returns", returns)?;
    let squares: f64 = returns.iter().map(|r| r.min(0.0).powi(2)).sum();
    if squares == 0.0 {
        return Err(StatisticsError::NothingToDivideBy { name: "return below 0" });
    }
    Ok(mean(returns) / (squares / returns.len() as f64).sqrt() * periods.sqrt())
}

/// Growth of a year at the pace of `growth` (last equity over the first) in `count` periods, minus 1:
/// `growth^(periods/count) − 1`. Total loss is −1.
///
/// ```
/// // Ten percent in half a year are twenty-one in a year.
/// let growth = statistics::annual_growth(1.1, 6, 12.0)?;
/// assert!((growth - 0.21).abs() < 1e-12);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If `growth` is negative or not finite, or `count` is 0.
pub fn annual_growth(growth: f64, count: usize, periods: f64) -> Result<f64, StatisticsError> {
    check_count("returns", count, 1)?;
    if !(growth.is_finite() && growth >= 0.0) {
        let wanted = "a finite number, 0 or above: equity below 0 has no rate of growth";
        return Err(StatisticsError::InvalidArgument { name: "growth", value: growth, wanted });
    }
    Ok(growth.powf(periods / count as f64) - 1.0)
}

/// Calmar ratio: [annual growth](annual_growth) over the depth of the largest drawdown (negative, as
/// [`EquityCurve::max_drawdown`](crate::EquityCurve::max_drawdown) gives it).
///
/// T. Young, "Calmar ratio: a smoother tool", *Futures* 20 (1991), 40.
///
/// ```
/// assert!((statistics::calmar_ratio(0.21, -0.07)? - 3.0).abs() < 1e-12);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If equity never fell.
pub fn calmar_ratio(annual_growth: f64, max_drawdown: f64) -> Result<f64, StatisticsError> {
    if max_drawdown < 0.0 {
        Ok(annual_growth / -max_drawdown)
    } else {
        Err(StatisticsError::NothingToDivideBy { name: "drawdown" })
    }
}
