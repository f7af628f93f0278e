//! Strategies whose skill is known, to see what verdicts say of them.

use rayon::prelude::*;
use serde::Serialize;
use statistics::{Moments, SplitMix64, normal};

use crate::{TrialsError, Verdict};

/// Strategies to simulate, and how their settings are chosen: the best Sharpe ratio of each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simulation {
    /// Strategies.
    pub strategies: u32,
    /// Settings tried of each.
    pub settings: u32,
    /// Days of returns.
    pub days: u32,
    /// The true annual Sharpe ratio of every setting.
    pub sharpe: f64,
    /// Correlation of the returns of two settings of a strategy, from 0 to 1.
    pub correlation: f64,
    /// What the random numbers follow from.
    pub seed: u64,
}

/// What was said of the simulated strategies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Simulated {
    /// Strategies.
    pub strategies: u32,
    /// Those of which the verdict is "not distinguishable from luck".
    pub not_distinguishable: u32,
    /// Mean annual Sharpe ratio of the chosen settings: what a person would believe.
    pub mean_best_sharpe: f64,
}

impl Simulation {
    /// Draws normal daily returns for every setting of every strategy, chooses the best, and judges it
    /// as a sweep is judged. The same seed gives the same answer with any number of threads.
    ///
    /// # Errors
    /// If there are no strategies, no settings or fewer than two days.
    pub fn run(&self) -> Result<Simulated, TrialsError> {
        if self.strategies == 0 || self.settings == 0 {
            return Err(statistics::StatisticsError::NoRows.into());
        }
        let verdicts: Vec<(bool, f64)> = (0..self.strategies)
            .into_par_iter()
            .map(|one| self.one(one))
            .collect::<Result<_, _>>()?;
        let not_distinguishable = verdicts.iter().filter(|(more, _)| !more).count();
        let sum: f64 = verdicts.iter().map(|(_, sharpe)| sharpe).sum();
        Ok(Simulated {
            strategies: self.strategies,
            not_distinguishable: u32::try_from(not_distinguishable).unwrap_or(u32::MAX),
            mean_best_sharpe: sum / f64::from(self.strategies),
        })
    }

    /// Whether the best setting is called more than luck, and its annual Sharpe ratio.
    fn one(&self, strategy: u32) -> Result<(bool, f64), TrialsError> {
        let seed = SplitMix64::new(self.seed).next_bits() ^ u64::from(strategy);
        let mut generator = SplitMix64::new(SplitMix64::new(seed).next_bits());
        let mut normal = || {
            // The middle of one of 2⁵² equal parts of (0, 1).
            let uniform = ((generator.next_bits() >> 12) as f64 + 0.5) / 2.0_f64.powi(52);
            normal::quantile(uniform)
        };
        let drift = self.sharpe / 365.0_f64.sqrt();
        let (shared, own) = (self.correlation.sqrt(), (1.0 - self.correlation).sqrt());
        let market: Vec<f64> = (0..self.days).map(|_| normal()).collect();
        let mut sharpes = Vec::new();
        let mut best: Option<Moments> = None;
        for _ in 0..self.settings {
            let returns: Vec<f64> = market
                .iter()
                .map(|market| 0.01 * (drift + shared * market + own * normal()))
                .collect();
            let moments = Moments::of(&returns)?;
            sharpes.push(moments.sharpe());
            if best.is_none_or(|best| moments.sharpe() > best.sharpe()) {
                best = Some(moments);
            }
        }
        let verdict = Verdict::of_sharpes(best.as_ref(), &sharpes, sharpes.len());
        let sharpe = best.map_or(0.0, |best| best.sharpe() * 365.0_f64.sqrt());
        Ok((verdict.distinguishable, sharpe))
    }
}
