//! Sharing work among threads so that the result does not depend on their number.

use rayon::prelude::*;

/// Rows from which on the work is shared among threads. Below, waking them costs more.
pub(crate) const PARALLEL_ROWS: usize = 1 << 16;

/// Rows that one thread takes at a time. A constant, not a share of the rows for each thread, so
/// that sums are formed in the same order however many threads there are.
pub(crate) const TASK_ROWS: usize = 1 << 14;

/// `work` done on each of the `tasks`, which have `rows` rows together; the results are in the
/// order of the tasks.
pub(crate) fn map_tasks<T: Send, R: Send>(
    rows: usize,
    tasks: Vec<T>,
    work: impl Fn(T) -> R + Send + Sync,
) -> Vec<R> {
    if rows < PARALLEL_ROWS {
        tasks.into_iter().map(work).collect()
    } else {
        tasks.into_par_iter().map(work).collect()
    }
}
