//! What rows cover in time, remembered while nobody can write to them.

use crate::Parameter;

/// The extreme instants of rows and what may be wrong with them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Covered {
    /// The earliest instant, µs UTC.
    pub(crate) first: Option<i64>,
    /// The latest instant, µs UTC.
    pub(crate) last: Option<i64>,
    /// How many rows have none.
    pub(crate) null: i64,
    /// How many distinct instants there are, if they were counted.
    pub(crate) rows: Option<i64>,
}

/// Which rows: `FROM … WHERE …` and its values.
type Rows = (String, Vec<Parameter>);

/// What is known of the rows that were asked about: a few of each model and table.
#[derive(Debug, Default)]
pub(crate) struct KnownCovered {
    known: Vec<(Rows, Covered)>,
}

impl KnownCovered {
    /// What `rows` cover, if that is known, and also how many there are where `counted` wants it.
    pub(crate) fn get(&self, rows: &Rows, counted: bool) -> Option<Covered> {
        let is_meant = |(known, covered): &&(Rows, Covered)| {
            known == rows && (covered.rows.is_some() || !counted)
        };
        self.known.iter().find(is_meant).map(|(_, covered)| *covered)
    }

    pub(crate) fn insert(&mut self, rows: Rows, covered: Covered) {
        self.known.retain(|(known, _)| *known != rows);
        self.known.push((rows, covered));
    }
}
