//! How rows are handed to a strategy in a trial.

use std::fmt;
use std::ops::Range;

use super::Change;

/// Which batches a strategy gets, and what becomes of the rows after some point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// How the rows are cut into batches.
    pub cut: Cut,
    /// What stands where the last rows stood.
    pub future: Future,
}

/// How rows are cut into batches.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Cut {
    /// All in one batch.
    Whole,
    /// Rows a batch; the last may have fewer.
    Every { rows: usize },
    /// One row, then two, then three, and so on.
    Growing,
    /// A batch ends before each of these rows, ascending; one named twice makes an empty batch.
    At { starts: Vec<usize> },
}

/// What a strategy is given from some row on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Future {
    /// The rows as they are.
    Kept,
    /// Nothing from row `from` on.
    Missing { from: usize },
    /// Rows of other values from row `from` on.
    Changed { from: usize, change: Change },
}

impl Feed {
    /// All rows as they are, cut as `cut` says.
    pub(super) fn of(cut: Cut) -> Self {
        Self { cut, future: Future::Kept }
    }

    /// How many of `rows` rows come before anything is missing or changed.
    pub(super) fn kept(&self, rows: usize) -> usize {
        match self.future {
            Future::Kept => rows,
            Future::Missing { from } | Future::Changed { from, .. } => from.min(rows),
        }
    }
}

impl Cut {
    /// The batches of `rows` rows, in order and without a gap.
    pub(super) fn batches(&self, rows: usize) -> Vec<Range<usize>> {
        let mut starts = vec![0];
        match self {
            Self::Whole => {}
            Self::Every { rows: size } => starts.extend((0..rows).step_by((*size).max(1)).skip(1)),
            Self::Growing => starts
                .extend((1..).map(|k: usize| k * (k + 1) / 2).take_while(|start| *start < rows)),
            // A shortened feed ends inside a batch: later starts fall away.
            Self::At { starts: at } => starts.extend(at.iter().filter(|start| **start <= rows)),
        }
        let ends = starts.iter().skip(1).copied().chain([rows]);
        starts.iter().zip(ends).map(|(start, end)| *start..end).collect()
    }
}

impl fmt::Display for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cut)?;
        match self.future {
            Future::Kept => Ok(()),
            Future::Missing { from } => write!(f, ", without the rows from {from} on"),
            Future::Changed { from, change } => {
                write!(f, ", with other values from row {from} on ({change})")
            }
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("all in one batch"),
            Self::Every { rows: 1 } => f.write_str("one row at a time"),
            Self::Every { rows } => write!(f, "in batches of {rows} rows"),
            Self::Growing => f.write_str("in batches of one row, two rows, three and so on"),
            Self::At { starts } => {
                let first: Vec<_> = starts.iter().take(8).map(ToString::to_string).collect();
                let more = if starts.len() > first.len() { ", …" } else { "" };
                write!(f, "cut before rows {}{more}", first.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn batches_are_as_said() {
        assert_eq!(Cut::Whole.batches(3), vec![0..3; 1]);
        assert_eq!(Cut::Every { rows: 2 }.batches(5), [0..2, 2..4, 4..5]);
        assert_eq!(Cut::Growing.batches(7), [0..1, 1..3, 3..6, 6..7]);
        assert_eq!(Cut::At { starts: vec![0, 2, 2, 3] }.batches(3), [0..0, 0..2, 2..2, 2..3, 3..3]);
    }

    proptest! {
        #[test]
        fn batches_cover_all_rows_once(rows in 1_usize..200, size in 1_usize..20, mut starts in prop::collection::vec(0_usize..200, 0..9)) {
            starts.sort_unstable();
            for cut in [Cut::Whole, Cut::Every { rows: size }, Cut::Growing, Cut::At { starts: starts.clone() }] {
                let covered: Vec<_> = cut.batches(rows).into_iter().flatten().collect();
                prop_assert_eq!(covered, (0..rows).collect::<Vec<_>>());
            }
        }
    }
}
