//! Labels: which barrier comes first.

use crate::first_reach::FirstReach;
use crate::rule::positive_micros;
use crate::{BarrierRule, CandleSeries, LabelError, TiePolicy};

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
/// first with `low ≤ down`. When it is the same candle, the [`TiePolicy`] decides. The entry
/// candle's own high and low do not count: they came before its close. The horizon is measured in
/// time, not rows, so a missing candle is noticed ([`Outcome::Gap`]).
///
/// One pass from the last candle to the first, O(n log n) time and O(n) memory for n candles,
/// whatever the horizon.
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
    let mut highs = FirstReach::new(candles.high, |high, up| high >= up);
    let mut lows = FirstReach::new(candles.low, |low, down| low <= down);
    let mut outcomes = vec![Outcome::Incomplete; candles.len()];

    for (entry, outcome) in outcomes.iter_mut().enumerate().rev() {
        *outcome = match window.last_candle(entry) {
            Err(unknown) => unknown,
            Ok(last) => {
                let up = candles.close[entry] * (1.0 + rule.take_profit());
                let down = candles.close[entry] * (1.0 - rule.stop_loss());
                let first_profit = highs.at(up).filter(|&profit| profit <= last);
                // A stop beyond the horizon comes after any profit that counts: no bound needed.
                let reached = first_profit.is_some_and(|profit| match lows.at(down) {
                    Some(stop) if stop == profit => {
                        take_profit_wins_tie(rule.tie_policy(), candles.open[profit], up, down)
                    }
                    Some(stop) => profit < stop,
                    None => true,
                });
                if reached { Outcome::TakeProfit } else { Outcome::NoTakeProfit }
            }
        };
        highs.push(entry);
        lows.push(entry);
    }
    Ok(outcomes)
}

fn take_profit_wins_tie(policy: TiePolicy, open: f64, up: f64, down: f64) -> bool {
    match policy {
        TiePolicy::Conservative => false,
        TiePolicy::ProximityToOpen => (up - open).abs() < (open - down).abs(),
    }
}

/// The stretch `(t, t + horizon]` of a series.
struct Window<'a> {
    timestamps: &'a [i64],
    horizon_micros: u64,
    candles: usize,
}

impl<'a> Window<'a> {
    fn new(series: &CandleSeries<'a>, rule: &BarrierRule) -> Result<Self, LabelError> {
        let (horizon, interval) = (rule.horizon(), series.interval());
        let not_multiple = LabelError::HorizonNotMultiple { horizon, interval };
        let horizon_micros = positive_micros(horizon)
            .filter(|micros| micros.is_multiple_of(series.interval_micros))
            .ok_or(not_multiple)?;
        // More candles than memory can address are more than there are: no window is complete.
        let candles =
            usize::try_from(horizon_micros / series.interval_micros).unwrap_or(usize::MAX);
        Ok(Self { timestamps: series.timestamps, horizon_micros, candles })
    }

    /// The row of the window's last candle, or why the window of this entry cannot be used.
    fn last_candle(&self, entry: usize) -> Result<usize, Outcome> {
        let elapsed = |row: usize| self.timestamps[row].abs_diff(self.timestamps[entry]);
        let ends = self.timestamps.len() - 1;
        if elapsed(ends) < self.horizon_micros {
            return Err(Outcome::Incomplete);
        }
        // Candles stand on the grid, so the H-th next one opens at t + horizon exactly when none
        // before it is missing, and later otherwise.
        match entry.checked_add(self.candles).filter(|&last| last <= ends) {
            Some(last) if elapsed(last) == self.horizon_micros => Ok(last),
            _ => Err(Outcome::Gap),
        }
    }
}
