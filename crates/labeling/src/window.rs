//! The candles that a label looks at.

use crate::rule::positive_micros;
use crate::{BarrierRule, CandleSeries, LabelError};

/// The stretch `(t, t + horizon]` of a series.
pub(crate) struct Window<'a> {
    timestamps: &'a [i64],
    horizon_micros: u64,
    /// How many candles it has where none is missing.
    pub(crate) candles: usize,
}

impl<'a> Window<'a> {
    pub(crate) fn new(series: &CandleSeries<'a>, rule: &BarrierRule) -> Result<Self, LabelError> {
        let (horizon, interval) = (rule.horizon(), series.interval());
        let not_multiple = LabelError::HorizonNotMultiple { horizon, interval };
        let interval_micros = series.interval_micros;
        let horizon_micros = positive_micros(horizon)
            .filter(|micros| micros.is_multiple_of(interval_micros))
            .ok_or(not_multiple)?;
        // More candles than memory can address are more than there are: no window is complete.
        let candles = usize::try_from(horizon_micros / interval_micros).unwrap_or(usize::MAX);
        Ok(Self { timestamps: series.timestamps, horizon_micros, candles })
    }

    /// How many entries have a window that ends within the series: they come first.
    pub(crate) fn complete_entries(&self) -> usize {
        let Some(&end) = self.timestamps.last() else { return 0 };
        self.timestamps.partition_point(|&entry| entry.abs_diff(end) >= self.horizon_micros)
    }

    /// Whether no candle of this entry's window is missing.
    pub(crate) fn is_whole(&self, entry: usize) -> bool {
        // The H-th next candle opens at t + horizon exactly when none before it is missing, and
        // later otherwise.
        entry
            .checked_add(self.candles)
            .and_then(|last| self.timestamps.get(last))
            .is_some_and(|last| last.abs_diff(self.timestamps[entry]) == self.horizon_micros)
    }
}
