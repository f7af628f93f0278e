//! Relative strength index.

use serde::{Deserialize, Serialize};

use crate::input::{checked, value};
use crate::smoother::{Smoother, Wilders};
use crate::state::{Consistent, check_equal, checked_when_read};
use crate::{Indicator, IndicatorError, Period};

/// Relative strength index: `100·G/(G + L)`, from 0 to 100, with Wilder's smoothing `G` of the gains
/// `max(x − x₋₁, 0)` and `L` of the losses `max(x₋₁ − x, 0)`.
///
/// Warm-up `n` rows. TA-Lib: `RSI`, seeded in the same way. **A series that never moved has RSI 0**,
/// as in TA-Lib, although it is neither weak nor oversold: ask [`Rsi::has_moved`] where that matters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Rsi {
    previous: Option<f64>,
    gain: Smoother<Wilders>,
    loss: Smoother<Wilders>,
}

impl Rsi {
    /// Over `period` changes.
    pub fn new(period: Period) -> Self {
        Self { previous: None, gain: Smoother::new(period), loss: Smoother::new(period) }
    }

    /// Whether there was any change to take the strength of. (Changes fade; after some 700·`n` rows
    /// without any they are gone.)
    pub fn has_moved(&self) -> bool {
        self.gain.peek() + self.loss.peek() >= f64::MIN_POSITIVE
    }
}

impl Indicator for Rsi {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, input: f64) -> Result<Option<f64>, IndicatorError> {
        let value = value(input)?;
        let Some(previous) = self.previous.replace(value) else { return Ok(None) };
        let change = value - previous;
        let gain = self.gain.push(if change > 0.0 { change } else { 0.0 });
        let loss = self.loss.push(if change < 0.0 { -change } else { 0.0 });
        Ok(gain.zip(loss).map(|(gain, loss)| 100.0 * share(gain, gain + loss)))
    }

    fn warm_up(&self) -> usize {
        self.gain.period().get()
    }
}

/// `part / whole`, and 0 where there is nothing left: below the normal numbers a quotient has lost
/// its digits.
#[inline]
pub(crate) fn share(part: f64, whole: f64) -> f64 {
    let share = part / whole;
    if whole < f64::MIN_POSITIVE { 0.0 } else { share }
}

impl Consistent for Rsi {
    fn check(&self) -> Result<(), IndicatorError> {
        let (gain, loss) = (&self.gain, &self.loss);
        check_equal("the period of the losses", loss.period().get(), gain.period().get())?;
        check_equal("the count of losses", loss.rows(), gain.rows())?;
        for (part, value) in [("the mean gain", gain.peek()), ("the mean loss", loss.peek())] {
            if value < 0.0 {
                return Err(IndicatorError::state(part, &value, "at least 0"));
            }
        }
        match self.previous {
            None if gain.rows() > 0 => {
                Err(IndicatorError::state("the previous value", "absent", "the last row's value"))
            }
            Some(value) => checked("the previous value", value).map(|_| ()),
            None => Ok(()),
        }
    }
}

checked_when_read!(Rsi);
