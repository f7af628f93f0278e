//! What an axis measures.

/// What an axis measures, which says how its ticks are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Plain numbers.
    Number,
    /// Counts, ranks and numbers of bins: ticks at whole numbers only.
    Whole,
    /// Shares, written in per cent.
    PerCent,
    /// Seconds since the Unix epoch, written in UTC.
    Time,
}
