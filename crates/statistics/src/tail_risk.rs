//! How much the worst days lose.

use crate::StatisticsError;
use crate::check::{check_count, check_finite, check_share};

/// Historical value at risk of `returns` (shape `n`): the loss that a share `tail` of periods (0.05,
/// say) reaches or exceeds, `−r₍ₖ₎` with `k = ⌈tail · n⌉`, the `k`-th smallest return. Positive for a
/// loss.
///
/// # Errors
/// If there are no returns, one is not finite, or `tail` is not strictly between 0 and 1.
pub fn value_at_risk(returns: &[f64], tail: f64) -> Result<f64, StatisticsError> {
    let Tail { last, .. } = Tail::of(returns, tail)?;
    Ok(-last)
}

/// Historical conditional value at risk (expected shortfall) of `returns` (shape `n`): the mean loss of
/// the worst share `tail` of periods. Positive for a loss.
///
/// ```text
/// −(Σ_{i<k} r₍ᵢ₎ + (tail·n − k + 1) r₍ₖ₎) / (tail · n),   k = ⌈tail · n⌉
/// ```
///
/// The `k`-th smallest return counts with the part of it that lies in the tail, which makes the measure
/// coherent.
///
/// R. Rockafellar and S. Uryasev, "Conditional value-at-risk for general loss distributions", *Journal
/// of Banking & Finance* 26 (2002), 1443–1471.
///
/// ```
/// let returns = [0.01, -0.04, 0.02, -0.02, 0.03];
/// let worst_three_tenths = statistics::conditional_value_at_risk(&returns, 0.3)?;
/// assert!((worst_three_tenths - (0.04 + 0.5 * 0.02) / 1.5).abs() < 1e-15);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// As for [`value_at_risk`].
pub fn conditional_value_at_risk(returns: &[f64], tail: f64) -> Result<f64, StatisticsError> {
    let Tail { before, last, part, rows } = Tail::of(returns, tail)?;
    Ok(-(before.iter().sum::<f64>() + part * last) / rows)
}

/// The worst returns.
struct Tail {
    /// Those that lie in the tail as a whole.
    before: Vec<f64>,
    /// The next.
    last: f64,
    /// How much of it lies in the tail.
    part: f64,
    /// Rows in the tail, not a whole number.
    rows: f64,
}

impl Tail {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a number of rows"
    )]
    fn of(returns: &[f64], tail: f64) -> Result<Self, StatisticsError> {
        check_share("tail", tail)?;
        check_count("returns", returns.len(), 1)?;
        check_finite("returns", returns)?;
        let rows = tail * returns.len() as f64;
        let k = (rows.ceil() as usize).clamp(1, returns.len());
        let mut sorted = returns.to_vec();
        let (before, &mut last, _) = sorted.select_nth_unstable_by(k - 1, f64::total_cmp);
        before.sort_unstable_by(f64::total_cmp);
        Ok(Self { before: before.to_vec(), last, part: rows - (k - 1) as f64, rows })
    }
}

/// Filtered historical returns: past shocks at tomorrow's volatility, to take
/// [`value_at_risk`] and [`conditional_value_at_risk`] of.
///
/// ```text
/// zᵢ = rᵢ/σᵢ,   σ²ᵢ₊₁ = λ σ²ᵢ + (1 − λ) r²ᵢ,   result: zᵢ · σₙ₊₁
/// ```
///
/// `σᵢ` is known before period `i`. `first_variance` is that before the first return: take it from
/// earlier returns, since the whole sample's looks ahead. λ is 0.94 for days.
///
/// G. Barone-Adesi, K. Giannopoulos and L. Vosper, "`VaR` without correlations for portfolios of
/// derivative securities", *Journal of Futures Markets* 19 (1999), 583–602.
///
/// # Errors
/// If a return is not finite, `lambda` is not strictly between 0 and 1, or `first_variance` is not a
/// finite number above 0.
pub fn filtered_returns(
    returns: &[f64],
    lambda: f64,
    first_variance: f64,
) -> Result<Vec<f64>, StatisticsError> {
    check_share("lambda", lambda)?;
    check_finite("returns", returns)?;
    if !(first_variance.is_finite() && first_variance > 0.0) {
        let (name, wanted) = ("the first variance", "a finite number above 0");
        return Err(StatisticsError::InvalidArgument { name, value: first_variance, wanted });
    }
    let mut variance = first_variance;
    let mut shocks = Vec::with_capacity(returns.len());
    for r in returns {
        shocks.push(r / variance.sqrt());
        variance = lambda * variance + (1.0 - lambda) * r * r;
    }
    let scale = variance.sqrt();
    for shock in &mut shocks {
        *shock *= scale;
    }
    Ok(shocks)
}
