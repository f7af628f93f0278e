//! Many rows at once: the outputs of one `update` a row, bit for bit, in a fraction of the time.
//!
//! After the warm-up, a batch goes through in chunks of rows that stay in the first-level cache. Once
//! a chunk, instead of once a row, it is asked if all inputs are sound, and the state goes from
//! memory into registers and back. What remains are loops without branches, many of which become
//! vector instructions. The warm-up, a chunk with a bad row, and what is left at the end go by
//! `update`.
//!
//! Most indicators take chunks in one way. Highest and lowest values have a second one for short
//! periods, [`ByRuns`](crate::runs::ByRuns), in which the rows before a chunk stay in front of it.

use std::marker::PhantomData;

use pulp::NullaryFnOnce;

use crate::column::Columnar;
use crate::indicator::fold;
use crate::input::{Row, same_lengths};
use crate::{Columns, Indicator, IndicatorError};

/// Begins where a line of the cache does, so that vectors do not lie across two.
#[repr(align(64))]
struct CacheLine<T>(T);

/// The way of taking chunks that fits every period.
pub(crate) struct ByBlocks;

/// An indicator that takes chunks, in one way or in two.
pub(crate) trait Chunked<Way = ByBlocks>: Indicator<Input: Row> {
    /// How many rows a chunk has: [`ROWS`](crate::column::ROWS) or [`FEW_ROWS`](crate::column::FEW_ROWS).
    const LEN: usize;

    /// How many rows before a chunk stay in front of it.
    const HALO: usize = 0;

    /// What is in use while a chunk is taken, and not part of the state.
    type Scratch;

    const SCRATCH: Self::Scratch;

    /// Whether the warm-up is over, and a chunk may begin.
    fn is_ready(&self) -> bool;

    /// Before the first chunk: puts the rows of the halo, which the state holds.
    #[inline(always)]
    fn begin(&self, _rows: &mut <Self::Input as Columnar>::Columns) {}

    /// After the last chunk, when so many rows were taken and the last of them are in the halo: makes
    /// of the state what as many updates do.
    #[inline(always)]
    fn end(&mut self, _rows: &<Self::Input as Columnar>::Columns, _taken: usize) {}

    /// Takes the sound rows after the halo and puts their outputs: what as many updates do, but for
    /// what is left to [`end`](Chunked::end).
    fn take<const N: usize>(
        &mut self,
        rows: &<Self::Input as Columnar>::Columns,
        scratch: &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) where
        Self::Output: Columns<N>;
}

/// Writes the method of [`Indicator`] for a type that is [`Chunked`].
macro_rules! fill_by_chunks {
    () => {
        #[inline]
        fn fill_columns<const N: usize>(
            &mut self,
            inputs: impl ExactSizeIterator<Item = Self::Input>,
            columns: [&mut [f64]; N],
        ) -> Result<(), IndicatorError>
        where
            Self::Output: Columns<N>,
        {
            $crate::chunk::fill::<$crate::chunk::ByBlocks, _, _, N>(self, inputs, columns)
        }
    };
}
pub(crate) use fill_by_chunks;

/// Where the outputs of a chunk go.
pub(crate) struct Outputs<'a, const N: usize>([&'a mut [f64]; N]);

impl<const N: usize> Outputs<'_, N> {
    /// The outputs of all rows, NaN where there is none.
    #[allow(clippy::needless_range_loop, reason = "iterators in step do not become vectors here")]
    #[inline(always)]
    pub(crate) fn put<O: Columns<N>>(&mut self, output: impl Fn(usize) -> Option<O>) {
        let len = self.0.iter().map(|column| column.len()).min().unwrap_or(0);
        // Of one length, so that no row is out of bounds.
        let columns = self.0.each_mut().map(|column| &mut column[..len]);
        for row in 0..len {
            let numbers = output(row).map_or([f64::NAN; N], Columns::columns);
            for column in 0..N {
                columns[column][row] = numbers[column];
            }
        }
    }
}

/// As [`fill`](crate::fill), by chunks, compiled for the best instruction set that this machine
/// has. The operations are the same whichever that is, and none of them is fused.
pub(crate) fn fill<Way, I, T, const N: usize>(
    indicator: &mut I,
    inputs: T,
    columns: [&mut [f64]; N],
) -> Result<(), IndicatorError>
where
    I: Chunked<Way, Output: Columns<N>>,
    T: ExactSizeIterator<Item = I::Input>,
{
    same_lengths(&columns, inputs.len())?;
    pulp::Arch::new().dispatch(Fill { indicator, inputs, columns, way: PhantomData })
}

struct Fill<'a, Way, I, T, const N: usize> {
    indicator: &'a mut I,
    inputs: T,
    columns: [&'a mut [f64]; N],
    way: PhantomData<Way>,
}

impl<Way, I, T, const N: usize> NullaryFnOnce for Fill<'_, Way, I, T, N>
where
    I: Chunked<Way, Output: Columns<N>>,
    T: ExactSizeIterator<Item = I::Input>,
{
    type Output = Result<(), IndicatorError>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { indicator, mut inputs, mut columns, .. } = self;
        let (mut rows, mut scratch) = (CacheLine(I::Input::ZERO), CacheLine(I::SCRATCH));
        let (CacheLine(rows), CacheLine(scratch)) = (&mut rows, &mut scratch);
        let all = columns.each_mut().map(|column| &mut column[..]);
        let mut done = fold(indicator, 0, &mut inputs, all, I::is_ready)?;
        indicator.begin(rows);
        let mut taken = 0;
        while inputs.len() >= I::LEN {
            gather(&mut inputs, rows, I::HALO, I::LEN);
            let outputs = columns.each_mut().map(|column| &mut column[done..][..I::LEN]);
            if I::Input::all_sound(rows, I::HALO, I::LEN) {
                indicator.take(rows, scratch, Outputs(outputs));
                I::Input::carry(rows, I::LEN, I::HALO);
                taken += I::LEN;
            } else {
                indicator.end(rows, taken);
                let mut bad = (I::HALO..I::HALO + I::LEN).map(|row| I::Input::at(rows, row));
                fold(indicator, done, &mut bad, outputs, |_| false)?;
                indicator.begin(rows);
                taken = 0;
            }
            done += I::LEN;
        }
        indicator.end(rows, taken);
        let rest = columns.map(|column| &mut column[done..]);
        fold(indicator, done, &mut inputs, rest, |_| false)?;
        Ok(())
    }
}

/// Takes the next chunk, behind `from` rows that stay.
#[inline(always)]
fn gather<R: Row>(
    inputs: &mut impl Iterator<Item = R>,
    rows: &mut <R as Columnar>::Columns,
    from: usize,
    len: usize,
) {
    for row in from..from + len {
        match inputs.next() {
            Some(input) => input.put(rows, row),
            None => return,
        }
    }
}
