//! Groups of rows of similar probability: what calibration is measured over.

use serde::{Deserialize, Serialize};

use crate::diagnostics::check_rows;
use crate::sum::CompensatedSum;
use crate::ties::{Ties, tied_rows};
use crate::{CalibrationError, Result};

/// How [`expected_calibration_error`](crate::expected_calibration_error) forms its groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grouping {
    /// `k` intervals of equal width: `p` falls into group `min(⌊k p⌋, k − 1)`, counted from 0.
    /// Naeini et al. (2015).
    EqualWidth,
    /// `k` groups of equally many rows in the order of `p`, the first `n mod k` groups one row
    /// larger. Nixon et al. (2019).
    ///
    /// Rows of equal `p` have no order among themselves. Where a border cuts through such rows,
    /// each of them counts with their common hit rate, so the result does not depend on the order
    /// in which rows are passed.
    EqualMass,
}

/// The rows of one group, summed up. There is at least one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Group {
    /// Not a whole number where a border cuts through ties.
    hits: CompensatedSum,
    p: CompensatedSum,
}

impl Group {
    /// Adds `rows` of the `ties`.
    fn add(&mut self, ties: Ties, rows: usize) {
        // Exact where the rate is 0 or 1; elsewhere good to an ulp.
        self.hits.add(rows as f64 * ties.hit_rate());
        self.p.add(rows as f64 * ties.p);
    }

    /// `Σ (hit rate − p)` over the rows.
    pub(crate) fn gap(&self) -> f64 {
        self.hits.total() - self.p.total()
    }
}

/// The groups that have rows, ascending.
///
/// # Errors
/// If the lengths differ, there are no rows, a probability is not in `[0, 1]`, or `n_groups` is 0.
pub(crate) fn grouped(
    p: &[f64],
    y: &[bool],
    n_groups: usize,
    grouping: Grouping,
) -> Result<Vec<Group>> {
    check_rows(p, y)?;
    if n_groups == 0 {
        return Err(CalibrationError::NoGroups);
    }
    let ties = tied_rows(p, y);
    Ok(match grouping {
        Grouping::EqualWidth => equal_width(&ties, n_groups),
        Grouping::EqualMass => equal_mass(&ties, p.len(), n_groups),
    })
}

fn equal_width(ties: &[Ties], n_groups: usize) -> Vec<Group> {
    let n_groups = n_groups as f64;
    // From 0; it may be beyond a `usize`.
    let position = |ties: &Ties| (ties.p * n_groups).floor().min(n_groups - 1.0);
    let group = |members: &[Ties]| {
        let mut group = Group::default();
        for &ties in members {
            group.add(ties, ties.rows);
        }
        group
    };
    ties.chunk_by(|a, b| position(a) == position(b)).map(group).collect()
}

fn equal_mass(ties: &[Ties], n_rows: usize, n_groups: usize) -> Vec<Group> {
    let (size, larger) = (n_rows / n_groups, n_rows % n_groups);
    let capacity = |group: usize| size + usize::from(group < larger);
    let mut groups: Vec<Group> = Vec::new();
    // The last group is full: the next row opens another.
    let mut room = 0;
    for &ties in ties {
        let mut left = ties.rows;
        while left > 0 {
            if room == 0 {
                room = capacity(groups.len());
                groups.push(Group::default());
            }
            let taken = left.min(room);
            if let Some(group) = groups.last_mut() {
                group.add(ties, taken);
            }
            left -= taken;
            room -= taken;
        }
    }
    groups
}
