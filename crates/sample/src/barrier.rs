//! Barrier labels of the sample's candles, by the rule of [`crate::TARGET_KEY`].
//!
//! Straightforward on purpose: this crate may not know the `labeling` crate, and so that one can
//! be tested against these.

use crate::spec::MICROS_PER_HOUR;
use market_data::Candles;

const TAKE_PROFIT: f64 = 0.04;
const STOP_LOSS: f64 = 0.02;
/// How many candles after its own a label looks at.
pub(crate) const HORIZON: usize = 24;
/// The same in time.
pub(crate) const HORIZON_MICROS: i64 = 24 * MICROS_PER_HOUR;

/// For each candle, whether in the 24 after it the high reaches `close·1.04` in an earlier candle
/// than the low reaches `close·0.98`; `None` for the last 24, whose future is missing.
pub(crate) fn labels(candles: &Candles) -> Vec<Option<bool>> {
    let label = |(entry, close): (usize, &f64)| {
        let ahead = entry + 1..=entry + HORIZON;
        let highs = candles.high.get(ahead.clone())?;
        let lows = candles.low.get(ahead)?;
        let take_profit = close * (1.0 + TAKE_PROFIT);
        let stop_loss = close * (1.0 - STOP_LOSS);
        let first_touch = highs.iter().zip(lows).find_map(|(&high, &low)| {
            if low <= stop_loss {
                Some(false) // also when it touches both: which came first is not known
            } else {
                (high >= take_profit).then_some(true)
            }
        });
        Some(first_touch.unwrap_or(false))
    };
    candles.close.iter().enumerate().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Candles at 100, but for the highs and lows given as (index, price).
    fn first_label(highs: &[(usize, f64)], lows: &[(usize, f64)]) -> Option<bool> {
        let flat = vec![100.0; HORIZON + 1];
        let with = |prices: &[(usize, f64)]| {
            let mut column = flat.clone();
            for &(index, price) in prices {
                column[index] = price;
            }
            column
        };
        let candles = Candles {
            timestamps: (0..).take(HORIZON + 1).collect(),
            open: flat.clone(),
            high: with(highs),
            low: with(lows),
            close: flat.clone(),
            volume: flat.clone(),
            interval: chrono::TimeDelta::hours(1),
        };
        let labels = labels(&candles);
        assert!(labels[1..].iter().all(Option::is_none), "their future is missing");
        labels[0]
    }

    #[test]
    fn the_barrier_that_is_touched_first_decides() {
        assert_eq!(first_label(&[], &[]), Some(false));
        assert_eq!(first_label(&[(24, 104.0)], &[]), Some(true));
        assert_eq!(first_label(&[(24, 103.99)], &[]), Some(false));
        assert_eq!(first_label(&[(5, 104.0)], &[(6, 98.0)]), Some(true));
        assert_eq!(first_label(&[(6, 104.0)], &[(5, 98.0)]), Some(false));
        assert_eq!(first_label(&[(6, 104.0)], &[(5, 98.01)]), Some(true));
    }

    #[test]
    fn a_candle_that_touches_both_is_the_stop() {
        assert_eq!(first_label(&[(5, 110.0)], &[(5, 98.0)]), Some(false));
    }

    #[test]
    fn its_own_candle_does_not_count() {
        assert_eq!(first_label(&[(0, 110.0), (3, 104.0)], &[(0, 90.0)]), Some(true));
    }
}
