//! Whether rows come in the order in which they are read.

use std::cmp::Reverse;
use std::path::Path;

use arrow::array::RecordBatch;

use crate::MarketDataError;
use crate::columns::ticks;

/// The place of a row in the order: its instant, and of one instant the row that was written last
/// first. Rows without such a time come last.
type Place = (i64, Reverse<Option<i64>>);

/// Tells whether batches come ordered by instant, and then by when they were written, newest first
/// and NULL last. A row without an instant is out of order.
#[derive(Debug, Default)]
pub(crate) struct InOrder {
    last: Option<Place>,
}

impl InOrder {
    /// Whether the rows of `batch` go on in order, by its column of `instants` and, if that counts,
    /// of when they were `written`.
    pub(crate) fn goes_on(
        &mut self,
        path: &Path,
        batch: &RecordBatch,
        instants: usize,
        written: Option<usize>,
    ) -> Result<bool, MarketDataError> {
        let instants = ticks(path, batch, instants)?;
        let written = written.map(|column| ticks(path, batch, column)).transpose()?;
        for (row, instant) in instants.into_iter().enumerate() {
            let Some(instant) = instant else { return Ok(false) };
            let written = written.as_ref().and_then(|written| written[row]);
            let place = (instant, Reverse(written));
            if self.last.is_some_and(|last| place < last) {
                return Ok(false);
            }
            self.last = Some(place);
        }
        Ok(true)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Date32Array, TimestampMicrosecondArray};

    use super::*;

    type Row = (Option<i64>, Option<i32>);

    fn batch(rows: &[Row]) -> RecordBatch {
        let instants = rows.iter().map(|(instant, _)| *instant);
        let written = rows.iter().map(|(_, written)| *written);
        let instants: ArrayRef = Arc::new(instants.collect::<TimestampMicrosecondArray>());
        let written: ArrayRef = Arc::new(written.collect::<Date32Array>());
        RecordBatch::try_from_iter([("ts", instants), ("created_at", written)]).unwrap()
    }

    fn check(batches: &[&[Row]], written: Option<usize>) -> bool {
        let mut order = InOrder::default();
        batches.iter().all(|rows| order.goes_on(Path::new("x"), &batch(rows), 0, written).unwrap())
    }

    #[test]
    fn instants_ascend_over_all_batches() {
        let at = |instant| (Some(instant), None);
        assert!(check(&[&[at(-1), at(2)], &[], &[at(2), at(i64::MAX)]], None));
        assert!(!check(&[&[at(1), at(2)], &[at(1)]], None));
        assert!(!check(&[&[at(2), at(1)]], None));
        assert!(!check(&[&[(None, None), at(1)]], None));
    }

    #[test]
    fn of_one_instant_the_newest_comes_first() {
        let at = |written| (Some(1), written);
        assert!(check(&[&[at(Some(3)), at(Some(3)), at(Some(2))], &[at(None), at(None)]], Some(1)));
        assert!(!check(&[&[at(Some(2)), at(Some(3))]], Some(1)));
        assert!(!check(&[&[at(None), at(Some(1))]], Some(1)));
        // Where nobody asks for it, it does not count.
        assert!(check(&[&[at(None), at(Some(1))]], None));
        // Of different instants, neither.
        assert!(check(&[&[(Some(1), Some(1)), (Some(2), Some(9)), (Some(3), None)]], Some(1)));
    }
}
