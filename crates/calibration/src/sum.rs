//! Summation whose error does not grow with the number of rows.

/// A running sum with Neumaier's compensation: the rounding error of each addition is collected
/// beside the sum and added back at the end.
///
/// A plain sum of a million residuals loses some six digits, which is as much as the gradient
/// tolerance of the Platt fit leaves; it would also make results depend on the order of the rows.
///
/// A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen",
/// ZAMM 54 (1974), 39–51.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CompensatedSum {
    sum: f64,
    correction: f64,
}

impl CompensatedSum {
    #[inline]
    pub(crate) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.correction += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }

    /// Adds another sum with its correction.
    #[inline]
    pub(crate) fn merge(&mut self, other: Self) {
        self.add(other.sum);
        self.correction += other.correction;
    }

    /// The sum. Once it has overflowed the correction is NaN, and the infinite sum is returned.
    #[inline]
    pub(crate) fn total(self) -> f64 {
        if self.sum.is_finite() { self.sum + self.correction } else { self.sum }
    }
}

impl FromIterator<f64> for CompensatedSum {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sum = Self::default();
        values.into_iter().for_each(|value| sum.add(value));
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(values: &[f64]) -> f64 {
        values.iter().copied().collect::<CompensatedSum>().total()
    }

    #[test]
    fn keeps_what_a_plain_sum_loses() {
        assert_eq!(total(&[1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(total(&vec![0.1; 1_000_000]), 100_000.0);
        let plain = (0..1_000_000).fold(0.0, |sum, _| sum + 0.1);
        assert!((plain - 100_000.0_f64).abs() > 1e-7, "the test would prove nothing");
    }

    #[test]
    fn overflow_is_infinite_not_nan() {
        assert_eq!(total(&[f64::MAX, f64::MAX, 1.0]), f64::INFINITY);
    }
}
