//! Strategies that keep the laws, each near one that does not.

use std::collections::VecDeque;

use strategy_core::Lookback;

use super::{FromCloses, Refusal};

/// The mean of the last five closes, NaN before there are five.
#[derive(Default)]
pub(crate) struct MovingAverage {
    window: VecDeque<f64>,
}

impl FromCloses for MovingAverage {
    const NAME: &'static str = "moving-average";
    const LOOKBACK: Lookback = Lookback { rows: 4, unbounded: false };

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        let mean = |close: &f64| {
            self.window.push_back(*close);
            if self.window.len() > 5 {
                self.window.pop_front();
            }
            if self.window.len() == 5 { self.window.iter().sum::<f64>() / 5.0 } else { f64::NAN }
        };
        Ok(close.iter().map(mean).collect())
    }
}

/// Decides on nothing but the row itself.
#[derive(Default)]
pub(crate) struct Memoryless;

impl FromCloses for Memoryless {
    const NAME: &'static str = "memoryless";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        Ok(close.iter().map(|close| close - 100.0).collect())
    }
}

/// Refuses prices that it has never seen the like of: no look ahead, although a future with such
/// prices costs it the decisions of the whole batch.
#[derive(Default)]
pub(crate) struct Fussy;

impl FromCloses for Fussy {
    const NAME: &'static str = "fussy";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        match close.iter().find(|close| !(10.0..1_000.0).contains(*close)) {
            Some(close) => Err(Refusal::Refused(*close)),
            None => Ok(close.to_vec()),
        }
    }
}

/// Cannot do with fewer than two rows: not a matter of a law, but no strategy for live use either.
#[derive(Default)]
pub(crate) struct NeedsTwo;

impl FromCloses for NeedsTwo {
    const NAME: &'static str = "needs-two";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        match close {
            [one] => Err(Refusal::Refused(*one)),
            _ => Ok(vec![1.0; close.len()]),
        }
    }
}

/// An exponential average: every earlier close matters a little, and it says so.
#[derive(Default)]
pub(crate) struct Exponential {
    average: Option<f64>,
}

impl FromCloses for Exponential {
    const NAME: &'static str = "exponential";
    const LOOKBACK: Lookback = Lookback { rows: 3, unbounded: true };

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        let mut next = |close: &f64| {
            let average = self.average.map_or(*close, |average| average + 0.2 * (close - average));
            self.average = Some(average);
            close - average
        };
        Ok(close.iter().map(&mut next).collect())
    }
}
