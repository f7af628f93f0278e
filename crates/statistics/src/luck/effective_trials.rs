//! Of how many independent trials many alike ones are worth.

use nalgebra::{DMatrix, SymmetricEigen};
use serde::Serialize;

use crate::check::check_length;
use crate::moments::mean;
use crate::{Moments, StatisticsError};

/// Three answers to how many independent trials `N` correlated ones are worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EffectiveTrials {
    /// `ρ̄ + (1 − ρ̄) N`, with the mean correlation ρ̄ of all pairs: the most cautious.
    pub average_correlation: f64,
    /// `(Σλ)² / Σλ²` over the eigenvalues λ of the correlations: the participation ratio.
    pub participation: f64,
    /// `exp(−Σ p ln p)`, `p = λ/Σλ`: the entropy of the eigenvalues.
    pub entropy: f64,
}

/// Effective number of trials by their returns: one series (shape `n`) a trial, of the same periods.
///
/// `O(N³)` for `N` trials, since eigenvalues are taken; for thousands see [`AverageCorrelation`].
///
/// # Errors
/// If there are no trials, lengths differ, or the returns of one have no standard deviation.
pub fn effective_trials(trials: &[&[f64]]) -> Result<EffectiveTrials, StatisticsError> {
    let first = trials.first().ok_or(StatisticsError::NoRows)?;
    let mut average = AverageCorrelation::new(first.len());
    let scores = trials.iter().map(|returns| average.add(returns));
    let scores = scores.collect::<Result<Vec<_>, _>>()?;
    let product =
        |i: usize, j: usize| -> f64 { scores[i].iter().zip(&scores[j]).map(|(a, b)| a * b).sum() };
    let correlations = DMatrix::from_fn(trials.len(), trials.len(), product);
    // Rounding leaves eigenvalues of 0 just below it.
    let values = SymmetricEigen::new(correlations).eigenvalues.map(|value: f64| value.max(0.0));
    let total = values.sum();
    let surprise = |value: &f64| {
        let p = value / total;
        if p > 0.0 { -p * p.ln() } else { 0.0 }
    };
    Ok(EffectiveTrials {
        average_correlation: average.effective_trials()?,
        participation: total * total / values.norm_squared(),
        entropy: values.iter().map(surprise).sum::<f64>().exp(),
    })
}

/// The mean correlation of any number of series, added one by one; only their sum is kept.
#[derive(Debug, Clone)]
pub struct AverageCorrelation {
    /// Sum of the series, each centred and of length 1.
    sum: Vec<f64>,
    series: usize,
}

impl AverageCorrelation {
    /// Of series of `rows` returns.
    #[must_use]
    pub fn new(rows: usize) -> Self {
        Self { sum: vec![0.0; rows], series: 0 }
    }

    /// Adds a series, and gives it back centred and of length 1.
    ///
    /// # Errors
    /// If its length differs or it has no standard deviation.
    pub fn add(&mut self, returns: &[f64]) -> Result<Vec<f64>, StatisticsError> {
        check_length("returns", returns.len(), self.sum.len())?;
        Moments::of(returns)?;
        let centre = mean(returns);
        let length = returns.iter().map(|r| (r - centre).powi(2)).sum::<f64>().sqrt();
        let scores: Vec<f64> = returns.iter().map(|r| (r - centre) / length).collect();
        self.sum.iter_mut().zip(&scores).for_each(|(sum, score)| *sum += score);
        self.series += 1;
        Ok(scores)
    }

    /// Mean correlation of all pairs; 0 for one series, which has none.
    ///
    /// # Errors
    /// If there are no series.
    pub fn mean(&self) -> Result<f64, StatisticsError> {
        let n = self.series as f64;
        match self.series {
            0 => Err(StatisticsError::NoRows),
            1 => Ok(0.0),
            _ => Ok((self.sum.iter().map(|sum| sum * sum).sum::<f64>() - n) / (n * (n - 1.0))),
        }
    }

    /// `ρ̄ + (1 − ρ̄) N`, between 1 and `N`.
    ///
    /// # Errors
    /// If there are no series.
    pub fn effective_trials(&self) -> Result<f64, StatisticsError> {
        let (mean, n) = (self.mean()?, self.series as f64);
        Ok((mean + (1.0 - mean) * n).clamp(1.0, n))
    }
}
