//! The recursion behind EMA and Wilder's smoothing.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::{IndicatorError, Period};

/// How much a new value counts.
pub(crate) trait Weighting: Copy {
    fn weight(period: Period) -> f64;
}

/// `2 / (n + 1)`
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Exponential;

impl Weighting for Exponential {
    fn weight(period: Period) -> f64 {
        2.0 / (period.as_f64() + 1.0)
    }
}

/// `1 / n`
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Wilders;

impl Weighting for Wilders {
    fn weight(period: Period) -> f64 {
        1.0 / period.as_f64()
    }
}

/// `s ← s + w·(x − s)`, begun with the mean of the first `period` values, which the same step makes with
/// the weights 1, 1/2, …, 1/n.
///
/// Errors fade with the values that brought them, and a constant stays exactly what it is, since all
/// differences are 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored", bound = "W: Weighting")]
pub(crate) struct Smoother<W> {
    period: Period,
    /// How many values have come; counted up to `period` only.
    rows: usize,
    value: f64,
    weight: f64,
    weighting: PhantomData<W>,
}

impl<W: Weighting> Smoother<W> {
    pub(crate) fn new(period: Period) -> Self {
        let weight = W::weight(period);
        Self { period, rows: 0, value: 0.0, weight, weighting: PhantomData }
    }

    pub(crate) fn period(&self) -> Period {
        self.period
    }

    /// How many values have come, at most the period.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.rows == self.period.get()
    }

    /// The smoothed value, once it is defined.
    #[inline]
    pub(crate) fn value(&self) -> Option<f64> {
        self.is_ready().then_some(self.value)
    }

    /// The mean of the rows so far while it is not defined, 0 before the first.
    pub(crate) fn peek(&self) -> f64 {
        self.value
    }

    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> Option<f64> {
        let weight = if self.is_ready() {
            self.weight
        } else {
            self.rows += 1;
            1.0 / self.rows as f64
        };
        // A weight of 1 gives the value itself, without the rounding of a sum that cancels out.
        self.value = if weight < 1.0 { self.value + weight * (value - self.value) } else { value };
        self.value()
    }
}

/// What a state is stored as: the weight follows from the period.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    period: Period,
    rows: usize,
    value: f64,
}

impl<W> From<Smoother<W>> for Stored {
    fn from(Smoother { period, rows, value, .. }: Smoother<W>) -> Self {
        Self { period, rows, value }
    }
}

impl<W: Weighting> TryFrom<Stored> for Smoother<W> {
    type Error = IndicatorError;

    fn try_from(Stored { period, rows, value }: Stored) -> Result<Self, IndicatorError> {
        if rows > period.get() {
            let wanted = format!("at most the period, {period}");
            return Err(IndicatorError::state("the count of smoothed rows", &rows, &wanted));
        }
        if !value.is_finite() || (rows == 0 && value != 0.0) {
            let wanted = if rows == 0 { "0 before the first row" } else { "a finite number" };
            return Err(IndicatorError::state("the smoothed value", &value, &wanted));
        }
        Ok(Self { rows, value, ..Self::new(period) })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_state_that_cannot_be() {
        let check = |state: &str, expect: &str| {
            let text = format!(r#"{{"period":2,{state}}}"#);
            let error = serde_json::from_str::<Smoother<Wilders>>(&text).unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        check(r#""rows":3,"value":1.0"#, "rows is 3, wanted at most the period, 2");
        check(r#""rows":0,"value":1.0"#, "value is 1, wanted 0 before the first");
        check(r#""rows":1,"value":1e999"#, "number out of range");
    }

    #[test]
    fn of_period_1_it_is_the_value() {
        let mut smoother = Smoother::<Wilders>::new(Period::ONE);
        for value in [0.1, 3_000.2, 0.0, 1e15, 0.3, 0.0, 1e-9].repeat(5) {
            assert_eq!(smoother.push(value), Some(value));
        }
    }

    #[test]
    fn a_constant_stays_what_it_is() {
        let mut smoother = Smoother::<Exponential>::new(Period::new(7).unwrap());
        for row in 0..100 {
            assert_eq!(smoother.push(0.1), (row >= 6).then_some(0.1));
        }
    }
}
