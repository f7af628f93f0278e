//! Which rows may be trained on, and which are judged.

use std::ops::Range;

use crate::StatisticsError;

/// One way to split rows: all of `test` is judged, `train` is what may be looked at before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Rows to choose or fit on, in order.
    pub train: Vec<usize>,
    /// Rows to judge on, fold by fold.
    pub test: Vec<Range<usize>>,
}

/// Rows outside `test` that share nothing with it: not within `purged` rows before or after (whose
/// labels, or trades, reach over the border), and not within `embargo` more rows after it (whose inputs
/// still remember it).
#[must_use]
pub fn purged_train(
    rows: Range<usize>,
    test: &[Range<usize>],
    purged: usize,
    embargo: usize,
) -> Vec<usize> {
    let touched = |row: usize| {
        test.iter().any(|fold| {
            row + purged >= fold.start && row < fold.end.saturating_add(purged + embargo)
        })
    };
    rows.filter(|&row| !touched(row)).collect()
}

/// Combinatorial purged cross-validation: `rows` cut into `folds` parts in order of time, and every choice
/// of `test_folds` of them judged once on what is left after [purging](purged_train).
///
/// The first `rows mod folds` parts have a row more. Choices are in lexicographic order.
///
/// M. López de Prado, *Advances in Financial Machine Learning* (2018), ch. 7 and 12.
///
/// ```
/// // Three folds of four rows, one judged at a time; labels reach one row over the border.
/// let splits = statistics::purged_splits(12, 3, 1, 1, 0)?;
/// assert_eq!(splits[1].test, [4..8]);
/// assert_eq!(splits[1].train, [0, 1, 2, 9, 10, 11]);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If `test_folds` is 0 or not below `folds`, or there are fewer rows than folds.
pub fn purged_splits(
    rows: usize,
    folds: usize,
    test_folds: usize,
    purged: usize,
    embargo: usize,
) -> Result<Vec<Split>, StatisticsError> {
    if test_folds == 0 || test_folds >= folds {
        let (name, wanted) = ("the number of test folds", "at least 1 and fewer than all folds");
        return Err(StatisticsError::InvalidArgument { name, value: test_folds as f64, wanted });
    }
    crate::check::check_count("rows", rows, folds)?;
    let (size, longer) = (rows / folds, rows % folds);
    let start = |fold: usize| fold * size + fold.min(longer);
    let mut chosen: Vec<usize> = (0..test_folds).collect();
    let mut splits = Vec::new();
    loop {
        let test: Vec<Range<usize>> =
            chosen.iter().map(|&fold| start(fold)..start(fold + 1)).collect();
        splits.push(Split { train: purged_train(0..rows, &test, purged, embargo), test });
        // The last fold that can move on does, and those after it follow it.
        let Some(moving) = (0..test_folds).rfind(|&i| chosen[i] < folds - test_folds + i) else {
            return Ok(splits);
        };
        let first = chosen[moving] + 1;
        chosen[moving..].iter_mut().zip(first..).for_each(|(fold, next)| *fold = next);
    }
}
