//! Many rows at once: the outputs of one `update` a row, bit for bit, in a fraction of the time.
//!
//! After the warm-up, a batch goes through in chunks of rows that stay in the first-level cache. Once
//! a chunk, instead of once a row, it is asked if all inputs are sound, and the state goes from
//! memory into registers and back. What remains are loops without branches, many of which become
//! vector instructions. The warm-up, a chunk with a bad row, and what is left at the end go by
//! `update`.

use pulp::NullaryFnOnce;

use crate::column::Columnar;
use crate::indicator::fold;
use crate::input::{Row, same_lengths};
use crate::{Columns, Indicator, IndicatorError};

/// Begins where a line of the cache does, so that vectors do not lie across two.
#[repr(align(64))]
struct CacheLine<T>(T);

/// An indicator that takes chunks.
pub(crate) trait Chunked: Indicator<Input: Row> {
    /// How many rows a chunk has: [`ROWS`](crate::column::ROWS) or [`FEW_ROWS`](crate::column::FEW_ROWS).
    const LEN: usize;

    /// What is in use while a chunk is taken, and not part of the state.
    type Scratch;

    const SCRATCH: Self::Scratch;

    /// Whether the warm-up is over, and a chunk may begin.
    fn is_ready(&self) -> bool;

    /// Takes sound rows and puts their outputs: what as many updates do.
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
            $crate::chunk::fill(self, inputs, columns)
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
pub(crate) fn fill<I, T, const N: usize>(
    indicator: &mut I,
    inputs: T,
    columns: [&mut [f64]; N],
) -> Result<(), IndicatorError>
where
    I: Chunked<Output: Columns<N>>,
    T: ExactSizeIterator<Item = I::Input>,
{
    same_lengths(&columns, inputs.len())?;
    pulp::Arch::new().dispatch(Fill { indicator, inputs, columns })
}

struct Fill<'a, I, T, const N: usize> {
    indicator: &'a mut I,
    inputs: T,
    columns: [&'a mut [f64]; N],
}

impl<I, T, const N: usize> NullaryFnOnce for Fill<'_, I, T, N>
where
    I: Chunked<Output: Columns<N>>,
    T: ExactSizeIterator<Item = I::Input>,
{
    type Output = Result<(), IndicatorError>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { indicator, mut inputs, mut columns } = self;
        let (mut rows, mut scratch) = (CacheLine(I::Input::ZERO), CacheLine(I::SCRATCH));
        let (CacheLine(rows), CacheLine(scratch)) = (&mut rows, &mut scratch);
        let all = columns.each_mut().map(|column| &mut column[..]);
        let mut done = fold(indicator, 0, &mut inputs, all, I::is_ready)?;
        while inputs.len() >= I::LEN {
            gather(&mut inputs, rows, I::LEN);
            let outputs = columns.each_mut().map(|column| &mut column[done..][..I::LEN]);
            if I::Input::all_sound(rows, I::LEN) {
                indicator.take(rows, scratch, Outputs(outputs));
            } else {
                let mut rows = (0..I::LEN).map(|row| I::Input::at(rows, row));
                fold(indicator, done, &mut rows, outputs, |_| false)?;
            }
            done += I::LEN;
        }
        let rest = columns.map(|column| &mut column[done..]);
        fold(indicator, done, &mut inputs, rest, |_| false)?;
        Ok(())
    }
}

/// Takes the next chunk.
#[inline(always)]
fn gather<R: Row>(
    inputs: &mut impl Iterator<Item = R>,
    rows: &mut <R as Columnar>::Columns,
    len: usize,
) {
    for row in 0..len {
        match inputs.next() {
            Some(input) => input.put(rows, row),
            None => return,
        }
    }
}
