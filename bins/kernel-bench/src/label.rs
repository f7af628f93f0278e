//! Barrier labels.

use chrono::TimeDelta;
use labeling::{BarrierRule, CandleSeries, Outcome, TiePolicy, label_candles};

use crate::columns::Candles;
use crate::error::BenchError;
use crate::kernel::Kernel;

/// The labels of one-minute candles. The answer is 1 or 0 a candle, −1 where there is no label.
pub(crate) struct Labels {
    candles: Candles,
    rule: BarrierRule,
    found: Vec<Outcome>,
}

impl Labels {
    /// +4 % before −2 %, within this number of minutes.
    pub(crate) fn new(candles: Candles, minutes: i64) -> Result<Self, BenchError> {
        let horizon = TimeDelta::minutes(minutes);
        let rule = BarrierRule::new(0.04, 0.02, horizon, TiePolicy::Conservative)?;
        Ok(Self { candles, rule, found: Vec::new() })
    }
}

impl Kernel for Labels {
    fn call(&mut self) -> Result<(), BenchError> {
        let Candles { timestamps, open, high, low, close } = &self.candles;
        // What the last call found is given back first: it would count twice otherwise.
        self.found = Vec::new();
        let minute = TimeDelta::minutes(1);
        let series = CandleSeries::new(timestamps, open, high, low, close, minute)?;
        self.found = label_candles(&series, &self.rule)?;
        Ok(())
    }

    fn answer(&self) -> Vec<f64> {
        self.found.iter().map(|outcome| outcome.label().map_or(-1.0, f64::from)).collect()
    }
}
