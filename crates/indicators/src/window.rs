//! Summaries (sums, extremes) of the last `period` values, with nothing ever subtracted.
//!
//! A running sum that adds the new value and subtracts the oldest keeps the rounding errors of all
//! values that ever passed: after a spike of 1e15, the mean of prices near 100 is wrong for good.
//! Here rows are cut into blocks of `period`. A window is the end of one block and the beginning of
//! the next:
//!
//! ```text
//!   … a b c d e │ f g h i j │ …        period 5, newest value g: the window is c d e f g
//!         └─────┘ └─┘
//!         earlier later
//! ```
//!
//! `later` is kept up to date with every value. `earlier` is made for every beginning when the next
//! block begins, in one pass from its last value back to its first. So a row costs two steps on
//! average, and a summary holds exactly the values of its window, whatever came before. What it
//! holds depends on the count of rows alone.
//! (The scheme is van Herk's and Gil and Werman's of 1992 and 1993, there for maxima.)
//!
//! Sums are of differences to a pivot, the first value of `later`: a value of the window itself. So a
//! constant window has differences of exactly 0, and no sum of squares is large beside the spread of
//! the window.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Period;
use crate::ring::{Ring, Value};

/// The summary of consecutive values.
pub(crate) trait Summary: Copy {
    type Value: Value;

    /// That of no values.
    const EMPTY: Self;

    /// With one more value at the end.
    fn append(self, value: Self::Value, pivot: Self::Value) -> Self;

    /// With one more value at the beginning, where that differs from one at the end.
    #[inline]
    fn prepend(self, value: Self::Value, pivot: Self::Value) -> Self {
        self.append(value, pivot)
    }

    /// With the summary of the values that follow, of the same pivot.
    fn join(self, later: Self) -> Self;
}

/// A full window.
#[derive(Clone, Copy)]
pub(crate) struct Whole<S: Summary> {
    pub(crate) summary: S,
    pub(crate) pivot: S::Value,
}

/// The window over the last `period` values.
#[derive(Debug, Clone)]
pub(crate) struct Window<S: Summary> {
    ring: Ring<S::Value>,
    /// Of the block before: `earlier[k]` is that of its values from `k` on. One longer than a block:
    /// the last is empty.
    earlier: Vec<S>,
    later: S,
    pivot: S::Value,
    inverse: f64,
}

impl<S: Summary> Window<S> {
    pub(crate) fn new(period: Period) -> Self {
        Self::of(Ring::new(period))
    }

    /// Of a ring that may have values, by the steps of the updates that took them.
    fn of(ring: Ring<S::Value>) -> Self {
        let period = ring.period();
        let mut window = Self {
            earlier: vec![S::EMPTY; period.get() + 1],
            later: S::EMPTY,
            pivot: S::Value::default(),
            inverse: 1.0 / period.as_f64(),
            ring,
        };
        window.summarise_again();
        window
    }

    #[inline]
    pub(crate) fn period(&self) -> Period {
        self.ring.period()
    }

    /// `1 / period`
    #[inline]
    pub(crate) fn inverse(&self) -> f64 {
        self.inverse
    }

    pub(crate) fn is_full(&self) -> bool {
        self.ring.is_full()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// Takes a value; the window that ends with it, once there are `period` values.
    #[inline]
    pub(crate) fn push(&mut self, value: S::Value) -> Option<Whole<S>> {
        let held = self.ring.next();
        if held == 0 {
            self.pivot = value;
            self.later = S::EMPTY;
            if self.ring.is_full() {
                summarise(self.ring.slots(), value, &mut self.earlier);
            }
        }
        self.ring.push(value);
        self.later = self.later.append(value, self.pivot);
        self.ring.is_full().then(|| self.whole(held + 1))
    }

    /// Makes the summaries of the values, by the steps of the updates.
    fn summarise_again(&mut self) {
        self.later = S::EMPTY;
        let next = self.ring.next();
        let (later, earlier) = self.ring.slots().split_at(next);
        let Some(&pivot) = later.first() else { return };
        self.pivot = pivot;
        if self.ring.is_full() {
            // Slots before `next` are of the later block by now.
            summarise(earlier, pivot, &mut self.earlier[next..]);
        }
        for &value in later {
            self.later = self.later.append(value, pivot);
        }
    }

    #[inline]
    fn whole(&self, later_len: usize) -> Whole<S> {
        let earlier = self.earlier.get(later_len).copied().unwrap_or(S::EMPTY);
        Whole { summary: earlier.join(self.later), pivot: self.pivot }
    }
}

/// Makes the summaries of a block that has ended, of every end of it.
#[inline(never)]
fn summarise<S: Summary>(block: &[S::Value], pivot: S::Value, summaries: &mut [S]) {
    let mut summary = S::EMPTY;
    for (&value, slot) in block.iter().zip(summaries).rev() {
        summary = summary.prepend(value, pivot);
        *slot = summary;
    }
}

/// The values and the turn decide everything else that will be read.
impl<S: Summary<Value: PartialEq>> PartialEq for Window<S> {
    fn eq(&self, other: &Self) -> bool {
        self.ring == other.ring
    }
}

impl<S: Summary> Serialize for Window<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        self.ring.serialize(serializer)
    }
}

/// Only values are stored. Summaries are made anew, by the steps that made them before, so they
/// cannot contradict the values, and come out the same, bit for bit.
impl<'de, S: Summary> Deserialize<'de> for Window<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ring::deserialize(deserializer).map(Self::of)
    }
}

/// Writes [`Indicator`](crate::Indicator) for types that have a `window` of their inputs and make their
/// output of the input and its full window: `TYPE: INPUT => OUTPUT, CHECK;`.
macro_rules! indicator_of_window {
    ($($indicator:ident: $input:ty => $output:ty, $check:expr;)+) => {$(
        impl Indicator for $indicator {
            type Input = $input;
            type Output = $output;

            #[inline]
            fn update(&mut self, input: $input) -> Result<Option<$output>, IndicatorError> {
                let whole = self.window.push($check(input)?);
                Ok(whole.and_then(|whole| Option::from(Self::output(self, input, whole))))
            }

            fn warm_up(&self) -> usize {
                self.window.period().get() - 1
            }
        }
    )+};
}
pub(crate) use indicator_of_window;
