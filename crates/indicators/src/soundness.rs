//! Whether a chunk's rows are all sound, in numbers of which no row waits for the one before.

use crate::chunk::Chunk;
use crate::column::{Column, Columnar, Readable};
use crate::input::{CandleChunk, MAX_MAGNITUDE, PairChunk, PairColumns};
use crate::{Candle, Pair, Row};

/// As [`magnitude`] gives it.
pub(crate) const LARGEST: i64 = magnitude(MAX_MAGNITUDE);

/// An input, of which a chunk can be looked at as a whole.
pub(crate) trait Chunks: Row + Readable {
    /// The chunk that begins with row `from`; `None` when the rows end before it does.
    fn chunk(series: Self::Series<'_>, from: usize) -> Option<Self::Chunk<'_>>;

    /// Whether an update would take every one of the first rows.
    fn all_sound(chunk: Self::Chunk<'_>, rows: usize) -> bool;
}

impl Chunks for f64 {
    #[inline(always)]
    fn chunk(values: Self::Series<'_>, from: usize) -> Option<Self::Chunk<'_>> {
        values.get(from..)?.first_chunk()
    }

    #[inline(always)]
    fn all_sound(column: Self::Chunk<'_>, rows: usize) -> bool {
        largest(&column[..rows]) <= LARGEST
    }
}

impl Chunks for Candle {
    #[inline(always)]
    fn chunk(candles: Self::Series<'_>, from: usize) -> Option<Self::Chunk<'_>> {
        Some(CandleChunk {
            high: f64::chunk(candles.high, from)?,
            low: f64::chunk(candles.low, from)?,
            close: f64::chunk(candles.close, from)?,
        })
    }

    #[inline(always)]
    fn all_sound(chunk: Self::Chunk<'_>, rows: usize) -> bool {
        let mut faults = Faults::NONE;
        for row in 0..rows {
            faults.look_at(Self::of(chunk, row));
        }
        faults.are_none()
    }
}

/// What is asked of many candles at once, in numbers of which no row waits for the one before.
#[derive(Clone, Copy)]
pub(crate) struct Faults {
    magnitude: i64,
    /// The bits of low − high, of which those of a fault are above 0.
    order: i64,
}

impl Faults {
    pub(crate) const NONE: Self = Self { magnitude: 0, order: 0 };

    #[inline(always)]
    pub(crate) fn look_at(&mut self, Candle { high, low, close }: Candle) {
        let largest = magnitude(high).max(magnitude(low)).max(magnitude(close));
        self.magnitude = self.magnitude.max(largest);
        self.order = self.order.max((low - high).to_bits().cast_signed());
    }

    #[inline(always)]
    pub(crate) fn are_none(self) -> bool {
        self.magnitude <= LARGEST && self.order <= 0
    }
}

impl<'a> Chunk<'a, Candle> {
    /// The close before each row; `None` when the first row is the batch's first.
    #[inline(always)]
    pub(crate) fn previous_closes(self) -> Option<&'a Column> {
        f64::chunk(self.batch.close, self.from.checked_sub(1)?)
    }
}

impl Chunks for Pair {
    #[inline(always)]
    fn chunk(pairs: Self::Series<'_>, from: usize) -> Option<Self::Chunk<'_>> {
        Some(PairChunk { x: f64::chunk(pairs.x, from)?, y: f64::chunk(pairs.y, from)? })
    }

    #[inline(always)]
    fn all_sound(chunk: Self::Chunk<'_>, rows: usize) -> bool {
        f64::all_sound(chunk.x, rows) & f64::all_sound(chunk.y, rows)
    }
}

/// An input of a window, of which every number goes into sums.
pub(crate) trait Summed: Chunks + Columnar {
    /// The rows, with their columns side by side: the sums need the registers that an address each would.
    fn side_by_side<'a, 'b: 'a>(
        rows: Self::Chunk<'b>,
        copy: &'a mut Self::Columns,
    ) -> Self::Chunk<'a>;
}

impl Summed for f64 {
    #[inline(always)]
    fn side_by_side<'a, 'b: 'a>(rows: Self::Chunk<'b>, _: &'a mut Column) -> Self::Chunk<'a> {
        rows
    }
}

impl Summed for Pair {
    #[inline(always)]
    fn side_by_side<'a, 'b: 'a>(
        rows: Self::Chunk<'b>,
        copy: &'a mut PairColumns,
    ) -> Self::Chunk<'a> {
        (copy.x, copy.y) = (*rows.x, *rows.y);
        PairChunk { x: &copy.x, y: &copy.y }
    }
}

/// The bits of the absolute value, which are in the order of these; those of NaN are above all.
#[inline(always)]
pub(crate) const fn magnitude(value: f64) -> i64 {
    value.abs().to_bits().cast_signed()
}

/// The largest magnitude.
#[inline(always)]
pub(crate) fn largest(values: &[f64]) -> i64 {
    values.iter().fold(0, |largest, &value| magnitude(value).max(largest))
}
