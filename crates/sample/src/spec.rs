//! Which sample to make: its seed and its months.

use strategy_core::YearMonth;

pub(crate) const MICROS_PER_HOUR: i64 = 3_600_000_000;

/// What a sample is made from: the same specification gives the same values.
///
/// Whole months, so that candles start at midnight UTC and no combination of fields is impossible:
/// no months make an empty sample, and training months beyond the end leave no out-of-sample ones.
///
/// ```
/// use sample::SampleSpec;
///
/// let spec = SampleSpec::default();
/// assert_eq!(spec.first_month.to_string(), "2023-10");
/// assert_eq!(spec.first_month.plus_months(25).to_string(), "2025-11");
/// assert_eq!(spec.months, 26);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleSpec {
    /// Seed of every random number in the sample.
    pub seed: u64,
    /// The month of the first candle.
    pub first_month: YearMonth,
    /// Months of candles.
    pub months: u16,
    /// How many of the months, from the first, the stand-in model was "trained" on: their
    /// predictions are in-sample, in `pred_train.csv`; those of all later hours are in DuckDB.
    pub training_months: u16,
}

impl Default for SampleSpec {
    /// 26 months of candles up to 2025-11-30 23:00 UTC, predictions out of sample from 2024 on.
    fn default() -> Self {
        let last_month = YearMonth::containing_micros(1_762_000_000_000_000); // 2025-11-01
        // Chosen among 80 seeds: prices stay plausible, and every 12-month window shows the skill.
        Self { seed: 73, first_month: last_month.plus_months(-25), months: 26, training_months: 3 }
    }
}

impl SampleSpec {
    /// Open times of all candles, hourly, in µs UTC.
    pub fn timestamps(&self) -> Vec<i64> {
        let first = self.first_month.start().timestamp_micros();
        (0..).take(self.hours_in(self.months)).map(|hour| first + hour * MICROS_PER_HOUR).collect()
    }

    /// Index of the first candle whose prediction is out of sample.
    pub(crate) fn first_out_of_sample(&self) -> usize {
        self.hours_in(self.training_months.min(self.months))
    }

    /// Hours in the first `months` months.
    fn hours_in(&self, months: u16) -> usize {
        let end = self.first_month.plus_months(i32::from(months)).start();
        usize::try_from((end - self.first_month.start()).num_hours()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_covers_26_months_up_to_november_2025() {
        let spec = SampleSpec::default();
        let timestamps = spec.timestamps();
        assert_eq!(timestamps.len(), 792 * 24);
        let written = |index: usize| {
            chrono::DateTime::from_timestamp_micros(timestamps[index]).map(|t| t.to_rfc3339())
        };
        assert_eq!(written(0).as_deref(), Some("2023-10-01T00:00:00+00:00"));
        assert_eq!(written(792 * 24 - 1).as_deref(), Some("2025-11-30T23:00:00+00:00"));
        assert_eq!(
            written(spec.first_out_of_sample()).as_deref(),
            Some("2024-01-01T00:00:00+00:00")
        );
    }

    #[test]
    fn odd_specifications_are_small_samples_not_failures() {
        let empty = SampleSpec { months: 0, ..SampleSpec::default() };
        assert_eq!(empty.timestamps().len(), 0);
        let all_training = SampleSpec { months: 1, training_months: 9, ..SampleSpec::default() };
        assert_eq!(all_training.first_out_of_sample(), all_training.timestamps().len());
    }
}
