//! Labels: which barrier comes first.

use crate::window::Window;
use crate::{BarrierRule, CandleSeries, Ending, LabelError, Outcome, TradeEnds, trade_ends};

/// Labels every candle of the series: result `i` is the outcome of an entry at `close[i]`.
///
/// With `H = horizon / interval`, `up = close·(1+u)` and `down = close·(1−d)`, the outcome is
/// [`Outcome::TakeProfit`] if the first of the next `H` candles with `high ≥ up` comes before the
/// first with `low ≤ down`. When it is the same candle, the [`TiePolicy`](crate::TiePolicy) decides. The entry
/// candle's own high and low do not count: they came before its close. The horizon is measured in
/// time, not rows, so a missing candle is noticed ([`Outcome::Gap`]).
///
/// It is how the long trade of [`trade_ends`] ended: whoever has these takes [`labels_of_trades`].
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
    labels_of_trades(candles, rule, &trade_ends(candles, rule)?)
}

/// The labels of candles whose trades are known: `ends` are those that [`trade_ends`] gives for the same
/// candles and rule.
///
/// # Errors
/// Those of [`label_candles`].
pub fn labels_of_trades(
    candles: &CandleSeries<'_>,
    rule: &BarrierRule,
    ends: &[Option<TradeEnds>],
) -> Result<Vec<Outcome>, LabelError> {
    let complete = Window::new(candles, rule)?.complete_entries();
    let label = |(entry, end): (usize, &Option<TradeEnds>)| match end {
        Some(TradeEnds { long, .. }) if long.ending == Ending::TakeProfit => Outcome::TakeProfit,
        Some(_) => Outcome::NoTakeProfit,
        None if entry < complete => Outcome::Gap,
        None => Outcome::Incomplete,
    };
    Ok(ends.iter().enumerate().map(label).collect())
}
