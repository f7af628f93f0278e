//! Rounds of a strategy over given rows, counted and compared.

use std::cell::Cell;

use arrow::array::RecordBatch;

use super::decisions::{Decisions, Difference};
use super::{Change, Checked, Cut, Feed, Future, Law, LawError, Open, Starts, Violation};
use crate::{BoxError, Lookback, Rows, ShapeError};

/// Rounds in one batch that must agree before anything else is tried. The standard library gives each
/// hash map another order, so few rounds show it.
const ROUNDS_ALIKE: usize = 4;

/// How often both sides of a difference are repeated before a law other than determinism is blamed.
/// A coin that decided both would deceive one check in 2^16.
const REPEATS: usize = 8;

/// A strategy, the rows it is tried on, and its decisions over all of them in one batch.
pub(super) struct Trials<'a> {
    open: &'a Open<'a>,
    rows: &'a RecordBatch,
    timestamps: &'a [i64],
    seed: u64,
    lookback: Lookback,
    whole: Decisions,
    starts: Cell<Starts>,
    rounds: Cell<usize>,
    refused: Cell<usize>,
}

impl<'a> Trials<'a> {
    /// The first round.
    pub(super) fn start(
        open: &'a Open<'a>,
        rows: &'a RecordBatch,
        seed: u64,
    ) -> Result<Self, LawError> {
        let timestamps = Rows::new(rows)?.timestamps();
        if timestamps.is_empty() {
            return Err(LawError::NoRows);
        }
        let (rounds, refused) = (Cell::new(0), Cell::new(0));
        let lookback = open().map_err(|source| LawError::Open { source })?.lookback();
        let (whole, starts) = (Decisions(Vec::new()), Cell::default());
        let mut trials =
            Self { open, rows, timestamps, seed, lookback, whole, starts, rounds, refused };
        trials.whole = trials.run(&Feed::of(Cut::Whole))?;
        Ok(trials)
    }

    pub(super) fn checked(&self) -> Checked {
        Checked {
            rows: self.rows.num_rows(),
            rounds: self.rounds.get(),
            refused: self.refused.get(),
            starts: self.starts.get(),
        }
    }

    pub(super) fn lookback(&self) -> Lookback {
        self.lookback
    }

    /// Starts anew at each of `starts`, after the lookback: the decisions from there on must be those
    /// of the whole history, or are counted where memory has no end.
    pub(super) fn start_anywhere(&self, starts: &[usize]) -> Result<(), LawError> {
        let total = self.rows.num_rows();
        for &start in starts {
            let first = start - self.lookback.rows.min(start);
            let feed = Feed::of(Cut::Whole);
            let found = self.run_rows(&self.rows.slice(first, total - first), &feed)?;
            let found = found.shifted(start - first, start);
            if !self.lookback.unbounded {
                if let Some(difference) = self.whole.difference(&found, total) {
                    return Err(self.violation(Law::Start, feed, difference));
                }
                self.count_start(total - start, 0, None);
                continue;
            }
            let differing = self.whole.differing_positions(&found, start..total);
            let last = differing.last().map(|row| row - start);
            self.count_start(total - start, differing.len(), last);
        }
        Ok(())
    }

    fn count_start(&self, compared: usize, differing: usize, last: Option<usize>) {
        let starts = self.starts.get();
        self.starts.set(Starts {
            compared: starts.compared + compared,
            differing: starts.differing + differing,
            last_differing: starts.last_differing.max(last),
        });
    }

    /// Runs the strategy in one batch again and again; of all differences the one in the first row is reported.
    pub(super) fn determinism(&self) -> Result<(), LawError> {
        let feed = Feed::of(Cut::Whole);
        let mut first: Option<Difference> = None;
        for _ in 1..ROUNDS_ALIKE {
            let found = self.whole.difference(&self.run(&feed)?, self.rows.num_rows());
            first = [first, found].into_iter().flatten().min_by_key(|difference| difference.row);
        }
        match first {
            Some(difference) => Err(self.violation(Law::Determinism, feed, difference)),
            None => Ok(()),
        }
    }

    /// The first row that is decided otherwise when the rows come as `feed`, reliably so.
    pub(super) fn difference(&self, feed: &Feed) -> Result<Option<Difference>, LawError> {
        let found = self.run(feed)?;
        let difference = self.whole.difference(&found, self.rows.num_rows());
        if difference.is_some() {
            self.repeats_itself(&Feed::of(Cut::Whole), &self.whole)?;
            self.repeats_itself(feed, &found)?;
        }
        Ok(difference)
    }

    /// Takes away and changes the rows from each of `places` on: the decisions before must stay,
    /// when the batches before are cut as `cut`.
    pub(super) fn look_ahead(&self, cut: &Cut, places: &[usize]) -> Result<(), LawError> {
        let known = Feed::of(cut.clone());
        let expected = self.run(&known)?;
        for &from in places.iter().filter(|from| (1..self.rows.num_rows()).contains(*from)) {
            let changes = Change::ALL.map(|change| Future::Changed { from, change });
            for future in [Future::Missing { from }].into_iter().chain(changes) {
                let feed = Feed { cut: cut.clone(), future };
                let found = match self.run(&feed) {
                    // A strategy may refuse values that are not in the data.
                    Err(LawError::Strategy { .. }) if matches!(future, Future::Changed { .. }) => {
                        self.refused.set(self.refused.get() + 1);
                        continue;
                    }
                    found => found?,
                };
                if let Some(difference) = expected.difference(&found, from) {
                    self.repeats_itself(&known, &expected)?;
                    self.repeats_itself(&feed, &found)?;
                    return Err(self.violation(Law::PrefixInvariance, feed, difference));
                }
            }
        }
        Ok(())
    }

    /// `difference`, which `feed` brought about, as a break of split invariance.
    pub(super) fn split_violation(&self, feed: Feed, difference: Difference) -> LawError {
        self.violation(Law::SplitInvariance, feed, difference)
    }

    /// Fails when `feed` can be made to give other decisions than it gave.
    fn repeats_itself(&self, feed: &Feed, decisions: &Decisions) -> Result<(), LawError> {
        for _ in 0..REPEATS {
            let again = match self.run(feed) {
                // It was accepted before: what differs is the strategy, but there is no row to name.
                Err(LawError::Strategy { .. }) => continue,
                found => found?,
            };
            if let Some(difference) = decisions.difference(&again, feed.kept(self.rows.num_rows()))
            {
                return Err(self.violation(Law::Determinism, feed.clone(), difference));
            }
        }
        Ok(())
    }

    fn run(&self, feed: &Feed) -> Result<Decisions, LawError> {
        self.rounds.set(self.rounds.get() + 1);
        let rows = match feed.future {
            Future::Kept => self.rows.clone(),
            Future::Missing { from } => self.rows.slice(0, from),
            Future::Changed { from, change } => change.applied(self.rows, from, self.seed),
        };
        self.run_rows(&rows, feed)
    }

    fn run_rows(&self, rows: &RecordBatch, feed: &Feed) -> Result<Decisions, LawError> {
        let mut strategy = (self.open)().map_err(|source| LawError::Open { source })?;
        let decide = |batch: std::ops::Range<usize>| {
            let slice = rows.slice(batch.start, batch.len());
            match strategy.decide_batch(&slice) {
                Ok(decisions) if decisions.num_rows() == batch.len() => Ok((batch, decisions)),
                Ok(decisions) => {
                    let found = decisions.num_rows();
                    let source = format!("it gave {found} decisions: it must give one a row");
                    Err(self.refusal(batch, feed, source.into()))
                }
                Err(source) => Err(self.refusal(batch, feed, source)),
            }
        };
        feed.cut
            .batches(rows.num_rows())
            .into_iter()
            .map(decide)
            .collect::<Result<_, _>>()
            .map(Decisions)
    }

    /// A batch that was refused: by the framework for its shape, or by the strategy.
    fn refusal(&self, batch: std::ops::Range<usize>, feed: &Feed, source: BoxError) -> LawError {
        let Some(shape) = source.downcast_ref::<ShapeError>() else {
            return LawError::Strategy { rows: batch, feed: feed.clone(), source };
        };
        let difference = Difference {
            row: batch.start + shape.row,
            column: "the decision".to_owned(),
            expected: "a decision is within its declared shape".to_owned(),
            found: format!("is no decision: {}", shape.fault),
            batch,
        };
        self.violation(Law::Shape, feed.clone(), difference)
    }

    fn violation(&self, law: Law, feed: Feed, difference: Difference) -> LawError {
        let Difference { row, column, expected, found, batch } = difference;
        // A trailing empty batch stands behind the last row.
        let row = row.min(self.timestamps.len() - 1);
        let timestamp = self.timestamps[row];
        LawError::Violated(Box::new(Violation {
            law,
            row,
            timestamp,
            column,
            expected,
            found,
            feed,
            batch,
        }))
    }
}
