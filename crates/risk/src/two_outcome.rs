//! Kelly from a hit rate alone: a trade that ends at its take profit or at its stop, nothing else.

use statrs::distribution::{Beta, Continuous, ContinuousCDF};

use crate::{RiskError, shrinkage};

/// A trade with two outcomes, of which only the hit rate is uncertain: `+(u − c)` with probability `p`,
/// `−(d + c)` otherwise. `p` has a Beta distribution, from a prior and the hits that were seen.
///
/// **Most trades of a barrier rule end by time**, so this is the wrong size for them: it calls each of
/// those a loss of `d`. It stands here for bets that do have two outcomes, and to show what goes wrong;
/// see `docs/sizing-and-risk.md`.
///
/// ```
/// use risk::TwoOutcome;
///
/// // 30 % of a bin's trades reach 4 % before 2 %; most others end by time.
/// let bet = TwoOutcome::new(0.04, 0.02, 0.001)?;
/// assert_eq!(bet.kelly(0.30), 0.0);
/// assert!((bet.kelly(0.40) - 3.663).abs() < 1e-3);
/// # Ok::<(), risk::RiskError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoOutcome {
    gain: f64,
    loss: f64,
}

/// What is known of a hit rate: the parameters of its Beta distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HitRateBelief {
    /// Hits, those of the prior included.
    pub hits: f64,
    /// Misses, those of the prior included.
    pub misses: f64,
}

impl HitRateBelief {
    /// `hits` of `rows`, which overlap and so count as `effective_n`, on top of a prior hit rate that
    /// counts as `prior_weight` observations.
    ///
    /// # Errors
    /// [`RiskError::Parameter`] where these make no distribution: more hits than rows, a weight of 0.
    pub fn new(
        hits: f64,
        rows: f64,
        effective_n: f64,
        prior_mean: f64,
        prior_weight: f64,
    ) -> Result<Self, RiskError> {
        if !(0.0..=rows).contains(&hits) || rows == 0.0 {
            return Err(RiskError::parameter("hits", hits, "a number from 0 to the rows"));
        }
        let seen = hits / rows * effective_n;
        let belief = Self {
            hits: prior_mean * prior_weight + seen,
            misses: (1.0 - prior_mean) * prior_weight + effective_n - seen,
        };
        belief.beta().map(|_| belief)
    }

    /// Its mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.hits / (self.hits + self.misses)
    }

    /// Its variance.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let n = self.hits + self.misses;
        self.hits * self.misses / (n * n * (n + 1.0))
    }

    /// The hit rate that the true one lies below with probability `level`, 0 to 1.
    ///
    /// # Errors
    /// [`RiskError::Parameter`] for parameters that make no distribution.
    pub fn quantile(&self, level: f64) -> Result<f64, RiskError> {
        Ok(self.beta()?.inverse_cdf(level))
    }

    fn beta(&self) -> Result<Beta, RiskError> {
        let wrong = |_| RiskError::parameter("hit rate's weight", self.hits, "above 0");
        Beta::new(self.hits, self.misses).map_err(wrong)
    }
}

impl TwoOutcome {
    /// A take profit `u`, a stop loss `d` and a cost, fractions of the notional.
    ///
    /// # Errors
    /// [`RiskError::Parameter`] where the cost leaves no gain.
    pub fn new(u: f64, d: f64, cost: f64) -> Result<Self, RiskError> {
        let (gain, loss) = (u - cost, d + cost);
        if gain > 0.0 && loss > 0.0 && gain.is_finite() && loss.is_finite() {
            return Ok(Self { gain, loss });
        }
        Err(RiskError::parameter("take profit after costs", gain, "above 0"))
    }

    /// The hit rate from which on the mean is positive: `(d + c) ÷ (u + d)`.
    #[must_use]
    pub fn break_even(&self) -> f64 {
        self.loss / (self.gain + self.loss)
    }

    /// The growth-optimal multiple of equity at a known hit rate, 0 where the mean is not positive:
    /// `(p·gain − (1 − p)·loss) ÷ (gain·loss)`.
    #[must_use]
    pub fn kelly(&self, p: f64) -> f64 {
        (self.mean(p) / (self.gain * self.loss)).max(0.0)
    }

    /// The share of [`kelly`](Self::kelly) at the belief's mean that its uncertainty leaves, in closed
    /// form: `f² ÷ (f² + Var f)` (Baker and `McHale`, "Optimal betting under parameter uncertainty", 2013).
    #[must_use]
    pub fn shrinkage(&self, belief: &HitRateBelief) -> f64 {
        let kelly = self.kelly(belief.mean());
        if kelly == 0.0 {
            return 0.0;
        }
        let slope = (self.gain + self.loss) / (self.gain * self.loss);
        shrinkage(kelly, slope * belief.variance().sqrt())
    }

    /// The same share as the exact optimum: the `k` in 0 to 1 that maximises the expected growth of
    /// betting `k·f(p̂)`, where `p̂` has the belief's distribution and the truth is at its mean.
    ///
    /// ```
    /// use risk::{HitRateBelief, TwoOutcome};
    ///
    /// let bet = TwoOutcome::new(0.04, 0.02, 0.001)?;
    /// // 180 hits of 437 rows that count as 32, on a prior of 100 observations.
    /// let belief = HitRateBelief::new(180.0, 437.0, 32.0, 0.4, 100.0)?;
    /// let (exact, closed) = (bet.exact_shrinkage(&belief)?, bet.shrinkage(&belief));
    /// assert!(0.0 < exact && exact < 1.0 && (exact - closed).abs() < 0.1);
    /// # Ok::<(), risk::RiskError>(())
    /// ```
    ///
    /// # Errors
    /// [`RiskError::Parameter`] for a belief that is none.
    pub fn exact_shrinkage(&self, belief: &HitRateBelief) -> Result<f64, RiskError> {
        const STEPS: u32 = 2_000;
        let (beta, truth, from) = (belief.beta()?, belief.mean(), self.break_even());
        let step = (1.0 - from) / f64::from(STEPS);
        // The derivative of the expected growth by Simpson's rule; at p = 1 the density is 0.
        let slope = |k: f64| {
            let at = |index: u32| {
                let p = from + f64::from(index) * step;
                let f = self.kelly(p);
                let (win, lose) = (f * self.gain, f * self.loss);
                let growth =
                    truth * win / (1.0 + k * win) - (1.0 - truth) * lose / (1.0 - k * lose);
                let weight = if index % 2 == 1 { 4.0 } else { 2.0 };
                weight * growth * beta.pdf(p)
            };
            (1..STEPS).map(at).sum::<f64>()
        };
        let (mut low, mut high) = (0.0, 1.0);
        while high - low > 1e-9 {
            let middle = 0.5 * (low + high);
            if slope(middle) > 0.0 { low = middle } else { high = middle }
        }
        Ok(low)
    }

    /// The probability that the mean is positive.
    ///
    /// ```
    /// use risk::{HitRateBelief, TwoOutcome};
    ///
    /// // Both outcomes pay the same, and both were seen as often.
    /// let even = TwoOutcome::new(0.02, 0.02, 0.0)?;
    /// let belief = HitRateBelief::new(50.0, 100.0, 100.0, 0.5, 10.0)?;
    /// assert!((even.probability_of_edge(&belief)? - 0.5).abs() < 1e-9);
    /// # Ok::<(), risk::RiskError>(())
    /// ```
    ///
    /// # Errors
    /// [`RiskError::Parameter`] for a belief that is none.
    pub fn probability_of_edge(&self, belief: &HitRateBelief) -> Result<f64, RiskError> {
        Ok(1.0 - belief.beta()?.cdf(self.break_even()))
    }

    fn mean(&self, p: f64) -> f64 {
        p * self.gain - (1.0 - p) * self.loss
    }
}
