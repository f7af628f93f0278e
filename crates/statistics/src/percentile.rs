//! Percentile intervals.

use crate::interval::Interval;

/// The interval between the quantiles `(1 ± confidence)/2` of the `values`, of which there is at
/// least one; B. Efron and R. Tibshirani, *An Introduction to the Bootstrap* (1993), ch. 13.
pub(crate) fn percentile_interval(mut values: Vec<f64>, confidence: f64) -> Interval {
    values.sort_unstable_by(f64::total_cmp);
    let tail = 0.5 * (1.0 - confidence);
    let lower = low_quantile(values.iter(), tail);
    // Counted from above, so that the interval of the misses is exactly the mirror image.
    let upper = low_quantile(values.iter().rev(), tail);
    Interval { lower, upper }
}

/// The quantile `q` below ½ of sorted values, linear between order statistics: numpy's default,
/// type 7 of Hyndman and Fan (1996).
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the floor of a number between 0 and the number of values"
)]
fn low_quantile<'a>(sorted: impl ExactSizeIterator<Item = &'a f64>, q: f64) -> f64 {
    let position = q * (sorted.len() - 1) as f64;
    let weight = position.fract();
    let mut values = sorted.skip(position.floor() as usize);
    let first = values.next().copied().unwrap_or_default();
    let second = values.next().copied().unwrap_or(first);
    first + weight * (second - first)
}
