//! Of rows of one instant, those that were written last.

use std::path::Path;

use arrow::array::RecordBatch;

use crate::MarketDataError;
use crate::columns::ticks;

/// Tells which rows are the newest of their instant while batches come in, ordered by instant and
/// then by when they were written, newest first and NULL last. Rows that share the newest value are
/// all newest. DuckDB's `rank()` says the same, for the price of another pass over all rows.
#[derive(Default)]
pub(crate) struct Newest {
    /// The instant of the row before, and when its newest row was written.
    last: Option<(Option<i64>, Option<i64>)>,
}

impl Newest {
    /// Whether each row of `batch` is newest, by its columns of `instants` and of when it was
    /// `written`.
    pub(crate) fn rows(
        &mut self,
        path: &Path,
        batch: &RecordBatch,
        instants: usize,
        written: usize,
    ) -> Result<Vec<bool>, MarketDataError> {
        let instants = ticks(path, batch, instants)?;
        let written = ticks(path, batch, written)?;
        let rows = instants.into_iter().zip(written).map(|(instant, written)| match self.last {
            Some((last, newest)) if last == instant => newest == written,
            _ => {
                self.last = Some((instant, written));
                true
            }
        });
        Ok(rows.collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Date32Array, TimestampNanosecondArray};

    use super::*;

    fn batch(rows: &[(i64, Option<i32>)]) -> RecordBatch {
        let instants = rows.iter().map(|(instant, _)| Some(*instant));
        let written = rows.iter().map(|(_, written)| *written);
        let instants: ArrayRef = Arc::new(instants.collect::<TimestampNanosecondArray>());
        let written: ArrayRef = Arc::new(written.collect::<Date32Array>());
        RecordBatch::try_from_iter([("ts", instants), ("created_at", written)]).unwrap()
    }

    #[test]
    fn ties_are_all_newest_and_null_is_oldest() {
        let mut newest = Newest::default();
        let mut rows = |rows| newest.rows(Path::new("x"), &batch(rows), 0, 1).unwrap();
        // Instants differ by a nanosecond: none replaces the other.
        let found = rows(&[(1, Some(9)), (1, Some(9)), (1, Some(8)), (1, None), (2, Some(1))]);
        assert_eq!(found, [true, true, false, false, true]);
        // An instant goes on in the next batch.
        let found = rows(&[(2, Some(1)), (2, Some(0)), (3, None), (3, None)]);
        assert_eq!(found, [true, false, true, true]);
    }
}
