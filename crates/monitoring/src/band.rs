//! Returns and drawdowns beside what a backtest lets one expect.

use serde::{Deserialize, Serialize};

use crate::drift::quantile;
use crate::error::MonitoringError;
use crate::generator::Generator;

/// Returns and drawdowns of a backtest's days, drawn in blocks, by number of days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BandPoint {
    /// Days.
    pub days: usize,
    /// The return that a share `level` of the draws stays above.
    pub low: f64,
    /// The median return.
    pub median: f64,
    /// The return that a share `level` of the draws stays below.
    pub high: f64,
    /// The drawdown, negative, that a share `level` of the draws stays above.
    pub drawdown: f64,
}

/// The band of a backtest's daily returns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Band {
    points: Vec<BandPoint>,
}

impl Band {
    /// The band for 1 to `days` days: `resamples` paths joined from circular blocks of `block` of the
    /// backtest's daily returns `daily` (fractions), compounded; ends at `level` (0.99, say).
    ///
    /// # Errors
    /// [`MonitoringError::TooFew`] below 30 days of backtest; [`MonitoringError::Value`] for a return of
    /// −1 or less, or one that is not finite.
    pub fn by_bootstrap(
        daily: &[f64],
        days: usize,
        block: usize,
        (resamples, level, seed): (u32, f64, u64),
    ) -> Result<Self, MonitoringError> {
        if daily.len() < 30 {
            let what = "the backtest's daily returns";
            return Err(MonitoringError::TooFew { what, found: daily.len(), wanted: 30 });
        }
        if let Some(&found) = daily.iter().find(|r| !(r.is_finite() && **r > -1.0)) {
            return Err(MonitoringError::Value {
                what: "a daily return",
                found,
                wanted: "above -1",
            });
        }
        let mut ends = vec![Vec::with_capacity(resamples as usize); days];
        let mut falls = vec![Vec::with_capacity(resamples as usize); days];
        for resample in 0..resamples {
            let mut generator = Generator::new(seed, resample.into());
            let (mut equity, mut peak, mut worst) = (1.0_f64, 1.0_f64, 0.0_f64);
            for (day, r) in generator.resample(daily, days, block.max(1)).into_iter().enumerate() {
                equity *= 1.0 + r;
                peak = peak.max(equity);
                worst = worst.min(equity / peak - 1.0);
                ends[day].push(equity - 1.0);
                falls[day].push(worst);
            }
        }
        let point = |(day, (ends, falls)): (usize, (Vec<f64>, Vec<f64>))| {
            Ok(BandPoint {
                days: day + 1,
                low: quantile(ends.clone(), 1.0 - level)?,
                median: quantile(ends.clone(), 0.5)?,
                high: quantile(ends, level)?,
                drawdown: quantile(falls, 1.0 - level)?,
            })
        };
        let points = ends.into_iter().zip(falls).enumerate().map(point);
        Ok(Self { points: points.collect::<Result<_, MonitoringError>>()? })
    }

    /// One point a day, from the first.
    #[must_use]
    pub fn points(&self) -> &[BandPoint] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_like_the_backtest_stay_within_and_losses_leave() -> Result<(), MonitoringError> {
        let daily: Vec<f64> = (0..300).map(|k| f64::from(k * 37 % 100) / 5_000.0 - 0.009).collect();
        let band = Band::by_bootstrap(&daily, 60, 5, (500, 0.99, 1))?;
        let (mut equity, mut peak, mut worst) = (1.0_f64, 1.0_f64, 0.0_f64);
        for (point, r) in band.points().iter().zip(&daily) {
            equity *= 1.0 + r;
            peak = peak.max(equity);
            worst = worst.min(equity / peak - 1.0);
            assert!((point.low..=point.high).contains(&(equity - 1.0)) && worst >= point.drawdown);
        }
        // A day that loses one percent is the backtest's worst: forty of them leave the band.
        let point = band.points()[39];
        let lost = 0.99_f64.powi(40) - 1.0;
        assert!(point.days == 40 && lost < point.low && lost < point.drawdown);
        assert!(Band::by_bootstrap(&[0.0; 3], 60, 5, (10, 0.99, 1)).is_err());
        Ok(())
    }
}
