//! What can go wrong.

use thiserror::Error;

/// Rows that no pool can be fitted on.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PoolError {
    /// A pool of nobody.
    #[error("no members: a pool has at least one")]
    NoMembers,
    /// A member whose rows are not those of the labels.
    #[error("member {member}, counted from 0, has {found} probabilities for {wanted} labels")]
    Lengths {
        /// The member.
        member: usize,
        /// Its probabilities.
        found: usize,
        /// Labels.
        wanted: usize,
    },
    /// What is no probability.
    #[error("member {member}, row {row}, counted from 0: {found} is no probability")]
    Probability {
        /// The member.
        member: usize,
        /// The row.
        row: usize,
        /// What stands there.
        found: f64,
    },
    /// Nothing to weigh members by.
    #[error("all {rows} rows have the same label: a pool is fitted on both")]
    OneClass {
        /// The rows.
        rows: usize,
    },
    /// The fit does not end.
    #[error(
        "the fit of the {pool} finds no minimum: the members separate the labels, or are equal"
    )]
    NoMinimum {
        /// The pool.
        pool: &'static str,
    },
}
