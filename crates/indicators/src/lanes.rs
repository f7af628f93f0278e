//! Sums over long windows, in lanes: for a quarter of the steps that wait for the one before.
//!
//! In [`Window`](crate::window::Window) a sum waits for that of the row before it, and for a long window
//! so do all ends of a block, made in one go. Here the rows of a block go to four lanes in turn, and
//! each lane has its own two runs, so that four rows in a row wait for none of each other:
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
//! The sum of a row is that of its own lane, of every fourth value back from the row within the window
//! and, beyond the beginning of the later block, from the place of the next row of its lane on: of F it is
//! `j + B + F`, of E `i + A + E`, of D `h + D`, of C `g + C`. The sums of the last four rows are that of the
//! window: each value is in one of them. As everywhere, values are differences to the pivot, nothing
//! is subtracted from a sum, and what comes out depends on the count of rows alone.

use std::ops::Range;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::column::ROWS;
use crate::ring::Ring;

/// As many as have room in 256 bits.
const LANES: usize = 4;

const GROUP: usize = 8;

/// A number for each lane.
type Turn = [f64; LANES];

/// The sums of a window of at least as many rows as there are lanes.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    ring: Ring<f64>,
    /// Of the block before: the sums of each lane from a turn on. Two turns longer than the block has
    /// whole ones: for those of a last one, and for none.
    earlier: Vec<Turn>,
    /// The sums of each lane of the block that is going on.
    later: Turn,
    /// The sums of the last rows, each in the place of its lane.
    sums: Turn,
    pivot: f64,
    inverse: f64,
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
    pub(crate) fn ring(&self) -> &Ring<f64> {
        &self.ring
    }

    /// Takes a value; the mean of the window that ends with it, once there are as many as the period.
    #[inline(always)]
    pub(crate) fn push(&mut self, value: f64) -> Option<f64> {
        let held = self.ring.next();
        if held == 0 {
            self.pivot = value;
            if self.ring.is_full() {
                summarise(self.ring.slots(), value, &mut self.earlier);
            }
            self.later = [0.0; LANES];
            self.sums = self.earlier.first().copied().unwrap_or_default();
        }
        self.ring.push(value);
        let (turn, lane) = (held / LANES, held % LANES);
        self.later[lane] += value - self.pivot;
        let earlier = self.earlier.get(turn + 1).copied().unwrap_or_default();
        self.sums[lane] = earlier[lane] + self.later[lane];
        let ago = |rows: usize| self.sums[(lane + LANES - rows) % LANES];
        let sum = join([ago(3), ago(2), ago(1), ago(0)]);
        self.ring.is_full().then_some(self.pivot + sum * self.inverse)
    }

    /// Makes of the values what is made of them.
    fn make_again(&mut self) {
        let next = self.ring.next();
        let (later, earlier) = self.ring.slots().split_at(next);
        let Some(&pivot) = later.first() else { return };
        self.pivot = pivot;
        if self.ring.is_full() {
            // Slots before `next` are of the later block by now: in their place, values that add nothing.
            let block = [&vec![pivot; next], earlier].concat();
            summarise(&block, pivot, &mut self.earlier);
        }
        self.sums = self.earlier[0];
        for (row, &value) in later.iter().enumerate() {
            let (turn, lane) = (row / LANES, row % LANES);
            self.later[lane] += value - pivot;
            self.sums[lane] = self.earlier[turn + 1][lane] + self.later[lane];
        }
    }

    /// Whether the next row's block lies in a batch, after so many of its rows.
    #[inline]
    pub(crate) fn lies_in(&self, done: usize) -> bool {
        done >= self.ring.period().get()
    }

    /// The means of the windows of a chunk, which begins with row `from` of a batch in which a window
    /// has come: what as many pushes do, but for the ring, which stands still until
    /// [`catch_up`](Lanes::catch_up).
    #[inline(always)]
    pub(crate) fn sweep(&mut self, batch: &[f64], from: usize, sums: &mut Sums, means: &mut [f64]) {
        let period = self.ring.period().get();
        let mut row = 0;
        while row < means.len() {
            let at = from + row;
            let held = self.ring.next();
            let len = (period - held).min(means.len() - row);
            if held == 0 {
                self.pivot = batch[at];
                // The last turn ends with rows after the block.
                let turns = batch[at - period..].as_chunks().0;
                let (whole, in_last) = (period / LANES, period % LANES);
                let last = kept(turns[whole], 0..in_last, self.pivot);
                backwards(&turns[..whole], last, self.pivot, &mut self.earlier);
                self.later = [0.0; LANES];
                self.sums = self.earlier[0];
            }
            self.forwards(batch, at..at + len, held, sums);
            let Self { pivot, inverse, .. } = *self;
            let sums = &sums.0.as_flattened()[held % LANES + 1..][..len + LANES - 1];
            let mean = |last: &[f64; LANES]| pivot + join(*last) * inverse;
            let means = &mut means[row..row + len];
            if len < GROUP {
                for (mean_of_row, last) in means.iter_mut().zip(sums.array_windows()) {
                    *mean_of_row = mean(last);
                }
            } else {
                for first in (0..len).step_by(GROUP) {
                    let first = first.min(len - GROUP);
                    let sums: [f64; GROUP + LANES - 1] =
                        *sums[first..].first_chunk().unwrap_or(&[0.0; 11]);
                    let group: [f64; GROUP] = std::array::from_fn(|k| {
                        mean(&[sums[k], sums[k + 1], sums[k + 2], sums[k + 3]])
                    });
                    means[first..first + GROUP].copy_from_slice(&group);
                }
            }
            self.ring.set_next(if held + len == period { 0 } else { held + len });
            row += len;
        }
    }

    /// The sums of rows of a block, of which `held` came before: by turns, the last one before them first.
    #[inline(always)]
    fn forwards(&mut self, batch: &[f64], rows: Range<usize>, held: usize, Sums(sums): &mut Sums) {
        let pivot = self.pivot;
        let (turn, lane) = (held / LANES, held % LANES);
        let end = lane + rows.len();
        // Turns begin before the rows and end after them, with what adds nothing in their place.
        let turns = &batch[rows.start - lane..].as_chunks().0[..end.div_ceil(LANES)];
        let mut later = self.later;
        let mut sum = |values: Turn, earlier: Turn| -> Turn {
            later = add(later, values, pivot);
            std::array::from_fn(|lane| earlier[lane] + later[lane])
        };
        let earlier = &self.earlier[turn + 1..][..turns.len()];
        let sums = &mut sums[..=turns.len()];
        sums[0] = self.sums;
        let last = turns.len() - 1;
        sums[1] = sum(kept(turns[0], lane..end, pivot), earlier[0]);
        for turn in 1..last {
            sums[turn + 1] = sum(turns[turn], earlier[turn]);
        }
        if last > 0 {
            sums[last + 1] = sum(kept(turns[last], 0..end - last * LANES, pivot), earlier[last]);
        }
        self.later = later;
        let begun = end - last * LANES;
        let (before, after) = (sums[last], sums[last + 1]);
        self.sums =
            std::array::from_fn(|lane| if lane < begun { after[lane] } else { before[lane] });
    }

    /// Gives the ring the values of a batch, of which the first ones were pushed: a window of them, or
    /// more.
    pub(crate) fn catch_up(&mut self, batch: &[f64], pushed: usize) {
        if batch.len() > pushed {
            let first = batch.len() - self.ring.period().get();
            self.ring.set(batch[first..].iter().copied(), 0);
        }
    }
}

/// The sums of a chunk's rows by turns: those of the turn before, and one more turn at either end that
/// the chunk shares with others.
#[repr(align(64))]
pub(crate) struct Sums([Turn; ROWS / LANES + 3]);

impl Sums {
    pub(crate) const ZERO: Self = Self([[0.0; LANES]; ROWS / LANES + 3]);
}

/// The sum of the sums of the last rows.
#[inline(always)]
fn join([a, b, c, d]: [f64; LANES]) -> f64 {
    (a + b) + (c + d)
}

#[inline(always)]
fn add(sums: Turn, values: Turn, pivot: f64) -> Turn {
    std::array::from_fn(|lane| sums[lane] + (values[lane] - pivot))
}

/// A turn of which some lanes keep their values, and the others have what adds nothing.
#[inline(always)]
fn kept(values: Turn, lanes: Range<usize>, pivot: f64) -> Turn {
    std::array::from_fn(|lane| if lanes.contains(&lane) { values[lane] } else { pivot })
}

/// A turn of which some lanes have values, and the others what adds nothing.
#[inline(always)]
fn padded(values: &[f64], first: usize, pivot: f64) -> Turn {
    let mut turn = [pivot; LANES];
    for (lane, &value) in turn[first..].iter_mut().zip(values) {
        *lane = value;
    }
    turn
}

/// Makes the sums of each lane of a block that has ended, from every turn on: of its whole turns, and of
/// one that has what adds nothing in the place of the rows after the block.
#[inline(always)]
fn backwards(turns: &[Turn], last: Turn, pivot: f64, sums: &mut [Turn]) {
    let mut sum = add([0.0; LANES], last, pivot);
    let (sums, rest) = sums.split_at_mut(turns.len());
    rest[0] = sum;
    for (&values, kept) in turns.iter().zip(sums).rev() {
        sum = add(sum, values, pivot);
        *kept = sum;
    }
}

/// As [`backwards`], for an update: see [`Ring`] for what it is good for that it gets the block only.
#[inline(never)]
fn summarise(block: &[f64], pivot: f64, sums: &mut [Turn]) {
    let (turns, last) = block.as_chunks();
    backwards(turns, padded(last, 0, pivot), pivot, sums);
}

/// The values and the turn decide everything else that will be read.
impl PartialEq for Lanes {
    fn eq(&self, other: &Self) -> bool {
        self.ring == other.ring
    }
}

/// Stored are the values only, as in [`Window`](crate::window::Window).
impl Serialize for Lanes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.ring.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Lanes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ring::deserialize(deserializer).map(Self::of)
    }
}
