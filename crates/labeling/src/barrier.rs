//! Labels: which barrier comes first.

use rayon::prelude::*;

use crate::chunk::Chunk;
use crate::window::Window;
use crate::{BarrierRule, CandleSeries, LabelError, Outcome};

/// Entries that are labelled together, at least: their candles' extremes stay in a core's cache.
const CHUNK: usize = 1 << 15;

/// Entries from which on threads share the work. Below, waking them costs more.
const PARALLEL_ENTRIES: usize = 1 << 16;

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
