//! A strategy's decisions over a range of rows, after the lookback that it needs.

use arrow::array::RecordBatch;
use clap::ArgMatches;
use market_data::{RowReport, RowStream, TimeRange};
use strategy_core::registry::Entry;
use strategy_core::{Decisions, ErasedStrategy, Result};
use terminal::counted;

use crate::output_columns;
use crate::output_columns::WITH_CLOSE;
use crate::row_args::Chosen;

/// The decisions of the chosen range, batch by batch. Rows of the lookback are decided on before, and
/// their decisions dropped.
pub(crate) struct Decided<'a> {
    strategy: Box<dyn ErasedStrategy>,
    rows: RowStream<'a>,
    /// What no rows at all look like.
    none: Option<RecordBatch>,
    /// Whether the candle's close stands beside each decision.
    with_close: bool,
    /// Rows of the lookback that are still to come.
    skip: usize,
    /// Rows of the lookback that there are not.
    lacking: usize,
}

impl<'a> Decided<'a> {
    /// The decisions of the strategy of `entry`, opened for `chosen`.
    pub(crate) fn open(entry: &Entry, matches: &ArgMatches, chosen: &'a Chosen) -> Result<Self> {
        let strategy = entry.open(matches, &chosen.subject)?;
        let needed = strategy.lookback().rows;
        let (start, found) = match chosen.range.start {
            Some(start) => {
                let (before, found) = chosen.source.before(start, needed)?;
                (Some(before), found)
            }
            None => (None, 0),
        };
        let rows = chosen.source.rows(TimeRange { start, ..chosen.range })?;
        let none = Some(RecordBatch::new_empty(chosen.source.schema()));
        let with_close = matches.try_get_one::<bool>(WITH_CLOSE).ok().flatten().copied();
        let with_close = with_close == Some(true);
        Ok(Self { strategy, rows, none, with_close, skip: found, lacking: needed - found })
    }

    /// The next decisions. The first are there also where there are no rows, and say what columns there
    /// are.
    pub(crate) fn next(&mut self) -> Result<Option<Decisions>> {
        let Some(batch) = self.rows.next().transpose()?.or_else(|| self.none.take()) else {
            return Ok(None);
        };
        self.none = None;
        let mut decisions = self.strategy.decide(&batch)?;
        if self.with_close {
            decisions.table = output_columns::with_close(decisions.table, &batch)?;
        }
        let skipped = self.skip.min(batch.num_rows());
        self.skip -= skipped;
        Ok(Some(decisions.without_first(skipped)))
    }

    /// The strategy.
    pub(crate) fn strategy(&self) -> &dyn ErasedStrategy {
        &*self.strategy
    }

    /// What became of the rows.
    pub(crate) fn report(&self) -> &RowReport {
        self.rows.report()
    }

    /// What a person should hear of the rows decided on.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let cold = (self.lacking > 0).then(|| {
            format!(
                "windows are not full in the first {}: there are no earlier rows",
                counted(self.lacking, "row")
            )
        });
        let of_rows = self.rows.report().notes();
        cold.into_iter().chain(of_rows).chain(self.strategy.remarks()).collect()
    }
}
