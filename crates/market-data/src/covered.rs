//! What rows cover in time, remembered while nobody can write to them.

use std::path::Path;

use arrow::array::RecordBatch;

use crate::columns::{integers, micros};
use crate::sql::quoted;
use crate::{MarketDataError, Parameter};

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

impl Covered {
    /// Whether there are any rows.
    pub(crate) fn has_rows(&self) -> bool {
        self.first.is_some() || self.null > 0
    }

    /// What a query over rows of instants in the column `time` selects for [`read`](Self::read).
    pub(crate) fn columns(time: &str) -> String {
        let time = quoted(time);
        format!("min({time}), max({time}), count(*) - count({time})")
    }

    /// What each row of `batch` says in the columns from `index` on; instants are not counted.
    pub(crate) fn read(
        path: &Path,
        batch: &RecordBatch,
        index: usize,
    ) -> Result<Vec<Self>, MarketDataError> {
        let [first, last] = [micros(path, batch, index)?, micros(path, batch, index + 1)?];
        let null = integers(path, batch, index + 2)?;
        let bounds = first.into_iter().zip(last).zip(null.iter());
        Ok(bounds
            .map(|((first, last), null)| Self {
                first,
                last,
                null: null.unwrap_or_default(),
                rows: None,
            })
            .collect())
    }
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
