//! Confidence intervals.

use serde::{Deserialize, Serialize};

use crate::StatisticsError;
use crate::normal::lower_quantile;

/// A confidence interval, `lower ≤ upper`; of a probability, both lie within 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// Wilson's score interval for the hit rate behind `hits` out of `rows`, two-sided at `confidence`
/// (0.95, say):
///
/// ```text
/// (r + z²/2n ± z √(r(1 − r)/n + z²/4n²)) / (1 + z²/n),   r = hits/n,   n = rows
/// ```
///
/// with `z` the standard normal quantile at `(1 + confidence)/2`. Other than `r ± z √(r(1 − r)/n)`
/// it stays inside `[0, 1]` and has a width where there are no hits, or nothing else. It assumes
/// independent rows: overlapping label horizons make the true interval wider, see
/// [`block_bootstrap_bins`](crate::block_bootstrap_bins).
///
/// E. Wilson, "Probable inference, the law of succession, and statistical inference",
/// *Journal of the American Statistical Association* 22 (1927), 209–212.
///
/// ```
/// let interval = statistics::wilson_interval(12, 40, 0.95)?;
/// assert!((interval.lower - 0.1807).abs() < 1e-4);
/// assert!((interval.upper - 0.4543).abs() < 1e-4);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If there are no rows, more hits than rows, or `confidence` is not strictly between 0 and 1.
pub fn wilson_interval(hits: u64, rows: u64, confidence: f64) -> Result<Interval, StatisticsError> {
    if rows == 0 {
        return Err(StatisticsError::NoRows);
    }
    if hits > rows {
        return Err(StatisticsError::TooManyHits { hits, rows });
    }
    check_confidence(confidence)?;
    Ok(Interval {
        lower: lower_end(hits, rows, confidence),
        // The interval of the misses, mirrored. Taking it as `centre + half` would not always give
        // exactly 1 where everything is a hit.
        upper: 1.0 - lower_end(rows - hits, rows, confidence),
    })
}

/// `Ok` if `confidence` is strictly between 0 and 1.
pub(crate) fn check_confidence(confidence: f64) -> Result<(), StatisticsError> {
    if confidence > 0.0 && confidence < 1.0 {
        Ok(())
    } else {
        Err(StatisticsError::InvalidConfidence { confidence })
    }
}

/// The lower end `(centre − half) / (1 + z²/n)`. It is computed as `r² / (centre + half)`, which is
/// the same, since `centre² − half² = r² (1 + z²/n)`, but does not subtract two nearly equal numbers
/// where hits are few.
fn lower_end(hits: u64, rows: u64, confidence: f64) -> f64 {
    let z = -lower_quantile(0.5 * (1.0 - confidence));
    let (n, r) = (rows as f64, hits as f64 / rows as f64);
    let centre = r + z * z / (2.0 * n);
    let half = z * (r * (1.0 - r) / n + z * z / (4.0 * n * n)).sqrt();
    let sum = centre + half;
    if sum > 0.0 { (r * r / sum).min(r) } else { 0.0 }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;

    #[test]
    fn ends_are_exact_at_the_extremes() {
        for rows in [1, 7, 1_000_000, u64::MAX] {
            assert_eq!(wilson_interval(0, rows, 0.95).unwrap().lower, 0.0);
            assert_eq!(wilson_interval(rows, rows, 0.95).unwrap().upper, 1.0);
        }
    }

    #[test]
    fn holds_the_rate_and_grows_with_confidence() {
        let mut last = Interval { lower: 0.3, upper: 0.3 };
        for confidence in [1e-9, 0.1, 0.5, 0.95, 0.999, 1.0 - f64::EPSILON] {
            let interval = wilson_interval(3, 10, confidence).unwrap();
            assert!(0.0 < interval.lower && interval.lower <= last.lower, "{interval:?}");
            assert!(last.upper <= interval.upper && interval.upper < 1.0, "{interval:?}");
            last = interval;
        }
    }

    #[test]
    fn refuses_nonsense() {
        use StatisticsError::{InvalidConfidence, NoRows, TooManyHits};
        assert!(matches!(wilson_interval(0, 0, 0.95), Err(NoRows)));
        assert!(matches!(wilson_interval(3, 2, 0.95), Err(TooManyHits { hits: 3, rows: 2 })));
        for confidence in [0.0, 1.0, -0.5, 95.0, f64::NAN] {
            assert!(matches!(wilson_interval(1, 2, confidence), Err(InvalidConfidence { .. })));
        }
    }
}
