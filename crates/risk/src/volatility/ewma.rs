//! Exponentially weighted variance of returns.

use crate::RiskError;

/// Exponentially weighted mean of squared returns: the variance of a series without drift.
///
/// With decay `λ` and squared returns `r²`, newest first: `v = Σ λⁱ·r²ᵢ ÷ Σ λⁱ`
/// ([`EwmaStart::Adjusted`]), or the recursion `v ← λ·v + (1 − λ)·r²` that starts from the first one
/// ([`EwmaStart::Recursive`]). J.P. Morgan, *`RiskMetrics` Technical Document*, 1996, has λ = 0.94 for days.
///
/// ```
/// use risk::{Ewma, EwmaStart};
///
/// let mut variance = Ewma::half_life(1.0, EwmaStart::Adjusted)?;
/// assert_eq!(variance.update(0.02), 0.0004);
/// assert!((variance.update(0.01) - (0.0001 + 0.5 * 0.0004) / 1.5).abs() < 1e-18);
/// # Ok::<(), risk::RiskError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ewma {
    decay: f64,
    start: EwmaStart,
    sum: f64,
    weight: f64,
}

/// How the first returns count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EwmaStart {
    /// Weights are divided by their sum, so that the first return counts no more than any other.
    Adjusted,
    /// The first squared return is the first variance.
    Recursive,
}

impl Ewma {
    /// A variance whose weights fall to `decay` from one return to the one before.
    ///
    /// # Errors
    /// [`RiskError::Parameter`] for a decay outside 0 to 1, both excluded.
    pub fn new(decay: f64, start: EwmaStart) -> Result<Self, RiskError> {
        if decay > 0.0 && decay < 1.0 {
            return Ok(Self { decay, start, sum: 0.0, weight: 0.0 });
        }
        Err(RiskError::parameter("decay", decay, "a number between 0 and 1"))
    }

    /// A variance whose weights halve over a number of rows.
    ///
    /// # Errors
    /// [`RiskError::Parameter`] for a half-life that is not above 0 or so long that the decay is 1.
    pub fn half_life(rows: f64, start: EwmaStart) -> Result<Self, RiskError> {
        if rows > 0.0 {
            return Self::new(0.5_f64.powf(rows.recip()), start);
        }
        Err(RiskError::parameter("half-life", rows, "a number of rows above 0"))
    }

    /// Takes one log return; the variance with it.
    pub fn update(&mut self, log_return: f64) -> f64 {
        let square = log_return * log_return;
        match self.start {
            EwmaStart::Adjusted => {
                self.sum = self.decay * self.sum + square;
                self.weight = self.decay * self.weight + 1.0;
            }
            EwmaStart::Recursive if self.weight == 0.0 => (self.sum, self.weight) = (square, 1.0),
            EwmaStart::Recursive => self.sum = self.decay * self.sum + (1.0 - self.decay) * square,
        }
        self.sum / self.weight
    }

    /// The variance so far; none before the first return.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.sum / self.weight)
    }
}
