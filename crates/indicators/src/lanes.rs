//! Sums over long windows, in lanes of which none waits for another.
//!
//! In a [`Window`](crate::window::Window) each step waits for the one before, and of a block that ends
//! so do all of its ends, made in one go. Here the rows of a block go to four lanes in turn. Each lane has
//! two runs of its own, and four rows are one step of a vector:
//!
//! ```text
//!           earlier         later
//!   … a b c d e f g h i j │ A B C D E F …     period 10, newest value F: the window is g … F
//!     a       e       i   │ A       E         lane 0
//!       b       f       j │   B       F       lane 1
//!         c       g       │     C             lane 2
//!           d       h     │       D           lane 3
//! ```
//!
//! A row's sum is of its lane only: of the later run up to the row, and of the earlier one from the place
//! in which the lane's next row will be. That of F is `j + B + F`, of E `i + A + E`, of D `h + D`, of C
//! `g + C`. Every value of the window is in one of these four, so the sums of the last four rows add up
//! to it, whatever the period.
//!
//! All else is as there: values are differences to the pivot, the first value of the later block, nothing
//! is subtracted from a sum, and what comes out depends on the count of rows alone.

use crate::Period;
use crate::ring::Ring;

/// As many as have room in 256 bits.
pub(crate) const LANES: usize = 4;

/// A number for each lane, such as those of four rows in turn.
pub(crate) type Quad = [f64; LANES];

/// The window over the last `period` values, for their mean.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    pub(crate) ring: Ring<f64>,
    /// Of the block before: `earlier[k]` are the sums of its lanes from its quad `k` on. Two more than it
    /// has whole quads: its last one may have fewer rows, and none are left after that.
    pub(crate) earlier: Vec<Quad>,
    /// Of the block that goes on: the sums of its lanes so far.
    pub(crate) later: Quad,
    /// The sums of the last four rows, each in its lane.
    pub(crate) sums: Quad,
    pub(crate) pivot: f64,
    pub(crate) inverse: f64,
}

impl Lanes {
    /// Of a ring that may have values, by the steps of the updates that took them.
    pub(crate) fn of(ring: Ring<f64>) -> Self {
        let period = ring.period();
        let mut lanes = Self {
            earlier: vec![[0.0; LANES]; period.get() / LANES + 2],
            later: [0.0; LANES],
            sums: [0.0; LANES],
            pivot: 0.0,
            inverse: 1.0 / period.as_f64(),
            ring,
        };
        lanes.make_again();
        lanes
    }

    #[inline]
    pub(crate) fn period(&self) -> Period {
        self.ring.period()
    }

    /// Takes a value; the mean of the window that ends with it, once there are `period` values.
    #[inline(always)]
    pub(crate) fn push(&mut self, value: f64) -> Option<f64> {
        let held = self.ring.next();
        if held == 0 {
            self.pivot = value;
            if self.ring.is_full() {
                summarise_lanes(self.ring.slots(), value, &mut self.earlier);
            }
            self.later = [0.0; LANES];
            self.sums = self.earlier.first().copied().unwrap_or_default();
        }
        self.ring.push(value);
        let (quad, lane) = (held / LANES, held % LANES);
        self.later[lane] += value - self.pivot;
        let earlier = self.earlier.get(quad + 1).copied().unwrap_or_default();
        self.sums[lane] = earlier[lane] + self.later[lane];
        let ago = |rows: usize| self.sums[(lane + LANES - rows) % LANES];
        let sum = join([ago(3), ago(2), ago(1), ago(0)]);
        self.ring.is_full().then_some(self.pivot + sum * self.inverse)
    }

    /// Makes of the values what is made of them.
    fn make_again(&mut self) {
        let next = self.ring.next();
        let later = &self.ring.slots()[..next];
        let Some(&pivot) = later.first() else { return };
        self.pivot = pivot;
        if self.ring.is_full() {
            // Slots before `next` are of the later block by now. What comes of them is never read, or
            // is replaced below.
            summarise_lanes(self.ring.slots(), pivot, &mut self.earlier);
        }
        self.sums = self.earlier[0];
        for (row, &value) in later.iter().enumerate() {
            let (quad, lane) = (row / LANES, row % LANES);
            self.later[lane] += value - pivot;
            self.sums[lane] = self.earlier[quad + 1][lane] + self.later[lane];
        }
    }
}

/// Of the sums of the last four rows, the oldest first.
#[inline(always)]
pub(crate) fn join([a, b, c, d]: Quad) -> f64 {
    (a + b) + (c + d)
}

/// With one more value in each lane.
#[inline(always)]
pub(crate) fn add(sums: Quad, values: Quad, pivot: f64) -> Quad {
    std::array::from_fn(|lane| sums[lane] + (values[lane] - pivot))
}

/// Makes the sums of the lanes of a block that has ended, from each quad of it on. The last quad has
/// values that add nothing in the lanes for which no row was left.
#[inline(always)]
pub(crate) fn backwards(quads: &[Quad], last: Quad, pivot: f64, sums: &mut [Quad]) {
    let mut sum = add([0.0; LANES], last, pivot);
    let (sums, rest) = sums.split_at_mut(quads.len());
    rest[0] = sum;
    for (&values, kept) in quads.iter().zip(sums).rev() {
        sum = add(sum, values, pivot);
        *kept = sum;
    }
}

/// As [`backwards`], of a block in a ring.
///
/// It gets the block and not the window: see [`Ring`] for what that is good for.
#[inline(never)]
pub(crate) fn summarise_lanes(block: &[f64], pivot: f64, sums: &mut [Quad]) {
    let (quads, rest) = block.as_chunks();
    let mut last = [pivot; LANES];
    last[..rest.len()].copy_from_slice(rest);
    backwards(quads, last, pivot, sums);
}

/// The values and the next slot decide everything else that will be read.
impl PartialEq for Lanes {
    fn eq(&self, other: &Self) -> bool {
        self.ring == other.ring
    }
}
