//! Growth-optimal sizes: how large a bet of known payoffs may be.

use crate::RiskError;

/// The multiple `f ≥ 0` of equity that maximises `Σ wᵢ·ln(1 + f·Rᵢ)`, for net payoffs `R` (fractions of
/// the notional) with weights `w`; 0 where their mean is not above 0 (Kelly 1956; Thorp 2006).
///
/// Unshrunk, and so a size for someone who knows the distribution. A sizer shrinks the mean first.
///
/// ```
/// use risk::growth_optimal;
///
/// // Heads doubles, tails loses: 2p − 1.
/// let f = growth_optimal(&[(0.6, 1.0), (0.4, -1.0)])?;
/// assert!((f - 0.2).abs() < 1e-12);
/// # Ok::<(), risk::RiskError>(())
/// ```
///
/// # Errors
/// [`RiskError::NoLoss`] where no payoff is a loss and some is a gain: growth has no maximum.
/// [`RiskError::Parameter`] for a weight or payoff that is not finite, or a negative weight.
pub fn growth_optimal(payoffs: &[(f64, f64)]) -> Result<f64, RiskError> {
    for &(weight, payoff) in payoffs {
        if !(weight >= 0.0 && weight.is_finite()) {
            return Err(RiskError::parameter("weight", weight, "a finite number from 0 on"));
        }
        if !payoff.is_finite() {
            return Err(RiskError::parameter("payoff", payoff, "a finite number"));
        }
    }
    let counted = || payoffs.iter().filter(|(weight, _)| *weight > 0.0);
    let mean: f64 = counted().map(|(weight, payoff)| weight * payoff).sum();
    if mean <= 0.0 {
        return Ok(0.0);
    }
    let worst = counted().map(|&(_, payoff)| payoff).fold(0.0, f64::min);
    if worst == 0.0 {
        return Err(RiskError::NoLoss);
    }
    // The derivative falls from the mean at 0 to −∞ at ruin, so its zero lies between.
    let (slope, bend) = (
        |f: f64| counted().map(|(w, r)| w * r / (1.0 + f * r)).sum::<f64>(),
        |f: f64| -counted().map(|(w, r)| w * (r / (1.0 + f * r)).powi(2)).sum::<f64>(),
    );
    let (mut low, mut high) = (0.0, -worst.recip());
    let mut f = 0.5 * high;
    for _ in 0..200 {
        let at = slope(f);
        if at > 0.0 {
            low = f;
        } else {
            high = f;
        }
        let newton = f - at / bend(f);
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - f).abs() <= f64::EPSILON * next {
            return Ok(next);
        }
        f = next;
    }
    Ok(f)
}

/// The share of a size that an uncertain mean leaves: `μ² ÷ (μ² + se²)`. It minimises the expected
/// squared distance of `k·μ̂` from the true mean (Baker and `McHale` 2013 reach the same form).
///
/// ```
/// // A mean of one standard error leaves half of the size.
/// assert_eq!(risk::shrinkage(0.002, 0.002), 0.5);
/// ```
#[must_use]
pub fn shrinkage(mean: f64, standard_error: f64) -> f64 {
    let square = mean * mean;
    if square > 0.0 { square / (square + standard_error * standard_error) } else { 0.0 }
}
