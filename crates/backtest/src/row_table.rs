//! Rows of the past with their decisions, laid out once for many accounts.

use std::ops::Range;

use crate::bar::{Bar, Decision, Row};
use crate::{BacktestError, History};

/// The rows of a [`History`] with a decision each, and what an account needs to pass by those in which nothing
/// happens to it: see [`Account::rows`](crate::Account::rows). Accounts share it.
#[derive(Debug, Clone)]
pub struct RowTable<'a> {
    pub(crate) history: &'a History,
    decisions: Vec<Option<Decision<'a>>>,
    /// One a row, and one behind the last.
    ahead: Vec<Packed>,
}

/// An [`Ahead`] of which more stay in the cache.
#[derive(Debug, Clone, Copy)]
struct Packed {
    weight: f64,
    /// Apart, differs, charged, settled, decided, silent, asking.
    numbers: [u32; 7],
}

/// How far it is from a row to others, by their numbers, and what stands before it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ahead {
    /// The first row, this one included, that no account passes by: it does not follow the one before it in
    /// time, rates are settled inside it, or what it holds cannot be used.
    pub(crate) apart: usize,
    /// The first row after this one that asks for another weight.
    pub(crate) differs: usize,
    /// The first row, this one included, with rates settled at its open.
    pub(crate) charged: usize,
    /// Settlements before the row.
    settled: usize,
    /// Rows before it with a decision, those of them that are silent, and those that ask for a trade.
    pub(crate) decided: usize,
    pub(crate) silent: usize,
    pub(crate) asking: usize,
    /// The weight asked for last, by this row or one before it.
    pub(crate) weight: f64,
}

impl<'a> RowTable<'a> {
    /// The rows of `history`, each with its decision: see [`Row::decision`].
    ///
    /// # Errors
    /// When there is not one decision a row, or there are four billion rows or settlements.
    pub fn new(
        history: &'a History,
        decisions: Vec<Option<Decision<'a>>>,
    ) -> Result<Self, BacktestError> {
        if decisions.len() != history.len() {
            let (found, wanted) = (decisions.len(), history.len());
            return Err(BacktestError::Decisions { found, wanted });
        }
        let mut ahead = vec![Ahead::default(); history.len() + 1];
        let mut now = Ahead { settled: history.before_first(), ..Ahead::default() };
        let mut until = history.times().first().copied();
        for (row, (bar, decision)) in history.bars().zip(&decisions).enumerate() {
            let follows = until.replace(bar.until) == Some(bar.time) && bar.until > bar.time;
            let passable = follows && is_plain(&bar) && decision.as_ref().is_none_or(is_known);
            // Marked here by the row itself, and by the next such row below.
            now.apart = if passable { usize::MAX } else { row };
            now.charged = if bar.settlements.is_empty() { usize::MAX } else { row };
            let weight = asks(decision.as_ref());
            now.weight = weight.unwrap_or(now.weight);
            ahead[row] = now;
            now.settled += bar.settlements.len();
            now.decided += usize::from(decision.is_some());
            now.silent += usize::from(matches!(decision, Some(Decision::Silent)));
            now.asking += usize::from(weight.is_some_and(|weight| weight != 0.0));
        }
        let rows = history.len();
        let last = Ahead { apart: rows, differs: rows, charged: rows, ..now };
        ahead[rows] = last;
        // The next row that asks, its weight, and where another one is asked for.
        let (mut next, mut wanted, mut differs) = (rows, f64::NAN, rows);
        let (mut apart, mut charged) = (rows, rows);
        for (row, decision) in decisions.iter().enumerate().rev() {
            let own = &mut ahead[row];
            (apart, charged) = (apart.min(own.apart), charged.min(own.charged));
            (own.apart, own.charged, own.differs) = (apart, charged, next);
            if let Some(weight) = asks(decision.as_ref()) {
                own.differs = if weight == wanted { differs } else { next };
                (next, wanted, differs) = (row, weight, own.differs);
            }
        }
        let ahead = ahead.iter().map(Packed::of).collect::<Option<Vec<_>>>();
        let most = u32::MAX as usize;
        let ahead = ahead.ok_or(BacktestError::TooManyRows { found: history.len(), most })?;
        Ok(Self { history, decisions, ahead })
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.decisions.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.decisions.is_empty()
    }

    /// The rows of these numbers, from 0, as far as there are.
    pub fn rows(&self, rows: Range<usize>) -> impl Iterator<Item = Row<'a>> {
        (rows.start..rows.end.min(self.len())).map(|row| self.row(row, false))
    }

    /// A row; without what it settles where that is `charged` already.
    #[inline]
    pub(crate) fn row(&self, row: usize, charged: bool) -> Row<'a> {
        let after = self.ahead(row + 1).settled;
        let before = if charged { after } else { self.ahead(row).settled };
        let bar = self.history.bar(row, before..after);
        Row { bar, detail: &[], decision: self.decisions[row] }
    }

    #[inline]
    pub(crate) fn bar(&self, row: usize) -> Bar<'a> {
        self.history.bar(row, self.ahead(row).settled..self.ahead(row + 1).settled)
    }

    #[inline]
    pub(crate) fn ahead(&self, row: usize) -> Ahead {
        self.ahead[row].ahead()
    }

    /// The first of `rows` with this number of decisions before it, or their end.
    pub(crate) fn decided(&self, decided: usize, rows: Range<usize>) -> usize {
        rows.start + self.ahead[rows].partition_point(|ahead| ahead.ahead().decided < decided)
    }
}

impl Packed {
    fn of(ahead: &Ahead) -> Option<Self> {
        let &Ahead { apart, differs, charged, settled, decided, silent, asking, weight } = ahead;
        let mut numbers = [0; 7];
        let all = [apart, differs, charged, settled, decided, silent, asking];
        for (number, found) in numbers.iter_mut().zip(all) {
            *number = u32::try_from(found).ok()?;
        }
        Some(Self { weight, numbers })
    }

    #[inline]
    fn ahead(self) -> Ahead {
        let [apart, differs, charged, settled, decided, silent, asking] =
            self.numbers.map(|number| number as usize);
        Ahead { apart, differs, charged, settled, decided, silent, asking, weight: self.weight }
    }
}

/// Whether nothing about the bar needs a closer look: one instrument, no marks, rates settled at its open alone.
fn is_plain(bar: &Bar<'_>) -> bool {
    let at_open = bar.settlements.iter().all(|settled| {
        settled.time <= bar.time && settled.instrument == 0 && settled.rate.abs() < 1.0
    });
    bar.candles.len() == 1 && bar.marks.is_none() && at_open
}

/// Whether an account of one instrument can be asked so.
fn is_known(decision: &Decision<'_>) -> bool {
    match decision {
        Decision::Silent => true,
        Decision::Weights { weights, .. } => {
            matches!(weights, [weight] if weight.abs() <= 1.0)
        }
    }
}

/// The weight asked for, if one is.
fn asks(decision: Option<&Decision<'_>>) -> Option<f64> {
    match decision {
        Some(Decision::Weights { weights, .. }) => weights.first().copied(),
        _ => None,
    }
}
