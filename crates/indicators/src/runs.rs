//! The highest and the lowest values of the windows of a chunk, by overlapping runs.
//!
//! An extreme may count a value twice, so a window of 20 rows is two runs of 16 that overlap, a run of
//! 16 is four of 4, and one of 4 is four values. Each step is a loop over the whole chunk in which no
//! row waits for another, so it becomes vector instructions.
//!
//! Of zeros of both signs the last one counts, as in an update: parts are joined in the order of
//! their ends, and the last value of a window is in the last part.
//!
//! Windows reach back into the [`HALO`], the rows before the chunk. It takes the place of the
//! window's ring while a batch goes through: the ring is read before the first chunk and written
//! after the last, and the summaries of the window are made again from it, as when a state is read.

use std::marker::PhantomData;

use crate::Period;
use crate::column::{Column, FEW_ROWS, ROWS};
use crate::extremes::{Extent, Extreme, Highest, Lowest};
use crate::input::CandleColumns;
use crate::window::{Summary, Window};

/// How many rows stay in front of a chunk: the longest period that goes by runs.
pub(crate) const HALO: usize = ROWS - FEW_ROWS;

/// How many parts a run is made of.
const PARTS: usize = 4;

/// The way of taking chunks for periods up to [`HALO`].
pub(crate) struct ByRuns;

/// Writes the method of [`Indicator`](crate::Indicator) for a type that goes by runs when its period
/// is short.
macro_rules! fill_by_runs {
    ($window:ident) => {
        #[inline]
        fn fill_columns<const N: usize>(
            &mut self,
            inputs: impl ExactSizeIterator<Item = Self::Input>,
            columns: [&mut [f64]; N],
        ) -> Result<(), IndicatorError>
        where
            Self::Output: Columns<N>,
        {
            if self.$window.is_short() {
                $crate::chunk::fill::<$crate::runs::ByRuns, _, _, N>(self, inputs, columns)
            } else {
                $crate::chunk::fill::<$crate::chunk::ByBlocks, _, _, N>(self, inputs, columns)
            }
        }
    };
}
pub(crate) use fill_by_runs;

/// Runs in the making.
pub(crate) struct Runs([Column; 2]);

impl Runs {
    pub(crate) const ZERO: Self = Self([[0.0; ROWS]; 2]);

    /// The windows that end with each row of a chunk. The period is at most [`HALO`].
    #[inline(always)]
    pub(crate) fn windows<'a, E: Extreme>(
        &'a mut self,
        rows: &'a Column,
        period: Period,
    ) -> Windows<'a, E> {
        let period = period.get();
        let rows = &rows[HALO - (period - 1).min(HALO)..];
        if period <= PARTS {
            return Windows::new(rows, 1, period);
        }
        let [one, other] = &mut self.0;
        let (mut from, mut to) = (one, other);
        widen::<E>(rows, from, 1, period);
        let mut run = PARTS;
        while PARTS * run < period {
            widen::<E>(from, to, run, period);
            (from, to) = (to, from);
            run *= PARTS;
        }
        Windows::new(from, run, period)
    }
}

/// Of runs, those of four times as many rows. A run stands where it begins.
#[inline(always)]
fn widen<E: Extreme>(from: &[f64], to: &mut Column, run: usize, period: usize) {
    let len = FEW_ROWS + period - PARTS * run;
    let [a, b, c, d] = [0, run, 2 * run, 3 * run].map(|begin| &from[begin..][..len]);
    for ((((to, &a), &b), &c), &d) in to[..len].iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *to = E::of(E::of(a, b), E::of(c, d));
    }
}

/// The windows of a chunk, each as the runs that it is made of.
pub(crate) struct Windows<'a, E> {
    parts: [&'a [f64; FEW_ROWS]; PARTS],
    extreme: PhantomData<E>,
}

impl<'a, E: Extreme> Windows<'a, E> {
    #[inline(always)]
    fn new(runs: &'a [f64], run: usize, period: usize) -> Self {
        let last = period - run;
        let parts = [0, run, 2 * run, last].map(|begin| {
            // There always are as many; this says so without a way to panic.
            runs.get(begin.min(last)..).and_then(<[f64]>::first_chunk).unwrap_or(&[0.0; FEW_ROWS])
        });
        Self { parts, extreme: PhantomData }
    }

    /// The extreme of the window that ends with this row.
    #[inline(always)]
    pub(crate) fn at(&self, row: usize) -> f64 {
        let [a, b, c, d] = self.parts.map(|part| part[row]);
        E::of(E::of(a, b), E::of(c, d))
    }
}

/// The windows of a chunk of candles.
pub(crate) struct Extents<'a> {
    highs: Windows<'a, Highest>,
    lows: Windows<'a, Lowest>,
}

/// As [`Runs::windows`], of candles.
#[inline(always)]
pub(crate) fn extents<'a>(
    [highs, lows]: &'a mut [Runs; 2],
    rows: &'a CandleColumns,
    period: Period,
) -> Extents<'a> {
    Extents { highs: highs.windows(&rows.high, period), lows: lows.windows(&rows.low, period) }
}

impl Extents<'_> {
    /// That of the window that ends with this row.
    #[inline(always)]
    pub(crate) fn at(&self, row: usize) -> Extent {
        Extent { high: self.highs.at(row), low: self.lows.at(row) }
    }
}

impl<S: Summary> Window<S> {
    /// Whether its period allows for runs.
    #[inline]
    pub(crate) fn is_short(&self) -> bool {
        self.period().get() <= HALO
    }

    /// Puts the values into the halo, when the window is full.
    #[inline]
    pub(crate) fn begin_runs(&self, mut put: impl FnMut(usize, S::Value)) {
        if self.is_full() {
            let first = HALO - self.period().get().min(HALO);
            self.ring.values().enumerate().for_each(|(k, value)| put(first + k, value));
        }
    }

    /// Takes the values out of the halo, after so many rows.
    #[inline]
    pub(crate) fn end_runs(&mut self, taken: usize, at: impl Fn(usize) -> S::Value) {
        if taken > 0 {
            let first = HALO - self.period().get().min(HALO);
            self.ring.set((first..HALO).map(at), taken);
            self.make_again();
        }
    }
}
