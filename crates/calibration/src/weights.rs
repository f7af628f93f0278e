//! The check of sample weights.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use crate::kernel::{Loop, vectorised};
use crate::sum::CompensatedSum;
use crate::{CalibrationError, Result};

/// `Ok` if all weights are finite and not negative and their sum is finite and positive.
///
/// # Errors
/// Names the first bad weight, or else the sum.
pub(crate) fn check_weights(weights: &[f64]) -> Result<()> {
    if vectorised(LooksGood(weights)) {
        return Ok(());
    }
    for (index, &value) in weights.iter().enumerate() {
        if !(value.is_finite() && value >= 0.0) {
            return Err(CalibrationError::InvalidWeight { index, value });
        }
    }
    let total = weights.iter().copied().collect::<CompensatedSum>().total();
    if total.is_finite() && total > 0.0 {
        Ok(())
    } else {
        Err(CalibrationError::InvalidTotalWeight { rows: weights.len(), total })
    }
}

/// Weights added side by side.
const LANES: usize = 32;

/// Whether all weights are good, and their sum is so far from overflow that its rounding is of no
/// account. Otherwise they take a closer look.
struct LooksGood<'a>(&'a [f64]);

impl Loop for LooksGood<'_> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let (rows, rest) = self.0.as_chunks::<LANES>();
        let (mut sums, mut bad) = ([0.0; LANES], [0_u64; LANES]);
        for row in rows {
            for lane in 0..LANES {
                sums[lane] += row[lane];
                bad[lane] |= u64::from(!is_weight(row[lane]));
            }
        }
        let sum = sums.iter().chain(rest).sum::<f64>();
        let bad = bad != [0; LANES] || rest.iter().any(|&weight| !is_weight(weight));
        !bad && sum > 0.0 && sum <= f64::MAX / 2.0
    }
}

#[inline(always)]
fn is_weight(value: f64) -> bool {
    (0.0..=f64::MAX).contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bad_weight_is_named_wherever_it_is() {
        for n in [1, 31, 32, 33, 100] {
            for index in 0..n {
                for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, -5e-324] {
                    let mut weights = vec![0.5; n];
                    weights[index..].fill(bad);
                    let error = check_weights(&weights);
                    let named = matches!(error, Err(CalibrationError::InvalidWeight { index: found, .. }) if found == index);
                    assert!(named, "{bad} at {index} of {n}: {error:?}");
                }
            }
        }
    }

    #[test]
    fn zeros_of_either_sign_and_extremes_pass() {
        assert!(check_weights(&[0.0, -0.0, 5e-324]).is_ok());
        assert!(check_weights(&[f64::MAX, 0.0]).is_ok());
        assert!(check_weights(&[f64::MAX / 4.0; 4]).is_ok());
        assert!(check_weights(&[-0.0; 40]).is_err());
        assert!(check_weights(&[f64::MAX / 16.0; 40]).is_err());
        assert!(check_weights(&[]).is_err());
    }
}
