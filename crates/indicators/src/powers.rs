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

    /// The means of a chunk, of its rows and of those of the first one's window before them.
    #[inline(always)]
    fn sweep(&self, rows: &Column, sums: &mut [Column; POWERS - 1], means: &mut [f64]) {
        let period = self.period().get();
        let [two, four, eight, sixteen] = sums;
        if period >= 2 {
            double::<1>(rows, two);
        }
        if period >= 4 {
            double::<2>(two, four);
        }
        if period >= 8 {
            double::<4>(four, eight);
        }
        if period >= 16 {
            double::<8>(eight, sixteen);
        }
        let all = [rows, two, four, eight, sixteen];
        match period.count_ones() {
            1 => self.join::<1>(all, means),
            2 => self.join::<2>(all, means),
            3 => self.join::<3>(all, means),
            4 => self.join::<4>(all, means),
            _ => self.join::<POWERS>(all, means),
        }
    }

    /// As [`mean`](Powers::mean), of a chunk, for a period with so many parts.
    #[inline(always)]
    fn join<const PARTS: usize>(&self, sums: [&Column; POWERS], means: &mut [f64]) {
        let period = self.period().get();
        let (mut parts, mut found, mut end) = ([(&sums[0][..LEN], 0.0); PARTS], 0, period);
        for (power, sums) in sums.into_iter().enumerate().rev() {
            let len = 1 << power;
            if period & len != 0 {
                parts[found] = (&sums[end - 1..][..LEN], len as f64);
                found += 1;
                end -= len;
            }
        }
        let values = &sums[0][period - 1..][..LEN];
        for (row, mean) in means[..LEN].iter_mut().enumerate() {
            let mut difference = 0.0;
            for (sums, len) in parts {
                difference += sums[row] - len * values[row];
            }
            *mean = values[row] + difference * self.inverse;
        }
    }
}

/// Of sums of so many values those of twice as many.
#[inline(always)]
fn double<const VALUES: usize>(sums: &Column, doubled: &mut Column) {
    for row in VALUES..ROWS {
        doubled[row] = sums[row] + sums[row - VALUES];
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

    type Scratch = [Column; POWERS - 1];

    const SCRATCH: Self::Scratch = [[0.0; ROWS]; POWERS - 1];

    #[inline]
    fn is_ready(&self, done: usize) -> bool {
        done + 1 >= self.period().get()
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, f64>,
        sums: &mut Self::Scratch,
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
        self.sweep(rows, sums, means);
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
