//! The strategy itself: from closes to decisions.

use std::cmp::Ordering;

use chrono::DateTime;
use strategy_core::{
    Column, Input, Lookback, NoCommands, Rows, Side, Strategy, Subject, register_strategy,
};

use crate::{Config, Decision, MyIdeaError};

/// Long while closes have risen often enough in a row, short while they have fallen.
#[derive(Debug)]
pub struct MyIdea {
    config: Config,
    /// The close of the row before; none before the first row.
    last_close: Option<f64>,
    /// Rises in a row up to the row before; falls as a negative number.
    streak: i64,
}

impl MyIdea {
    fn decide_row(&mut self, close: f64) -> Decision {
        let last = self.last_close.replace(close);
        self.streak = match last.map_or(Ordering::Equal, |last| close.total_cmp(&last)) {
            Ordering::Greater => self.streak.max(0) + 1,
            Ordering::Less => self.streak.min(0) - 1,
            Ordering::Equal => 0,
        };
        let enough = self.streak.unsigned_abs() >= u64::from(self.config.streak.get());
        let side = match self.streak.cmp(&0) {
            Ordering::Greater if enough => Side::Long,
            Ordering::Less if enough => Side::Short,
            _ => Side::NoSignal,
        };
        Decision { streak: self.streak, side }
    }
}

impl Strategy for MyIdea {
    const NAME: &'static str = "my-idea";
    const ABOUT: &'static str = "MY ABOUT";

    type Config = Config;
    type Signal = Decision;
    type Command = NoCommands;
    type Error = MyIdeaError;

    fn inputs(_: &Config) -> Vec<Input> {
        vec![Input::of(Column::Close)]
    }

    fn lookback(config: &Config) -> Lookback {
        // A streak may have begun long before the rows that make it long enough.
        Lookback::at_least(config.streak.get().try_into().unwrap_or(usize::MAX))
    }

    fn new(config: Config, _: &Subject) -> Result<Self, MyIdeaError> {
        Ok(Self { config, last_close: None, streak: 0 })
    }

    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Decision>, MyIdeaError> {
        let closes = rows.column(&Input::of(Column::Close))?;
        let mut decisions = Vec::with_capacity(rows.len());
        for (&micros, &found) in rows.timestamps().iter().zip(closes) {
            if !(found.is_finite() && found > 0.0) {
                let timestamp = DateTime::from_timestamp_micros(micros).unwrap_or_default();
                return Err(MyIdeaError::Close { timestamp, found });
            }
            decisions.push(self.decide_row(found));
        }
        Ok(decisions)
    }
}

register_strategy!(MyIdea);

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use strategy_core::contract_tests::hourly;

    use super::*;

    /// Decides on hourly rows with these closes; two in a row are enough to trade.
    fn decide(closes: &[f64]) -> Result<Vec<Decision>, MyIdeaError> {
        let batch = hourly(0, &[("close", closes)]).unwrap();
        let config = Config { streak: 2.try_into().unwrap() };
        MyIdea::new(config, &Subject::default())?.decide(&Rows::new(&batch)?)
    }

    #[test]
    fn follows_streaks() {
        let decisions = decide(&[10.0, 11.0, 12.0, 13.0, 12.5, 12.0, 12.0, 11.0]).unwrap();
        let streaks: Vec<_> = decisions.iter().map(|decision| decision.streak).collect();
        assert_eq!(streaks, [0, 1, 2, 3, -1, -2, 0, -1]);
        let sides: Vec<_> = decisions.iter().map(|decision| decision.side.code()).collect();
        assert_eq!(sides, [0, 0, 1, 1, 0, -1, 0, 0]);
    }

    #[test]
    fn refuses_a_close_that_is_no_price() {
        for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
            let error = decide(&[10.0, bad]).unwrap_err();
            assert!(matches!(error, MyIdeaError::Close { .. }), "{error}");
            assert!(error.to_string().starts_with("the candle of 1970-01-01 01:00:00 UTC closes"));
        }
    }
}
