//! What is checked, and what comes of it.

use crate::{BoxError, ErasedStrategy};

/// Opens a strategy at the start of its history; called once a round.
pub type Open<'a> = dyn Fn() -> Result<Box<dyn ErasedStrategy>, BoxError> + 'a;

/// What was checked, when no law was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// Number of rows.
    pub rows: usize,
    /// Number of rounds over all or some of them.
    pub rounds: usize,
    /// Rounds that said nothing, since the strategy refused the changed values after some row.
    pub refused: usize,
    /// How far decisions from later starts differ from those of the whole history.
    pub starts: Starts,
}

/// Decisions from later starts, after the lookback, held against those of the whole history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Starts {
    /// Rows that were compared, over all starts.
    pub compared: usize,
    /// Those whose side or weights differ. Always 0 where memory is finite.
    pub differing: usize,
    /// The largest number of rows after a start at which a side or weight still differs.
    pub last_differing: Option<usize>,
}
