//! Groups of rows of similar probability: what calibration is measured over.

use serde::{Deserialize, Serialize};

use crate::CalibrationError;
use crate::diagnostics::check_rows;
use crate::sum::CompensatedSum;
use crate::ties::{Ties, tied_rows};

/// How [`expected_calibration_error`](crate::expected_calibration_error) and
/// [`reliability`](crate::reliability()) form their groups.
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
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    /// Smallest probability.
    pub(crate) lowest: f64,
    /// Largest probability.
    pub(crate) highest: f64,
    pub(crate) rows: usize,
    /// Not a whole number where a border cuts through ties.
    hits: CompensatedSum,
    p: CompensatedSum,
}

impl Group {
    fn of(ties: Ties, rows: usize) -> Self {
        let (hits, p) = (CompensatedSum::default(), CompensatedSum::default());
        let mut group = Self { lowest: ties.p, highest: ties.p, rows: 0, hits, p };
        group.add(ties, rows);
        group
    }

    /// Adds `rows` of the `ties`, whose probability is not below any in the group.
    fn add(&mut self, ties: Ties, rows: usize) {
        self.highest = ties.p;
        self.rows += rows;
        // Exact where the rate is 0 or 1; elsewhere good to an ulp.
        self.hits.add(rows as f64 * ties.hit_rate());
        self.p.add(rows as f64 * ties.p);
    }

    pub(crate) fn hit_rate(&self) -> f64 {
        self.hits.total() / self.rows as f64
    }

    pub(crate) fn mean_p(&self) -> f64 {
        self.p.total() / self.rows as f64
    }

    /// `Σ (hit rate − p)` over the rows.
    pub(crate) fn gap(&self) -> f64 {
        self.hits.total() - self.p.total()
    }
}

/// The position of the equal-width group of `p`, counted from 0. It may be beyond a `usize`.
pub(crate) fn equal_width_position(p: f64, n_groups: usize) -> f64 {
    (p * n_groups as f64).floor().min(n_groups as f64 - 1.0)
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
) -> Result<Vec<Group>, CalibrationError> {
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
    let position = |ties: &Ties| equal_width_position(ties.p, n_groups);
    ties.chunk_by(|a, b| position(a) == position(b))
        .map(|members| {
            let mut group = Group::of(members[0], members[0].rows);
            for &ties in &members[1..] {
                group.add(ties, ties.rows);
            }
            group
        })
        .collect()
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
            let opens = room == 0;
            if opens {
                room = capacity(groups.len());
            }
            let taken = left.min(room);
            match groups.last_mut() {
                Some(group) if !opens => group.add(ties, taken),
                _ => groups.push(Group::of(ties, taken)),
            }
            left -= taken;
            room -= taken;
        }
    }
    groups
}
