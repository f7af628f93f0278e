//! The recursion behind EMA and Wilder's smoothing.

use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::column::{Column, FEW_ROWS};
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

/// How many rows a block has.
pub(crate) const BLOCK: usize = 8;

/// `s ← s + w·(x − s)`, begun with the mean of the first `period` values.
///
/// The mean is made by the same step with the weights 1, 1/2, …, 1/n. From then on rows come in
/// blocks of [`BLOCK`]. With `x₁ x₂ …` the values of a block, `s₀` the smoothed value before it and
/// `a = 1 − w`, the steps up to row `k` of the block are, written out,
///
/// ```text
/// s = s₀ + (Σ w·aᵏ⁻ʲ·(xⱼ − x₁) + (1 − aᵏ)·(x₁ − s₀)),   j = 2 … k
/// ```
///
/// The sums of one block do not wait for those of another, and are made for all its rows at once.
/// What waits for the block before is four operations a block, where it was three a row. Errors fade
/// with the values that brought them, and a constant stays exactly what it is, since all differences
/// are 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Smoother<W> {
    period: Period,
    /// How many values have come; counted up to `period` only.
    rows: usize,
    value: f64,
    /// `s₀`: before the block.
    start: f64,
    /// The values of the block, as far as they have come.
    block: [f64; BLOCK],
    held: usize,
    /// How many values came, the first ones included, since a block was due to begin.
    turn: usize,
    factors: Factors,
    weighting: PhantomData<W>,
}

impl<W: Weighting> Smoother<W> {
    pub(crate) fn new(period: Period) -> Self {
        Self::beginning_at(0, period)
    }

    /// Of values that begin with this row of the indicator: so its smoothers begin their blocks
    /// at the same rows.
    pub(crate) fn beginning_at(row: usize, period: Period) -> Self {
        Self {
            period,
            rows: 0,
            value: 0.0,
            start: 0.0,
            block: [0.0; BLOCK],
            held: 0,
            turn: row % BLOCK,
            factors: Factors::new(W::weight(period)),
            weighting: PhantomData,
        }
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
            self.step(value);
            return Some(self.value);
        }
        self.rows += 1;
        self.value += (value - self.value) / self.rows as f64;
        self.start = self.value;
        self.turn = (self.turn + 1) % BLOCK;
        self.value()
    }

    #[inline]
    fn step(&mut self, value: f64) {
        let row = self.held;
        let (Some(slot), Some(&gone)) = (self.block.get_mut(row), self.factors.gone.get(row))
        else {
            return;
        };
        *slot = value;
        self.value = if self.follows() {
            value
        } else {
            let sum = self.factors.sum(&self.block, row);
            self.start + (sum + gone * (self.block[0] - self.start))
        };
        self.held += 1;
        self.turn += 1;
        if self.turn == BLOCK {
            (self.start, self.held, self.turn) = (self.value, 0, 0);
        }
    }

    /// Of period 1 the smoothed value is the value, without the rounding of a sum that cancels out.
    /// (Of longer ones it keeps a part of each value of the block, so it cannot change its sign.)
    #[inline]
    fn follows(&self) -> bool {
        self.period == Period::ONE
    }

    /// Whether a chunk can come: the next row begins a block.
    #[inline]
    pub(crate) fn is_at_block(&self) -> bool {
        self.is_ready() && self.turn == 0
    }

    /// Takes a chunk of values that begins a block, and gives what each push would.
    #[inline(always)]
    pub(crate) fn smooth(&mut self, values: &Column, smoothed: &mut Column) {
        let (mut start, factors) = (self.start, self.factors);
        let (blocks, _) = values[..FEW_ROWS].as_chunks::<BLOCK>();
        let (blocks_smoothed, _) = smoothed[..FEW_ROWS].as_chunks_mut::<BLOCK>();
        for (block, smoothed) in blocks.iter().zip(blocks_smoothed) {
            *smoothed = factors.smooth(block, &mut start);
        }
        if self.follows() {
            smoothed.copy_from_slice(values);
            start = values[FEW_ROWS - 1];
        }
        (self.start, self.value) = (start, start);
    }
}

/// What the values of a block are multiplied with.
#[derive(Debug, Clone, Copy)]
struct Factors {
    /// `1 − aᵏ`: the share of the value before the block that is gone.
    gone: [f64; BLOCK],
    /// `w·aⁱ` from the middle on, and 0 before it: for a row that has not come.
    weights: [f64; 2 * BLOCK],
}

impl Factors {
    fn new(weight: f64) -> Self {
        let (mut power, mut sum) = (1.0, 0.0);
        let (mut gone, mut weights) = ([0.0; BLOCK], [0.0; 2 * BLOCK]);
        for (gone, weighted) in gone.iter_mut().zip(&mut weights[BLOCK..]) {
            *weighted = weight * power;
            power *= 1.0 - weight;
            sum += *weighted;
            *gone = sum;
        }
        Self { gone, weights }
    }

    /// The sum of the differences to the first value, for row `k`.
    #[inline]
    fn sum(&self, block: &[f64; BLOCK], k: usize) -> f64 {
        let weights = self.weights[BLOCK..][..k].iter().rev();
        let terms = block[1..].iter().zip(weights);
        terms.fold(0.0, |sum, (value, weight)| sum + weight * (value - block[0]))
    }

    /// A block, and the value that the next one starts with.
    #[inline(always)]
    fn smooth(&self, block: &[f64; BLOCK], start: &mut f64) -> [f64; BLOCK] {
        let mut smoothed = self.sums(block);
        let last = smoothed[BLOCK - 1];
        for (sum, gone) in smoothed.iter_mut().zip(self.gone) {
            *sum = *start + (*sum + gone * (block[0] - *start));
        }
        // The same bits as the last row's: two changes of sign. Written as that is, the next block
        // would wait until it comes out of a vector.
        *start += last - self.gone[BLOCK - 1] * (*start - block[0]);
        smoothed
    }

    /// Those of all rows. Rows after row `k` add 0 to its sum, which changes no bit of it.
    #[inline(always)]
    fn sums(&self, block: &[f64; BLOCK]) -> [f64; BLOCK] {
        let mut sums = [0.0; BLOCK];
        for j in 1..BLOCK {
            let difference = block[j] - block[0];
            for (sum, weight) in sums.iter_mut().zip(&self.weights[BLOCK - j..]) {
                *sum += weight * difference;
            }
        }
        sums
    }
}

/// The values of the block make the rest.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    period: Period,
    rows: usize,
    /// Before the block.
    value: f64,
    turn: usize,
    /// As many values as the turn, or fewer in the first block.
    block: Vec<f64>,
}

impl<W> From<&Smoother<W>> for Stored {
    fn from(smoother: &Smoother<W>) -> Self {
        let Smoother { period, rows, start, block, held, turn, .. } = *smoother;
        Self { period, rows, value: start, turn, block: block[..held].to_vec() }
    }
}

impl<W> PartialEq for Smoother<W> {
    fn eq(&self, other: &Self) -> bool {
        Stored::from(self) == Stored::from(other)
    }
}

impl<W> Serialize for Smoother<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored::from(self).serialize(serializer)
    }
}

impl<'de, W: Weighting> Deserialize<'de> for Smoother<W> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Stored::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}

impl<W: Weighting> TryFrom<Stored> for Smoother<W> {
    type Error = IndicatorError;

    fn try_from(stored: Stored) -> Result<Self, IndicatorError> {
        let Stored { period, rows, value, turn, block } = stored;
        if rows > period.get() {
            let wanted = format!("at most the period, {period}");
            return Err(IndicatorError::state("the count of smoothed rows", &rows, &wanted));
        }
        if !value.is_finite() || (rows == 0 && value != 0.0) {
            let wanted = if rows == 0 { "0 before the first row" } else { "a finite number" };
            return Err(IndicatorError::state("the smoothed value", &value, &wanted));
        }
        if turn >= BLOCK {
            let wanted = format!("below {BLOCK}");
            return Err(IndicatorError::state("the turn of the block", &turn, &wanted));
        }
        let room = if rows < period.get() { 0 } else { turn };
        if block.len() > room {
            let wanted = format!("at most {room}");
            return Err(IndicatorError::state("the length of the block", &block.len(), &wanted));
        }
        if let Some(bad) = block.iter().find(|value| !value.is_finite()) {
            return Err(IndicatorError::state("a value of the block", bad, "a finite number"));
        }
        let turn = turn - block.len();
        let mut smoother = Self { rows, start: value, value, turn, ..Self::new(period) };
        for value in block {
            smoother.step(value);
        }
        Ok(smoother)
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
        let none = r#""turn":0,"block":[]"#;
        check(
            &format!(r#""rows":3,"value":1.0,{none}"#),
            "rows is 3, wanted at most the period, 2",
        );
        check(&format!(r#""rows":0,"value":1.0,{none}"#), "value is 1, wanted 0 before the first");
        check(
            r#""rows":2,"value":1.0,"turn":8,"block":[]"#,
            "turn of the block is 8, wanted below 8",
        );
        check(r#""rows":1,"value":1.0,"turn":1,"block":[1.0]"#, "block is 1, wanted at most 0");
        check(r#""rows":2,"value":1.0,"turn":1,"block":[1.0,1.0]"#, "block is 2, wanted at most 1");
        check(r#""rows":2,"value":1.0,"turn":1,"block":[1e999]"#, "number out of range");
    }

    #[test]
    fn stores_the_values_of_its_block() {
        let mut smoother = Smoother::<Exponential>::beginning_at(5, Period::new(2).unwrap());
        for row in 0..40_u8 {
            let text = serde_json::to_string(&smoother).unwrap();
            assert_eq!(serde_json::from_str::<Smoother<Exponential>>(&text).unwrap(), smoother);
            if row == 5 {
                // Blocks begin at rows 8, 16, … of the indicator, whose row 5 was the first here.
                assert_eq!(&text[..26], r#"{"period":2,"rows":2,"value""#.get(..26).unwrap());
                assert!(text.ends_with(r#""turn":2,"block":[3.0,4.0]}"#), "{text}");
            }
            smoother.push(f64::from(row));
        }
    }

    /// The step of the definition, as it stands there.
    #[test]
    fn blocks_are_the_step() {
        for n in [1, 2, 3, 14, 500] {
            let mut smoother = Smoother::<Exponential>::new(Period::new(n).unwrap());
            let weight = 2.0 / (n as f64 + 1.0);
            let (mut wanted, mut largest) = (0.0, 0.0_f64);
            for row in 0..3_000_u32 {
                let value = f64::from(row.wrapping_mul(2_654_435_761) >> 12) - 5e5;
                largest = largest.max(value.abs());
                let rows = f64::from(row + 1);
                let step = if rows <= n as f64 { 1.0 / rows } else { weight };
                wanted += (value - wanted) * step;
                let found = smoother.push(value);
                assert_eq!(found.is_some(), row as usize >= n - 1);
                assert!((smoother.peek() - wanted).abs() <= 1e-14 * largest, "row {row} of {n}");
            }
        }
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
