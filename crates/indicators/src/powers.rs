//! Means over short windows, by sums of 1, 2, 4, 8 and 16 values.
//!
//! A sum of twice as many values is that of the row and that of as many rows before, so it is made for
//! all rows at once and waits for no other. A window is put together of such sums, of which the longest
//! has the newest values:
//!
//! ```text
//!   ├ 4 ┤├──── 16 ────┤     period 20
//! ```
//!
//! So a mean has seen no value but its window's. Of each part as many times the newest value is taken
//! away before they are added up: nothing is left of a constant window, since a power of two times a
//! value is exact, and its mean is its value. Values are added up as they come, not as differences to one
//! of them, which costs a rounding or two of the largest.

use crate::chunk::{Chunk, Chunked, Outputs, fill_by_chunks};
use crate::column::{Column, ROWS};
use crate::input::checked;
use crate::ring::Ring;
use crate::{Columns, Indicator, IndicatorError, Period};

/// As many rows as the sums add up to. Longer windows are as quick in lanes.
pub(crate) const LONGEST: usize = (1 << POWERS) - 1;

/// Kinds of sums: of 1, 2, 4, 8 and 16 values.
const POWERS: usize = 5;

/// Rows that sums are kept of, each in the place of the one that came so many rows before.
const CIRCLE: usize = 1 << POWERS;

/// Rows of a chunk: as many as are read at once, without those of a window before.
const LEN: usize = 128;

const _: () = assert!(LEN + LONGEST <= ROWS + 1);

/// The window over the last `period` values, for their mean.
#[derive(Debug, Clone)]
pub(crate) struct Powers {
    pub(crate) ring: Ring<f64>,
    /// Of each of the last rows, those of 1, 2, 4, 8 and 16 values that end with it.
    sums: [[f64; CIRCLE]; POWERS],
    /// Where those of the next row go.
    next: usize,
    inverse: f64,
}

impl Powers {
    /// Of a ring that may have values.
    pub(crate) fn of(ring: Ring<f64>) -> Self {
        let inverse = 1.0 / ring.period().as_f64();
        let mut powers = Self { ring, sums: [[0.0; CIRCLE]; POWERS], next: 0, inverse };
        powers.make_again();
        powers
    }

    #[inline]
    pub(crate) fn period(&self) -> Period {
        self.ring.period()
    }

    #[inline(always)]
    fn push(&mut self, value: f64) -> Option<f64> {
        self.ring.push(value);
        self.add(value);
        self.ring.is_full().then(|| self.mean(value))
    }

    /// The sums that end with a value.
    #[inline(always)]
    fn add(&mut self, value: f64) {
        let row = self.next % CIRCLE;
        self.next = (row + 1) % CIRCLE;
        let mut sum = value;
        self.sums[0][row] = sum;
        for power in 1..POWERS {
            let ago = 1 << (power - 1);
            sum += self.sums[power - 1][(row + CIRCLE - ago) % CIRCLE];
            self.sums[power][row] = sum;
        }
    }

    /// The mean of the window that ends with this value, which was added.
    #[inline(always)]
    fn mean(&self, value: f64) -> f64 {
        let mut difference = 0.0;
        let mut row = self.next + CIRCLE - 1;
        for (power, sums) in self.sums.iter().enumerate().rev() {
            let len = 1 << power;
            if self.period().get() & len != 0 {
                difference += sums[row % CIRCLE] - len as f64 * value;
                row -= len;
            }
        }
        value + difference * self.inverse
    }

    /// Makes of the values what is made of them.
    fn make_again(&mut self) {
        let oldest = if self.ring.is_full() { self.ring.next() } else { 0 };
        for row in 0..self.ring.len() {
            let slot = (oldest + row) % self.period().get();
            self.add(self.ring.slots()[slot]);
        }
    }

    /// The means of a chunk, of its rows and of those of the first one's window before them: what
    /// [`mean`](Powers::mean) does, by the same additions.
    #[inline(always)]
    fn sweep(&self, rows: &Column, fours: &mut Column, means: &mut [f64]) {
        for row in 3..ROWS {
            fours[row] = (rows[row] + rows[row - 1]) + (rows[row - 2] + rows[row - 3]);
        }
        /// Calls one function or another, each compiled for its period.
        macro_rules! by_period {
            ($($period:literal)+) => {
                match self.period().get() {
                    $($period => join::<$period>(rows, fours, self.inverse, means),)+
                    _ => {} // No window here is longer.
                }
            };
        }
        by_period!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    }
}

/// The means of a chunk, of its rows and of the sums of four that end with each.
///
/// Only these sums were stored. To read what was just written takes longer than to add it up again.
#[inline(always)]
fn join<const PERIOD: usize>(rows: &Column, fours: &Column, inverse: f64, means: &mut [f64]) {
    for (row, mean) in means[..LEN].iter_mut().enumerate() {
        let newest = rows[row + PERIOD - 1];
        let (mut difference, mut end) = (0.0, row + PERIOD);
        if PERIOD & 16 != 0 {
            let [a, b, c, d] = [13, 9, 5, 1].map(|ago| fours[end - ago]);
            difference += ((d + c) + (b + a)) - 16.0 * newest;
            end -= 16;
        }
        if PERIOD & 8 != 0 {
            difference += (fours[end - 1] + fours[end - 5]) - 8.0 * newest;
            end -= 8;
        }
        if PERIOD & 4 != 0 {
            difference += fours[end - 1] - 4.0 * newest;
            end -= 4;
        }
        if PERIOD & 2 != 0 {
            difference += (rows[end - 1] + rows[end - 2]) - 2.0 * newest;
        }
        if PERIOD & 1 != 0 {
            difference += rows[row] - newest;
        }
        *mean = newest + difference * inverse;
    }
}

/// The values and the next slot decide everything else that will be read.
impl PartialEq for Powers {
    fn eq(&self, other: &Self) -> bool {
        self.ring == other.ring
    }
}

impl Indicator for Powers {
    type Input = f64;
    type Output = f64;

    #[inline]
    fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        Ok(self.push(checked("value", value)?))
    }

    fn warm_up(&self) -> usize {
        self.period().get() - 1
    }

    fill_by_chunks!();
}

impl Chunked for Powers {
    const LEN: usize = LEN;

    type Scratch = Column;

    const SCRATCH: Column = [0.0; ROWS];

    #[inline]
    fn is_ready(&self, done: usize) -> bool {
        done + 1 >= self.period().get()
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, f64>,
        fours: &mut Column,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        f64: Columns<N>,
    {
        // From the first row's window on. The last of so many are not of this chunk, and not looked at.
        let first = chunk.from + 1 - self.period().get();
        let rows = chunk.batch[first..].first_chunk();
        let (Some(rows), Some(means), true) = (rows, outputs.first(), chunk.is_sound(LEN)) else {
            return false;
        };
        self.sweep(rows, fours, means);
        true
    }

    #[inline(always)]
    fn end(&mut self, rows: &[f64], updates: usize) {
        if rows.len() > updates {
            self.ring.pass(rows.len() - updates);
            let first = rows.len().saturating_sub(self.period().get());
            self.ring.renew(rows[first..].iter().copied());
            self.make_again();
        }
    }
}
