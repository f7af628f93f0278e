//! Many rows at once: the outputs of one `update` a row, bit for bit, in a fraction of the time.
//!
//! After the warm-up, a batch goes through in chunks of rows that stay in the first-level cache. Once
//! a chunk, instead of once a row, it is asked if all inputs are sound, and the state goes from
//! memory into registers and back. What remains are loops without branches, many of which become
//! vector instructions. The warm-up (but of a mean over a long window) and the rows of the last chunk,
//! which is not full or has a bad row, go by `update`.

use pulp::NullaryFnOnce;

use crate::column::Readable;
use crate::indicator::fold;
use crate::input::{Row, same_lengths};
use crate::soundness::Chunks;
use crate::{Columns, Indicator, IndicatorError};

/// An indicator that takes chunks.
pub(crate) trait Chunked: Indicator<Input: Chunks> {
    /// How many rows of a chunk are taken: at most [`ROWS`](crate::column::ROWS).
    const LEN: usize;

    /// What is in use while a batch goes through, and not part of the state.
    type Scratch;

    const SCRATCH: Self::Scratch;

    /// Whether a chunk may begin after so many rows of the batch. Most need the warm-up to be over.
    fn is_ready(&self, done: usize) -> bool;

    /// Takes a chunk and puts its outputs: what as many updates do, but for what is left to
    /// [`end`](Chunked::end). Says if all its rows are sound. If one is not, the state stays as it is,
    /// and what is in the outputs does not count.
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, Self::Input>,
        scratch: &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        Self::Output: Columns<N>;

    /// After the last chunk: makes of the state what updates do with the rows, of which the first ones,
    /// so many, went by `update`.
    #[inline(always)]
    fn end(&mut self, _rows: <Self::Input as Row>::Series<'_>, _updates: usize) {}
}

/// Rows in a batch.
#[derive(Clone, Copy)]
pub(crate) struct Chunk<'a, R: Chunks> {
    /// The rows.
    pub(crate) rows: <R as Readable>::Chunk<'a>,
    /// All rows of the batch, of which those before the chunk are sound.
    pub(crate) batch: R::Series<'a>,
    /// How many rows of the batch come before.
    pub(crate) from: usize,
}

impl<R: Chunks> Chunk<'_, R> {
    /// Whether an update would take every one of the first rows, so many.
    #[inline(always)]
    pub(crate) fn is_sound(&self, rows: usize) -> bool {
        R::all_sound(self.rows, rows)
    }
}

/// Writes the method of [`Indicator`] for a type that is [`Chunked`].
macro_rules! fill_by_chunks {
    () => {
        #[inline]
        fn fill_columns<const N: usize>(
            &mut self,
            rows: <Self::Input as crate::Row>::Series<'_>,
            columns: [&mut [f64]; N],
        ) -> Result<(), IndicatorError>
        where
            Self::Output: Columns<N>,
        {
            $crate::chunk::fill(self, rows, columns)
        }
    };
}
pub(crate) use fill_by_chunks;

/// Where the outputs of a chunk go.
pub(crate) struct Outputs<'a, const N: usize>([&'a mut [f64]; N]);

impl<'a, const N: usize> Outputs<'a, N> {
    /// Where the first number of each row goes.
    #[inline(always)]
    pub(crate) fn first(self) -> Option<&'a mut [f64]> {
        self.0.into_iter().next()
    }

    /// The outputs of all rows, NaN where there is none.
    #[allow(clippy::needless_range_loop, reason = "iterators in step do not become vectors here")]
    #[inline(always)]
    pub(crate) fn put<O: Columns<N>>(self, mut output: impl FnMut(usize) -> Option<O>) {
        let len = self.0.iter().map(|column| column.len()).min().unwrap_or(0);
        // Of one length, so that no row is out of bounds.
        let columns = self.0.map(|column| &mut column[..len]);
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
pub(crate) fn fill<I, const N: usize>(
    indicator: &mut I,
    batch: <I::Input as Row>::Series<'_>,
    columns: [&mut [f64]; N],
) -> Result<(), IndicatorError>
where
    I: Chunked<Output: Columns<N>>,
{
    same_lengths(&columns, I::Input::len(batch))?;
    pulp::Arch::new().dispatch(Fill { indicator, batch, columns })
}

struct Fill<'a, 'b, I: Chunked, const N: usize> {
    indicator: &'a mut I,
    batch: <I::Input as Row>::Series<'b>,
    columns: [&'a mut [f64]; N],
}

/// Begins where a line of the cache does, so that vectors do not lie across two.
#[repr(align(64))]
struct CacheLine<T>(T);

impl<I, const N: usize> NullaryFnOnce for Fill<'_, '_, I, N>
where
    I: Chunked<Output: Columns<N>>,
{
    type Output = Result<(), IndicatorError>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { indicator, batch, mut columns } = self;
        let mut scratch = CacheLine(I::SCRATCH);
        let scratch = &mut scratch.0;
        let all = columns.each_mut().map(|column| &mut column[..]);
        let updates = fold(indicator, 0, I::Input::rows(batch), all, I::is_ready)?;
        let mut done = updates;
        while let Some(rows) = I::Input::chunk(batch, done) {
            let outputs = columns.each_mut().map(|column| &mut column[done..][..I::LEN]);
            if !indicator.take(Chunk { rows, batch, from: done }, scratch, Outputs(outputs)) {
                break;
            }
            done += I::LEN;
        }
        if let Some(taken) = I::Input::part(batch, 0..done) {
            indicator.end(taken, updates);
        }
        let Some(rest) = I::Input::part(batch, done..I::Input::len(batch)) else { return Ok(()) };
        let columns = columns.map(|column| &mut column[done..]);
        fold(indicator, done, I::Input::rows(rest), columns, |_, _| false)?;
        Ok(())
    }
}
