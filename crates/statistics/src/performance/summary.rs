//! All of it at once.

use serde::{Serialize, Serializer};

use super::curve::DayPath;
use super::estimate::{Estimate, serialise};
use super::{
    Drawdown, EquityCurve, annual_growth, calmar_ratio, drawdowns, sharpe_ratio, sortino_ratio,
};
use crate::resample::{Resampling, interval_of};
use crate::{
    Moments, StatisticsError, block_length, conditional_value_at_risk, stationary_bootstrap,
};

/// Days of a year in a market that never closes.
const DAYS_A_YEAR: f64 = 365.0;

/// How performance is judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PerformanceSettings {
    /// Days with a return below which nothing is annualised. 30.
    pub min_days: usize,
    /// How intervals are drawn.
    pub resampling: Resampling,
}

impl Default for PerformanceSettings {
    fn default() -> Self {
        Self { min_days: 30, resampling: Resampling::default() }
    }
}

/// What an equity curve was worth.
///
/// Sharpe, Sortino and Calmar are made of daily UTC returns, 365 a year; drawdowns of every row, the
/// capital included. Their intervals are percentiles of a stationary bootstrap of whole days, whose
/// mean block length is [chosen by the returns](block_length()); a day keeps its path, so that a
/// resample's drawdown is one of rows too. What has no value is an error in its field, and the other
/// fields stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Performance {
    /// UTC days with a return.
    pub days: usize,
    /// Last equity over capital, minus 1.
    pub total_return: f64,
    /// Growth of a year at that pace, minus 1.
    #[serde(serialize_with = "number")]
    pub annual_growth: Result<f64, StatisticsError>,
    /// Annual Sharpe ratio.
    #[serde(serialize_with = "serialise")]
    pub sharpe: Result<Estimate, StatisticsError>,
    /// Annual Sortino ratio.
    #[serde(serialize_with = "serialise")]
    pub sortino: Result<Estimate, StatisticsError>,
    /// Calmar ratio.
    #[serde(serialize_with = "serialise")]
    pub calmar: Result<Estimate, StatisticsError>,
    /// The deepest drawdown, with its dates; none if equity never fell below a high.
    pub max_drawdown: Option<Drawdown>,
    /// Moments of the daily returns: count, mean, standard deviation, skew, kurtosis.
    #[serde(serialize_with = "number")]
    pub daily: Result<Moments, StatisticsError>,
    /// Mean loss of the worst 5 % of days, positive for a loss.
    #[serde(serialize_with = "number")]
    pub daily_cvar_95: Result<f64, StatisticsError>,
}

/// As the value, or null.
fn number<T: Serialize, S: Serializer>(
    value: &Result<T, StatisticsError>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.as_ref().ok().serialize(serializer)
}

impl Performance {
    /// Performance of an equity curve.
    ///
    /// ```
    /// use statistics::{EquityCurve, Performance, PerformanceSettings};
    ///
    /// let day = 86_400_000_000;
    /// let times: Vec<i64> = (0..100).map(|n| n * day).collect();
    /// let equity: Vec<f64> =
    ///     (0..100_u32).map(|n| 100.0 + f64::from(n) + f64::from(n * 7 % 5)).collect();
    /// let curve = EquityCurve::new(&times, &equity, 100.0)?;
    /// let performance = Performance::of(&curve, &PerformanceSettings::default())?;
    /// let sharpe = performance.sharpe?;
    /// let interval = sharpe.interval?;
    /// assert!(interval.lower < sharpe.value && sharpe.value < interval.upper);
    /// # Ok::<(), statistics::StatisticsError>(())
    /// ```
    ///
    /// # Errors
    /// If equity is 0 or less at the end of a day that another follows, or the settings of resampling
    /// are impossible.
    pub fn of(
        curve: &EquityCurve<'_>,
        settings: &PerformanceSettings,
    ) -> Result<Self, StatisticsError> {
        settings.resampling.check()?;
        let days = curve.days()?;
        let returns: Vec<f64> = days.iter().map(DayPath::daily_return).collect();
        let growth = curve.total_return() + 1.0;
        let ratios = Ratios::of(&returns, growth, curve.max_drawdown());
        let Resampling { resamples, seed, .. } = settings.resampling;
        let drawn = block_length(&returns).and_then(|block| {
            let of = |order: &[usize]| Ratios::resampled(&days, order);
            stationary_bootstrap(days.len(), block.stationary, resamples, seed, of)
        });
        let estimate = |name, value: fn(&Ratios) -> &Result<f64, StatisticsError>| {
            if days.len() < settings.min_days {
                let (days, wanted) = (days.len(), settings.min_days);
                return Err(StatisticsError::TooShortToAnnualise { name, days, wanted });
            }
            let interval = drawn.as_ref().map_err(Clone::clone).and_then(|drawn| {
                let values = drawn.iter().map(|ratios| value(ratios).as_ref().copied().ok());
                interval_of(values, &settings.resampling)
            });
            Ok(Estimate { value: value(&ratios).clone()?, interval })
        };
        let deepest = drawdowns(curve).into_iter().min_by(|a, b| a.depth.total_cmp(&b.depth));
        Ok(Self {
            days: days.len(),
            total_return: curve.total_return(),
            annual_growth: estimate("growth", |ratios| &ratios.growth).map(|growth| growth.value),
            sharpe: estimate("the Sharpe ratio", |ratios| &ratios.sharpe),
            sortino: estimate("the Sortino ratio", |ratios| &ratios.sortino),
            calmar: estimate("the Calmar ratio", |ratios| &ratios.calmar),
            max_drawdown: deepest,
            daily: Moments::of(&returns),
            daily_cvar_95: conditional_value_at_risk(&returns, 0.05),
        })
    }
}

/// The ratios of the series, or of one resample of it.
struct Ratios {
    growth: Result<f64, StatisticsError>,
    sharpe: Result<f64, StatisticsError>,
    sortino: Result<f64, StatisticsError>,
    calmar: Result<f64, StatisticsError>,
}

impl Ratios {
    fn of(returns: &[f64], growth: f64, max_drawdown: f64) -> Self {
        let growth = annual_growth(growth, returns.len(), DAYS_A_YEAR);
        Self {
            sharpe: sharpe_ratio(returns, DAYS_A_YEAR),
            sortino: sortino_ratio(returns, DAYS_A_YEAR),
            calmar: growth.clone().and_then(|growth| calmar_ratio(growth, max_drawdown)),
            growth,
        }
    }

    fn resampled(days: &[DayPath], order: &[usize]) -> Self {
        let (growth, deepest) = DayPath::chain(days, order.iter().copied());
        let returns: Vec<f64> = order.iter().map(|&day| days[day].daily_return()).collect();
        Self::of(&returns, growth, deepest)
    }
}
