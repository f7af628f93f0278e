//! Labels: which barrier comes first.

use rayon::prelude::*;

use crate::chunk::Chunk;
use crate::rule::positive_micros;
use crate::{BarrierRule, CandleSeries, LabelError};

/// Entries that are labelled together, at least: their candles' extremes stay in a core's cache.
const CHUNK: usize = 1 << 15;

/// Entries from which on threads share the work. Below, waking them costs more.
const PARALLEL_ENTRIES: usize = 1 << 16;

/// What became of an entry at a candle's close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The take profit was reached before the stop loss: label 1.
    TakeProfit,
    /// The stop loss was reached first, or neither within the horizon: label 0.
    NoTakeProfit,
    /// The series ends before `t + horizon`: the label is not known yet.
    Incomplete,
    /// A candle in `(t, t + horizon]` is missing, though the series goes on: the label will never
    /// be known.
    ///
    /// This holds even when a barrier is reached before the gap. Keeping such labels would keep the
    /// quick outcomes of these windows and drop the slow ones, and the stop, being nearer, is
    /// usually the quick one: the base rate, and with it the calibration, would be biased.
    Gap,
}

impl Outcome {
    /// The label, where there is one.
    #[must_use]
    pub fn label(self) -> Option<bool> {
        match self {
            Self::TakeProfit => Some(true),
            Self::NoTakeProfit => Some(false),
            Self::Incomplete | Self::Gap => None,
        }
    }
}

/// Labels every candle of the series: result `i` is the outcome of an entry at `close[i]`.
///
/// With `H = horizon / interval`, `up = close·(1+u)` and `down = close·(1−d)`, the outcome is
/// [`Outcome::TakeProfit`] if the first of the next `H` candles with `high ≥ up` comes before the
/// first with `low ≤ down`. When it is the same candle, the [`TiePolicy`](crate::TiePolicy) decides. The entry
/// candle's own high and low do not count: they came before its close. The horizon is measured in
/// time, not rows, so a missing candle is noticed ([`Outcome::Gap`]).
///
/// O(n) time and memory for n candles, all but independent of the horizon; see
/// `docs/numerics.md`. From some ten thousands of candles on it uses all threads of the current
/// [rayon] pool, without any effect on the result.
///
/// # Errors
/// [`LabelError::HorizonNotMultiple`] when the rule's horizon is not a whole number of candles.
///
/// # Example
/// See the [crate](crate).
pub fn label_candles(
    candles: &CandleSeries<'_>,
    rule: &BarrierRule,
) -> Result<Vec<Outcome>, LabelError> {
    let window = Window::new(candles, rule)?;
    let mut outcomes = vec![Outcome::Incomplete; candles.len()];
    let known = &mut outcomes[..window.complete_entries()];
    // Longer horizons, longer chunks: a chunk looks at the candles of its entries' windows too.
    let length = window.candles.saturating_mul(4).clamp(CHUNK, candles.len().max(CHUNK));
    let label = |(index, outcomes): (usize, &mut [Outcome])| {
        Chunk { candles, rule, window: &window, first: index * length }.label(outcomes);
    };
    if known.len() < PARALLEL_ENTRIES {
        known.chunks_mut(length).enumerate().for_each(label);
    } else {
        known.par_chunks_mut(length).enumerate().for_each(label);
    }
    Ok(outcomes)
}

/// The stretch `(t, t + horizon]` of a series.
pub(crate) struct Window<'a> {
    timestamps: &'a [i64],
    interval_micros: u64,
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
        Ok(Self { timestamps: series.timestamps, interval_micros, horizon_micros, candles })
    }

    /// How many entries have a window that ends within the series: they come first.
    pub(crate) fn complete_entries(&self) -> usize {
        let Some(&end) = self.timestamps.last() else { return 0 };
        self.timestamps.partition_point(|&entry| entry.abs_diff(end) >= self.horizon_micros)
    }

    /// Whether there is a candle at every step from row `first` to row `last`.
    pub(crate) fn is_gapless(&self, first: usize, last: usize) -> bool {
        // Candles stand on the grid and ascend, so the distance is at least this product.
        let steps = (last - first) as u64;
        let elapsed = self.timestamps[first].abs_diff(self.timestamps[last]);
        steps.checked_mul(self.interval_micros) == Some(elapsed)
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
