//! The means of a chunk of rows, all at once, in lanes.

use std::ops::Range;

use crate::chunk::{Chunk, Chunked, Outputs, fill_by_chunks};
use crate::column::ROWS;
use crate::input::checked;
use crate::lanes::{LANES, Lanes, Quad, add, backwards, join, summarise_lanes};
use crate::{Columns, Indicator, IndicatorError};

/// Rows of a chunk. Of 160, means took half as much again when rows came from memory, not from the cache.
const LEN: usize = 128;

/// A quad may reach beyond the rows that are taken: to rows that are there in every chunk.
const _: () = assert!(LEN + LANES <= ROWS);

/// How many means are made by one step of the widest vectors.
const GROUP: usize = 8;

/// The sums of a chunk's rows: one quad from before, and one more than there are whole ones.
#[repr(align(64))]
pub(crate) struct Sums([Quad; LEN / LANES + 2]);

impl Lanes {
    /// The means of the windows of a chunk that begins with row `from` of a batch, NaN before the first
    /// window is full: what as many pushes do, but for the values in the ring.
    #[inline(always)]
    fn sweep(&mut self, batch: &[f64], from: usize, sums: &mut Sums, means: &mut [f64]) {
        let period = self.period().get();
        let mut row = 0;
        while row < means.len() {
            let (at, held) = (from + row, self.ring.next());
            let len = (period - held).min(means.len() - row);
            if held == 0 {
                self.begin(batch, at);
            }
            let sums = self.forwards(batch, at..at + len, held, sums);
            let means = &mut means[row..row + len];
            self.join_all(sums, means);
            if !self.ring.is_full() {
                means[..len.min(period - 1 - held)].fill(f64::NAN);
            }
            self.ring.pass(len);
            row += len;
        }
    }

    /// Begins a block with this row.
    #[inline(always)]
    fn begin(&mut self, batch: &[f64], at: usize) {
        let period = self.period().get();
        self.pivot = batch[at];
        if let (true, Some(before)) = (self.ring.is_full(), at.checked_sub(period)) {
            let (quads, rest) = (period / LANES, period % LANES);
            let block = batch[before..].as_chunks().0;
            let last = kept(block[quads], 0..rest, self.pivot);
            backwards(&block[..quads], last, self.pivot, &mut self.earlier);
        } else if self.ring.is_full() {
            // The block began before the batch.
            self.ring.renew(batch[..at].iter().copied());
            summarise_lanes(self.ring.slots(), self.pivot, &mut self.earlier);
        }
        self.later = [0.0; LANES];
        self.sums = self.earlier[0];
    }

    /// The sums of rows of a block, of which `held` came before, after those of the three rows before them.
    #[inline(always)]
    fn forwards<'a>(
        &mut self,
        batch: &[f64],
        rows: Range<usize>,
        held: usize,
        Sums(sums): &'a mut Sums,
    ) -> &'a [f64] {
        let (pivot, lane) = (self.pivot, held % LANES);
        let end = lane + rows.len();
        let quads = &batch[rows.start - lane..].as_chunks().0[..end.div_ceil(LANES)];
        let earlier = &self.earlier[held / LANES + 1..][..quads.len()];
        let sums = &mut sums[..=quads.len()];
        let mut later = self.later;
        let mut step = |quad: usize, values: Quad| {
            later = add(later, values, pivot);
            sums[quad + 1] = std::array::from_fn(|lane| earlier[quad][lane] + later[lane]);
        };
        // The first and the last quad have rows that are not among these.
        let last = quads.len() - 1;
        step(0, kept(quads[0], lane..end, pivot));
        for (quad, &values) in quads[..last].iter().enumerate().skip(1) {
            step(quad, values);
        }
        let in_last = end - last * LANES;
        if last > 0 {
            step(last, kept(quads[last], 0..in_last, pivot));
        }
        self.later = later;
        sums[0] = self.sums;
        let (before, after) = (sums[last], sums[last + 1]);
        self.sums =
            std::array::from_fn(|lane| if lane < in_last { after[lane] } else { before[lane] });
        &sums.as_flattened()[lane + 1..][..rows.len() + LANES - 1]
    }

    /// The means of rows, of the sums of them and of the three rows before.
    #[inline(always)]
    fn join_all(&self, sums: &[f64], means: &mut [f64]) {
        let join_each = |sums: &[f64], means: &mut [f64]| {
            for (mean, &last) in means.iter_mut().zip(sums.array_windows()) {
                *mean = self.pivot + join(last) * self.inverse;
            }
        };
        let Some(last) = means.len().checked_sub(GROUP) else { return join_each(sums, means) };
        for first in (0..means.len()).step_by(GROUP) {
            // The last group begins earlier, so that it has as many rows as the others.
            let first = first.min(last);
            join_each(&sums[first..first + GROUP + LANES - 1], &mut means[first..first + GROUP]);
        }
    }
}

/// A quad of which some lanes keep their values, and the others have what adds nothing.
#[inline(always)]
fn kept(values: Quad, lanes: Range<usize>, pivot: f64) -> Quad {
    std::array::from_fn(|lane| if lanes.contains(&lane) { values[lane] } else { pivot })
}

impl Indicator for Lanes {
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

impl Chunked for Lanes {
    const LEN: usize = LEN;

    type Scratch = Sums;

    const SCRATCH: Sums = Sums([[0.0; LANES]; LEN / LANES + 2]);

    #[inline]
    fn is_ready(&self, done: usize) -> bool {
        // The rows of a quad that has begun are read in the batch.
        done >= self.ring.next() % LANES
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, f64>,
        sums: &mut Sums,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        f64: Columns<N>,
    {
        let is_sound = chunk.is_sound(LEN);
        if let Some(means) = outputs.first().filter(|_| is_sound) {
            self.sweep(chunk.batch, chunk.from, sums, means);
        }
        is_sound
    }

    /// Gives the ring its values.
    #[inline(always)]
    fn end(&mut self, rows: &[f64], updates: usize) {
        if rows.len() > updates {
            let first = rows.len().saturating_sub(self.period().get());
            self.ring.renew(rows[first..].iter().copied());
        }
    }
}
