//! The windows of a chunk of rows, all at once.

use crate::chunk::{Chunk, Chunked, Outputs};
use crate::column::{Columnar, ROWS, Readable};
use crate::soundness::Summed;
use crate::window::{Summary, Whole, Window, summarise};
use crate::{Columns, Indicator};

/// Steps of a chain that are written out, which saves their share of the loop.
const GROUP: usize = 4;

/// The two runs of each window of a chunk.
pub(crate) struct Wholes<S: Summary<Value: Columnar> + Columnar> {
    earlier: S::Columns,
    later: S::Columns,
    pivots: <S::Value as Columnar>::Columns,
}

impl<S: Summary<Value: Columnar> + Columnar> Wholes<S> {
    pub(crate) const ZERO: Self = Self { earlier: S::ZERO, later: S::ZERO, pivots: S::Value::ZERO };

    /// The window that ends with this row.
    #[inline(always)]
    pub(crate) fn at(&self, row: usize) -> Whole<S> {
        let (earlier, later) = (S::at(&self.earlier, row), S::at(&self.later, row));
        Whole { summary: earlier.join(later), pivot: S::Value::at(&self.pivots, row) }
    }
}

impl<S: Summary<Value: Columnar + Readable> + Columnar> Window<S> {
    /// Takes a chunk of values when the window is full: what as many pushes do.
    #[inline(always)]
    pub(crate) fn sweep<const LEN: usize>(
        &mut self,
        values: <S::Value as Readable>::Chunk<'_>,
        wholes: &mut Wholes<S>,
    ) {
        let period = self.period().get();
        let mut row = 0;
        while row < LEN {
            let held = self.ring.next();
            let len = (period - held).min(LEN - row);
            if held == 0 {
                self.pivot = S::Value::of(values, row);
                self.later = S::EMPTY;
            }
            if len == period && row >= period {
                self.backwards::<LEN>(values, row, wholes);
            } else {
                if held == 0 {
                    summarise(self.ring.slots(), self.pivot, &mut self.earlier);
                }
                for (k, earlier) in self.earlier[held + 1..][..len].iter().enumerate() {
                    earlier.put(&mut wholes.earlier, row + k);
                }
            }
            self.forwards::<LEN>(values, row, len, wholes);
            // Slots are read after the chunk, and when the first block begins in it.
            if row == 0 || row + len + period > LEN {
                for (k, slot) in self.ring.slots_mut()[held..][..len].iter_mut().enumerate() {
                    *slot = S::Value::of(values, row + k);
                }
            }
            self.ring.pass(len);
            row += len;
        }
    }

    /// Of the block that ends before `row`, each end but the whole of it.
    #[inline(always)]
    fn backwards<const LEN: usize>(
        &self,
        values: <S::Value as Readable>::Chunk<'_>,
        row: usize,
        wholes: &mut Wholes<S>,
    ) {
        let (period, mut summary) = (self.period().get(), S::EMPTY);
        summary.put(&mut wholes.earlier, row + period - 1);
        let mut step = |from: usize, to: usize| {
            summary = summary.prepend(S::Value::of(values, from), self.pivot);
            summary.put(&mut wholes.earlier, to);
        };
        let mut left = period - 1;
        while left >= GROUP {
            left -= GROUP;
            // The minimum says that no index is out of bounds, without a branch.
            let from = (row - period + left + 1).min(LEN - GROUP);
            let to = (row + left).min(LEN - GROUP);
            for k in (0..GROUP).rev() {
                step(from + k, to + k);
            }
        }
        for left in (0..left).rev() {
            step((row - period + left + 1).min(LEN - 1), (row + left).min(LEN - 1));
        }
    }

    /// Of the block of `row`, its beginnings to each row.
    #[inline(always)]
    fn forwards<const LEN: usize>(
        &mut self,
        values: <S::Value as Readable>::Chunk<'_>,
        row: usize,
        len: usize,
        wholes: &mut Wholes<S>,
    ) {
        let (pivot, mut later) = (self.pivot, self.later);
        let mut step = |row: usize| {
            later = later.append(S::Value::of(values, row), pivot);
            later.put(&mut wholes.later, row);
            pivot.put(&mut wholes.pivots, row);
        };
        let mut done = 0;
        while done + GROUP <= len {
            let row = (row + done).min(LEN - GROUP);
            for k in 0..GROUP {
                step(row + k);
            }
            done += GROUP;
        }
        for done in done..len {
            step((row + done).min(LEN - 1));
        }
        self.later = later;
    }
}

/// An indicator that makes its output of a full window and of the row itself.
pub(crate) trait OfWindow:
    Indicator<Input = <Self::Summary as Summary>::Value, Input: Summed>
{
    type Summary: Summary + Columnar;

    fn window(&self) -> &Window<Self::Summary>;

    fn window_mut(&mut self) -> &mut Window<Self::Summary>;

    fn output(&self, input: Self::Input, whole: Whole<Self::Summary>) -> Option<Self::Output>;
}

impl<I: OfWindow> Chunked for I {
    const LEN: usize = ROWS;

    type Scratch = (<I::Input as Columnar>::Columns, Wholes<I::Summary>);

    const SCRATCH: Self::Scratch = (I::Input::ZERO, Wholes::ZERO);

    #[inline]
    fn is_ready(&self, _done: usize) -> bool {
        self.window().is_full()
    }

    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        chunk: Chunk<'_, Self::Input>,
        (copy, wholes): &mut Self::Scratch,
        outputs: Outputs<'_, N>,
    ) -> bool
    where
        Self::Output: Columns<N>,
    {
        if !chunk.is_sound(Self::LEN) {
            return false;
        }
        let rows = I::Input::side_by_side(chunk.rows, copy);
        self.window_mut().sweep::<ROWS>(rows, wholes);
        outputs.put(|row| self.output(I::Input::of(rows, row), wholes.at(row)));
        true
    }
}
