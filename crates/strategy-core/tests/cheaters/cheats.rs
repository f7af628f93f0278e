//! Each breaks one law, in a way that has been seen in real code.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use strategy_core::Lookback;

use super::{FromCloses, HOUR, Refusal};

/// Peeks one row ahead: positive before each rise.
#[derive(Default)]
pub(crate) struct Prophet;

impl FromCloses for Prophet {
    const NAME: &'static str = "prophet";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        let ahead =
            |t: usize| close.get(t + 1).map_or(0.0, |next| f64::from(u8::from(*next > close[t])));
        Ok((0..close.len()).map(ahead).collect())
    }
}

/// Measures against the mean of all rows at hand, those to come included.
#[derive(Default)]
pub(crate) struct Demeaned;

impl FromCloses for Demeaned {
    const NAME: &'static str = "demeaned";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        let mean = close.iter().sum::<f64>() / close.len() as f64;
        Ok(close.iter().map(|close| close - mean).collect())
    }
}

/// Peeks one row ahead only to be out before a crash, which honest data may not have.
#[derive(Default)]
pub(crate) struct Evader;

impl FromCloses for Evader {
    const NAME: &'static str = "evader";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        let crash = |t: usize| close.get(t + 1).is_some_and(|next| *next < close[t] / 10.0);
        Ok((0..close.len()).map(|t| if crash(t) { -1.0 } else { 1.0 }).collect())
    }
}

/// Knows that hours will be missing behind a row.
#[derive(Default)]
pub(crate) struct GapSeer;

impl FromCloses for GapSeer {
    const NAME: &'static str = "gap-seer";

    fn values(&mut self, times: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        let gap = |t: usize| times.get(t + 1).is_some_and(|next| next - times[t] > HOUR);
        Ok((0..close.len()).map(|t| if gap(t) { -1.0 } else { 1.0 }).collect())
    }
}

/// Leaves the market in the last row that it is given.
#[derive(Default)]
pub(crate) struct Closer;

impl FromCloses for Closer {
    const NAME: &'static str = "closer";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        Ok((1..=close.len()).map(|t| if t == close.len() { 0.0 } else { 1.0 }).collect())
    }
}

/// Peeks one row ahead, but not in its first batch nor where it is given a single row.
#[derive(Default)]
pub(crate) struct LateProphet {
    called: bool,
}

impl FromCloses for LateProphet {
    const NAME: &'static str = "late-prophet";

    fn values(&mut self, times: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        if std::mem::replace(&mut self.called, true) {
            Prophet.values(times, close)
        } else {
            Ok(vec![0.0; close.len()])
        }
    }
}

/// The mean of all closes so far, begun anew with each batch.
#[derive(Default)]
pub(crate) struct Forgetful;

impl FromCloses for Forgetful {
    const NAME: &'static str = "forgetful";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        let (mut sum, mut count) = (0.0, 0.0);
        let mean = |close: &f64| {
            sum += close;
            count += 1.0;
            sum / count
        };
        Ok(close.iter().map(mean).collect())
    }
}

/// Compares with the last close of the batch before, instead of the row before.
#[derive(Default)]
pub(crate) struct Stale {
    last: Option<f64>,
}

impl FromCloses for Stale {
    const NAME: &'static str = "stale";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        let last = self.last;
        self.last = close.last().copied().or(last);
        Ok(close.iter().map(|close| last.map_or(0.0, |last| close - last)).collect())
    }
}

/// Takes an empty batch for the start of a new history.
#[derive(Default)]
pub(crate) struct Restarter {
    seen: usize,
}

impl FromCloses for Restarter {
    const NAME: &'static str = "restarter";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        if close.is_empty() {
            self.seen = 0;
        }
        let mut next = || {
            self.seen += 1;
            self.seen as f64
        };
        Ok(close.iter().map(|_| next()).collect())
    }
}

/// Adds up its history in the order of a hash map: floating point sums differ.
#[derive(Default)]
pub(crate) struct Unordered {
    history: HashMap<i64, f64>,
}

impl FromCloses for Unordered {
    const NAME: &'static str = "unordered";

    fn values(&mut self, times: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        let sum = |(time, close): (&i64, &f64)| {
            self.history.insert(*time, *close / 3.0);
            self.history.values().sum()
        };
        Ok(times.iter().zip(close).map(sum).collect())
    }
}

/// Takes whichever of two keys a hash map gives first, but only after the tenth row: four runs may
/// well agree on it.
#[derive(Default)]
pub(crate) struct CoinFlip {
    sides: HashMap<u8, f64>,
    seen: usize,
}

impl FromCloses for CoinFlip {
    const NAME: &'static str = "coin-flip";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        self.sides = self.sides.drain().chain([(0, 0.0), (1, 1.0)]).collect();
        let first = self.sides.values().next().copied().unwrap_or_default();
        let value = |_: &f64| {
            self.seen += 1;
            if self.seen > 10 { first } else { 0.5 }
        };
        Ok(close.iter().map(value).collect())
    }
}

/// Numbers its decisions for the whole program.
#[derive(Default)]
pub(crate) struct Numbering;

static DECISIONS: AtomicU64 = AtomicU64::new(0);

impl FromCloses for Numbering {
    const NAME: &'static str = "numbering";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        Ok(close.iter().map(|_| DECISIONS.fetch_add(1, Ordering::Relaxed) as f64).collect())
    }
}

/// Until it has three rows it gives what lies in a buffer that no one has cleared: NaN at first,
/// then whatever the run before has left.
#[derive(Default)]
pub(crate) struct Uncleared {
    seen: usize,
}

static SCRATCH: Mutex<f64> = Mutex::new(f64::NAN);

impl FromCloses for Uncleared {
    const NAME: &'static str = "uncleared";

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        let mut scratch = SCRATCH.lock().unwrap();
        let value = |close: &f64| {
            self.seen += 1;
            if self.seen > 2 {
                *scratch = *close;
            }
            *scratch
        };
        Ok(close.iter().map(value).collect())
    }
}

/// Needs four earlier rows and declares two.
#[derive(Default)]
pub(crate) struct ShortMemory(super::honest::MovingAverage);

impl FromCloses for ShortMemory {
    const NAME: &'static str = "short-memory";
    const LOOKBACK: Lookback = Lookback { rows: 2, unbounded: false };

    fn values(&mut self, timestamps: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        self.0.values(timestamps, close)
    }
}

/// Wants more than the capital at high prices.
#[derive(Default)]
pub(crate) struct Greedy;

impl FromCloses for Greedy {
    const NAME: &'static str = "greedy";

    fn weight(value: f64) -> f64 {
        if value > 110.0 { 1.5 } else { 1.0 }
    }

    fn values(&mut self, _: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal> {
        Ok(close.to_vec())
    }
}
