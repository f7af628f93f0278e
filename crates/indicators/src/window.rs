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
//! `later` is kept up to date with every value. `earlier` was made for every beginning when its
//! block ended, in one pass from its last value back to its first. So a row costs two steps on
//! average, and a summary holds exactly the values of its window, whatever came before. What it
//! holds depends on the count of rows alone, not on how they came in batches.
//! (The scheme is van Herk's and Gil and Werman's of 1992 and 1993, there for maxima.)
//!
//! Sums are of differences to a pivot. That of `later` is its first value and that of `earlier` its
//! last: values of the window itself. So a constant window has differences of exactly 0, and no
//! sum of squares is large beside the spread of the window.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Period;
use crate::ring::{Ring, Value};

/// What is kept of a run of consecutive values.
pub(crate) trait Summary: Copy {
    type Value: Value;

    /// That of no values.
    const EMPTY: Self;

    /// With one more value at the end; `held` is how many there are before it.
    fn append(self, value: Self::Value, pivot: Self::Value, held: usize) -> Self;

    /// With one more value at the beginning.
    fn prepend(self, value: Self::Value, pivot: Self::Value) -> Self;
}

/// A full window: its two runs.
#[derive(Clone, Copy)]
pub(crate) struct Runs<S: Summary> {
    pub(crate) earlier: S,
    pub(crate) earlier_pivot: S::Value,
    /// How many values `earlier` has; `later` has the rest.
    pub(crate) earlier_len: usize,
    pub(crate) later: S,
    pub(crate) later_pivot: S::Value,
    /// `1 / period`
    pub(crate) inverse: f64,
}

/// The window over the last `period` values.
#[derive(Debug, Clone)]
pub(crate) struct Window<S: Summary> {
    ring: Ring<S::Value>,
    /// Of the block before: `earlier[k]` is that of its values from `k` on.
    earlier: Vec<S>,
    earlier_pivot: S::Value,
    later: S,
    later_pivot: S::Value,
    inverse: f64,
}

impl<S: Summary> Window<S> {
    pub(crate) fn new(period: Period) -> Self {
        Self {
            ring: Ring::new(period),
            earlier: vec![S::EMPTY; period.get()],
            earlier_pivot: S::Value::default(),
            later: S::EMPTY,
            later_pivot: S::Value::default(),
            inverse: 1.0 / period.as_f64(),
        }
    }

    #[inline]
    pub(crate) fn period(&self) -> Period {
        self.ring.period()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.ring.is_full()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// Takes a value; the window that ends with it, once there are `period` values.
    #[allow(clippy::inline_always, reason = "measured: a call passes its parts through memory")]
    #[inline(always)]
    pub(crate) fn push(&mut self, value: S::Value) -> Option<Runs<S>> {
        let held = self.ring.next();
        self.ring.push(value);
        if held == 0 {
            self.later_pivot = value;
        }
        self.later = self.later.append(value, self.later_pivot, held);
        let runs = self.ring.is_full().then(|| self.runs(held + 1));
        if self.ring.next() == 0 {
            self.later = S::EMPTY;
            self.earlier_pivot = summarise(self.ring.slots(), &mut self.earlier);
        }
        runs
    }

    #[inline]
    fn runs(&self, later_len: usize) -> Runs<S> {
        Runs {
            earlier: self.earlier.get(later_len).copied().unwrap_or(S::EMPTY),
            earlier_pivot: self.earlier_pivot,
            earlier_len: self.period().get() - later_len,
            later: self.later,
            later_pivot: self.later_pivot,
            inverse: self.inverse,
        }
    }
}

/// Makes the summaries of a block that has ended, of every end of it, and gives its pivot.
///
/// It gets the block and not the window: see [`Ring`] for what that is good for.
#[inline(never)]
fn summarise<S: Summary>(block: &[S::Value], summaries: &mut [S]) -> S::Value {
    let (pivot, mut summary) = (block.last().copied().unwrap_or_default(), S::EMPTY);
    for (&value, kept) in block.iter().zip(summaries).rev() {
        summary = summary.prepend(value, pivot);
        *kept = summary;
    }
    pivot
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
        let ring = Ring::deserialize(deserializer)?;
        let mut window = Self::new(ring.period());
        window.ring = ring;
        let next = window.ring.next();
        if window.ring.is_full() {
            // Slots before `next` are of the later block by now.
            window.earlier_pivot =
                summarise(&window.ring.slots()[next..], &mut window.earlier[next..]);
        }
        for (held, &value) in window.ring.slots()[..next].iter().enumerate() {
            if held == 0 {
                window.later_pivot = value;
            }
            window.later = window.later.append(value, window.later_pivot, held);
        }
        Ok(window)
    }
}
