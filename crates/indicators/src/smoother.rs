//! The recursion behind EMA and Wilder's smoothing.

use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{IndicatorError, Period};

/// How much a new value counts.
pub(crate) trait Weighting {
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

/// `s ← s + w·(x − s)`, begun with the mean of the first `period` values.
///
/// The same step makes that mean: its weights are 1, 1/2, …, 1/n. Errors fade with the values that
/// brought them, and a constant stays exactly what it is.
#[derive(Debug, Clone, Copy, PartialEq)]
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

    /// What there is of it, 0 before the first row.
    pub(crate) fn peek(&self) -> f64 {
        self.value
    }

    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> Option<f64> {
        if self.is_ready() {
            self.value += (value - self.value) * self.weight;
            return Some(self.value);
        }
        self.rows += 1;
        self.value += (value - self.value) / self.rows as f64;
        self.value()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    period: Period,
    rows: usize,
    value: f64,
}

impl<W> Serialize for Smoother<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { period, rows, value, .. } = *self;
        Stored { period, rows, value }.serialize(serializer)
    }
}

impl<'de, W: Weighting> Deserialize<'de> for Smoother<W> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Stored::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
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
        let check = |text: &str, expect: &str| {
            let error = serde_json::from_str::<Smoother<Wilders>>(text).unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        check(r#"{"period":2,"rows":3,"value":1.0}"#, "rows is 3, wanted at most the period, 2");
        check(r#"{"period":2,"rows":0,"value":1.0}"#, "value is 1, wanted 0 before the first row");
    }

    #[test]
    fn a_constant_stays_what_it_is() {
        let mut smoother = Smoother::<Exponential>::new(Period::new(7).unwrap());
        for row in 0..100 {
            assert_eq!(smoother.push(0.1), (row >= 6).then_some(0.1));
        }
    }
}
