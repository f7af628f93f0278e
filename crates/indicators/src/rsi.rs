//! Relative strength index.

use serde::{Deserialize, Serialize};

use crate::chunk::{Chunk, Chunked, Outputs, fill_by_chunks};
use crate::column::{Column, FEW_ROWS, ROWS};
use crate::input::checked;
use crate::smoother::{Smoother, Wilders};
use crate::state::{Consistent, check_equal, checked_when_read};
use crate::{Columns, Indicator, IndicatorError, Period};

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
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self { previous: None, gain: Smoother::new(period), loss: Smoother::new(period) }
    }

    /// Whether there was any change to take the strength of. (Changes fade; after some 700·`n` rows
    /// without any they are gone.)
    #[must_use]
    pub fn has_moved(&self) -> bool {
        self.gain.peek() + self.loss.peek() >= f64::MIN_POSITIVE
    }
}

impl Indicator for Rsi {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        let value = checked("value", value)?;
        let Some(previous) = self.previous.replace(value) else { return Ok(None) };
        let (gain, loss) = gain_and_loss(value - previous);
        let (gain, loss) = (self.gain.push(gain), self.loss.push(loss));
        Ok(gain.zip(loss).map(|(gain, loss)| strength(gain, loss)))
    }

    fn warm_up(&self) -> usize {
        self.gain.period().get()
    }

    fill_by_chunks!();
}

impl Chunked for Rsi {
    const LEN: usize = FEW_ROWS;

    type Scratch = [Column; 4];

    const SCRATCH: Self::Scratch = [[0.0; ROWS]; 4];

    #[inline]
    fn is_ready(&self, _done: usize) -> bool {
        self.previous.is_some() && self.gain.is_at_block() && self.loss.is_at_block()
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, Self::Input>,
        [gains, losses, gain, loss]: &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        Self::Output: Columns<N>,
    {
        if !chunk.is_sound(Self::LEN) {
            return false;
        }
        let Chunk { rows, .. } = chunk;
        let Some(mut previous) = self.previous else { return false };
        for (&value, (gain, loss)) in
            rows[..FEW_ROWS].iter().zip(gains.iter_mut().zip(losses.iter_mut()))
        {
            (*gain, *loss) = gain_and_loss(value - previous);
            previous = value;
        }
        self.previous = Some(previous);
        self.gain.smooth(gains, gain);
        self.loss.smooth(losses, loss);
        outputs.put(|row| Some(strength(gain[row], loss[row])));
        true
    }
}

#[inline]
fn gain_and_loss(change: f64) -> (f64, f64) {
    (if change > 0.0 { change } else { 0.0 }, if change < 0.0 { -change } else { 0.0 })
}

#[inline]
fn strength(gain: f64, loss: f64) -> f64 {
    100.0 * share(gain, gain + loss)
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
