//! Whether scores have moved.

use serde::{Deserialize, Serialize};

use crate::error::MonitoringError;
use crate::generator::Generator;

/// Shares below this count as this much, so that an empty bin does not make the index infinite.
const LEAST_SHARE: f64 = 1e-4;

/// Population stability index of the counts of bins now against those of a reference:
/// `Σ (a − e)·ln(a/e)` over the bins' shares `a` now and `e` then; a share of zero counts as 0.0001.
///
/// # Errors
/// [`MonitoringError::TooFew`] where either has no rows, or their numbers of bins differ.
pub fn psi(reference: &[u64], now: &[u64]) -> Result<f64, MonitoringError> {
    if reference.len() != now.len() {
        let (found, wanted) = (now.len(), reference.len());
        return Err(MonitoringError::TooFew { what: "the bins to compare", found, wanted });
    }
    let shares = |counts: &[u64]| {
        let all: u64 = counts.iter().sum();
        if all == 0 {
            return Err(MonitoringError::TooFew {
                what: "a window of scores",
                found: 0,
                wanted: 1,
            });
        }
        let share = |&n: &u64| if n == 0 { LEAST_SHARE } else { n as f64 / all as f64 };
        Ok(counts.iter().map(share).collect::<Vec<_>>())
    };
    let (expected, actual) = (shares(reference)?, shares(now)?);
    Ok(expected.iter().zip(&actual).map(|(e, a)| (a - e) * (a / e).ln()).sum())
}

/// Wasserstein distance of order 1 between two samples: the area between their distribution functions,
/// in units of the values.
///
/// # Errors
/// [`MonitoringError::TooFew`] for an empty sample; [`MonitoringError::Value`] for a value that is not
/// finite.
pub fn wasserstein(a: &[f64], b: &[f64]) -> Result<f64, MonitoringError> {
    let (a, b) = (ascending(a)?, ascending(b)?);
    Ok(distance(&a, &b))
}

fn ascending(values: &[f64]) -> Result<Vec<f64>, MonitoringError> {
    if values.is_empty() {
        return Err(MonitoringError::TooFew { what: "a sample", found: 0, wanted: 1 });
    }
    if let Some(&found) = values.iter().find(|value| !value.is_finite()) {
        return Err(MonitoringError::Value { what: "a score", found, wanted: "a finite number" });
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(sorted)
}

/// Of ascending samples.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let (mut i, mut j, mut area) = (0, 0, 0.0);
    let mut x = a[0].min(b[0]);
    while i < a.len() || j < b.len() {
        let next = match (a.get(i), b.get(j)) {
            (Some(&p), Some(&q)) => p.min(q),
            (Some(&p), None) => p,
            (None, Some(&q)) => q,
            (None, None) => break,
        };
        let gap = i as f64 / a.len() as f64 - j as f64 / b.len() as f64;
        area += gap.abs() * (next - x);
        x = next;
        i += a[i..].iter().take_while(|&&value| value <= next).count();
        j += b[j..].iter().take_while(|&&value| value <= next).count();
    }
    area
}

/// How large the measures become in windows of `rows` that are drawn from the reference itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DriftLimits {
    /// Of the population stability index.
    pub psi: f64,
    /// Of the Wasserstein distance.
    pub wasserstein: f64,
}

impl DriftLimits {
    /// The quantile `level` (0.99, say) of both measures over `resamples` windows of `rows` rows, each
    /// joined from circular blocks of `block` rows of the reference: `bins` (from 1 to `n_bins`) and
    /// `scores`, in order of time. Scores move slowly, so blocks should be days long.
    ///
    /// # Errors
    /// [`MonitoringError::TooFew`] where the reference is shorter than two blocks or two windows;
    /// [`MonitoringError::Value`] for values that cannot be.
    pub fn by_bootstrap(
        bins: &[u16],
        scores: &[f64],
        n_bins: u16,
        (rows, block): (usize, usize),
        (resamples, level, seed): (u32, f64, u64),
    ) -> Result<Self, MonitoringError> {
        let n = bins.len().min(scores.len());
        let wanted = (2 * block.max(1)).max(2 * rows.max(1));
        if n < wanted || bins.len() != scores.len() {
            return Err(MonitoringError::TooFew { what: "the reference", found: n, wanted });
        }
        let counts = |bins: &[u16]| bin_counts(bins, n_bins);
        let (reference, sorted) = (counts(bins), ascending(scores)?);
        let pairs: Vec<(u16, f64)> = bins.iter().copied().zip(scores.iter().copied()).collect();
        let (mut psis, mut distances) = (Vec::new(), Vec::new());
        for resample in 0..resamples {
            let mut generator = Generator::new(seed, resample.into());
            let drawn = generator.resample(&pairs, rows, block.max(1));
            let (bins, mut scores): (Vec<u16>, Vec<f64>) = drawn.into_iter().unzip();
            scores.sort_by(f64::total_cmp);
            psis.push(psi(&reference, &counts(&bins))?);
            distances.push(distance(&sorted, &scores));
        }
        Ok(Self { psi: quantile(psis, level)?, wasserstein: quantile(distances, level)? })
    }
}

/// How many of `bins` are 1, 2, ... `n_bins`.
pub(crate) fn bin_counts(bins: &[u16], n_bins: u16) -> Vec<u64> {
    let mut counts = vec![0; n_bins.into()];
    for bin in bins {
        if let Some(count) = counts.get_mut(usize::from(*bin).wrapping_sub(1)) {
            *count += 1;
        }
    }
    counts
}

/// The value that a share `level` of `values` does not exceed, linear between order statistics.
pub(crate) fn quantile(mut values: Vec<f64>, level: f64) -> Result<f64, MonitoringError> {
    if values.is_empty() {
        return Err(MonitoringError::TooFew { what: "the resamples", found: 0, wanted: 1 });
    }
    values.sort_by(f64::total_cmp);
    let place = level.clamp(0.0, 1.0) * (values.len() - 1) as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
    let k = place as usize;
    let (low, high) = (values[k], values[(k + 1).min(values.len() - 1)]);
    Ok(low + (high - low) * (place - k as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By scipy 1.17, `scipy.stats.wasserstein_distance`, and numpy.
    #[test]
    fn values_of_other_programs() -> Result<(), MonitoringError> {
        assert!((wasserstein(&[0.0, 1.0, 3.0], &[5.0, 6.0, 8.0])? - 5.0).abs() < 1e-12);
        let (a, b) = ([0.1, 0.4, 0.4, 0.9], [0.2, 0.3, 0.5, 0.5, 0.8]);
        assert!((wasserstein(&a, &b)? - 0.12).abs() < 1e-12, "{}", wasserstein(&a, &b)?);
        let found = psi(&[50, 30, 20], &[40, 30, 30])?;
        let expected = -0.1 * 0.8_f64.ln() + 0.1 * 1.5_f64.ln();
        assert!((found - expected).abs() < 1e-12);
        Ok(())
    }

    #[test]
    fn a_window_of_the_reference_is_within_the_limits() -> Result<(), MonitoringError> {
        let scores: Vec<f64> = (0..4_000).map(|k| f64::from(k * 733 % 4_000) / 4_000.0).collect();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "bins of a test"
        )]
        let bins: Vec<u16> = scores.iter().map(|s| (s * 20.0) as u16 + 1).collect();
        let limits = DriftLimits::by_bootstrap(&bins, &scores, 20, (700, 24), (200, 0.99, 1))?;
        let of = |from: usize| {
            let now = bin_counts(&bins[from..from + 700], 20);
            Ok::<_, MonitoringError>((
                psi(&bin_counts(&bins, 20), &now)?,
                wasserstein(&scores, &scores[from..from + 700])?,
            ))
        };
        let (index, distance) = of(1_000)?;
        assert!(
            index <= limits.psi && distance <= limits.wasserstein,
            "{index} {distance} {limits:?}"
        );
        let moved: Vec<f64> = scores[..700].iter().map(|s| s * 0.5).collect();
        assert!(wasserstein(&scores, &moved)? > limits.wasserstein);
        Ok(())
    }
}
