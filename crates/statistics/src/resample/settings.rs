//! How many resamples, how sure an interval is to be, and which random numbers.

use super::stationary_bootstrap;
use crate::interval::{Interval, check_confidence};
use crate::percentile::percentile_interval;
use crate::{StatisticsError, circular_bootstrap};

/// How intervals are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resampling {
    /// Resamples. 1000.
    pub resamples: u32,
    /// Confidence of intervals, strictly between 0 and 1. 0.95.
    pub confidence: f64,
    /// What the random numbers follow from. 1.
    pub seed: u64,
}

impl Default for Resampling {
    fn default() -> Self {
        Self { resamples: 1000, confidence: 0.95, seed: 1 }
    }
}

impl Resampling {
    /// `Ok` if intervals can be drawn so.
    ///
    /// # Errors
    /// If confidence is not strictly between 0 and 1, or there are fewer than `2/(1 − confidence)`
    /// resamples.
    pub fn check(&self) -> Result<(), StatisticsError> {
        let &Self { resamples, confidence, .. } = self;
        check_confidence(confidence)?;
        // Less what rounding takes: 20 resamples are enough for 0.9.
        if f64::from(resamples) * (1.0 - confidence) < 2.0 - 1e-9 {
            return Err(StatisticsError::TooFewResamples { resamples, confidence });
        }
        Ok(())
    }

    /// Percentile interval of a `statistic` by [`stationary_bootstrap`]; what the statistic gives is
    /// no value where it is not finite.
    ///
    /// # Errors
    /// As for [`check`](Self::check) and [`stationary_bootstrap`]; if more than one resample in twenty
    /// has no value.
    pub fn stationary(
        &self,
        rows: usize,
        mean_block: f64,
        statistic: impl Fn(&[usize]) -> f64 + Sync,
    ) -> Result<Interval, StatisticsError> {
        self.check()?;
        let values = stationary_bootstrap(rows, mean_block, self.resamples, self.seed, statistic)?;
        interval_of(values.into_iter().map(Some), self)
    }

    /// Percentile interval of a `statistic` by [`circular_bootstrap`].
    ///
    /// # Errors
    /// As for [`check`](Self::check) and [`circular_bootstrap`]; if more than one resample in twenty
    /// has no value.
    pub fn circular(
        &self,
        rows: usize,
        block: usize,
        statistic: impl Fn(&[usize]) -> f64 + Sync,
    ) -> Result<Interval, StatisticsError> {
        self.check()?;
        let values = circular_bootstrap(rows, block, self.resamples, self.seed, statistic)?;
        interval_of(values.into_iter().map(Some), self)
    }
}

/// A resample in twenty may be without a value.
const MAX_UNDEFINED: usize = 20;

/// Percentile interval of the values of all resamples; those without one are left out.
pub(crate) fn interval_of(
    values: impl Iterator<Item = Option<f64>>,
    &Resampling { resamples, confidence, .. }: &Resampling,
) -> Result<Interval, StatisticsError> {
    let values: Vec<f64> = values.flatten().filter(|value| value.is_finite()).collect();
    let undefined = resamples as usize - values.len();
    if undefined * MAX_UNDEFINED > resamples as usize {
        return Err(StatisticsError::UndefinedInResamples { undefined, resamples });
    }
    Ok(percentile_interval(values, confidence))
}
