//! The series that inputs are columns of, read stretch by stretch.

use std::ops::Range;
use std::path::Path;

use strategy_core::Column;

use super::files::{FileId, Files};
use super::join::{Rule, Stretch};
use crate::candles::{NUMBERS, PRICES, TIME, candle_interval, check_spacing, columns_within};
use crate::predictions::SettledModel;
use crate::select::Select;
use crate::{
    CandleTable, Database, MarketDataError, PredictionQuery, Table, TimeRange, read_funding,
};

/// A series of values over time.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) file: FileId,
    pub(super) rule: Rule,
    /// Whether rows without a value of it are kept.
    pub(super) optional: bool,
    pub(super) content: Content,
    /// What it covers, µs UTC, the last included.
    pub(super) first: i64,
    pub(super) last: i64,
}

/// What a series is read from.
#[derive(Debug)]
pub(super) enum Content {
    /// The volume is read, and checked, only where an input is one.
    Candles {
        table: CandleTable,
        volume: bool,
    },
    Predictions(Scores),
    Funding {
        table: Table,
        dataset: String,
    },
}

/// The predictions of one model.
#[derive(Debug)]
pub(super) struct Scores {
    pub(super) model: SettledModel,
    pub(super) model_path: String,
    pub(super) dataset: String,
    pub(super) feature_key: Option<String>,
}

impl Scores {
    pub(super) fn query(&self, range: TimeRange) -> PredictionQuery<'_> {
        PredictionQuery {
            model_path: &self.model_path,
            dataset: Some(&self.dataset),
            feature_key: self.feature_key.as_deref(),
            range,
        }
    }
}

impl Content {
    /// The first and the last instant (µs UTC) in `range` at which there is a value. Fails when one
    /// is NULL or infinite, which only a range without bounds can see.
    pub(super) fn bounds(
        &self,
        db: &Database,
        range: TimeRange,
    ) -> Result<Option<(i64, i64)>, MarketDataError> {
        match self {
            Self::Candles { table, .. } => {
                Select::new(db, table.as_table(), TIME, &[])?.within(range).bounds()
            }
            Self::Predictions(scores) => scores.model.bounds(db, &scores.query(range)),
            Self::Funding { table, dataset } => {
                let select = Select::new(db, table, TIME, &[])?;
                select.equal("dataset", dataset).within(range).bounds()
            }
        }
    }
}

impl Series {
    /// Reads what rows in `range` (µs UTC) need of it.
    pub(super) fn read(
        &self,
        files: &Files,
        range: &Range<i64>,
    ) -> Result<Stretch, MarketDataError> {
        let db = files.get(self.file);
        let within = TimeRange::of_micros(range.start, range.end);
        match &self.content {
            Content::Candles { table, volume } => {
                let interval = candle_interval(db, table)?;
                let (timestamps, columns) = if *volume {
                    let read = columns_within(db, table, interval, within, &NUMBERS)?;
                    (read.0, Vec::from(read.1))
                } else {
                    let read = columns_within(db, table, interval, within, &PRICES)?;
                    (read.0, Vec::from(read.1))
                };
                // The reader sees one stretch; that they fit each other is seen from the start.
                if let Some(&timestamp) = timestamps.first()
                    && timestamp != self.first
                {
                    check_spacing(table.as_table(), self.first, timestamp, interval)?;
                }
                Ok(Stretch { timestamps, columns })
            }
            Content::Predictions(scores) => {
                let (timestamps, y_pred) = scores.model.read(db, &scores.query(within))?;
                Ok(Stretch { timestamps, columns: vec![y_pred] })
            }
            Content::Funding { dataset, .. } => {
                let range = self.known_events(db, range)?;
                Ok(read_funding(db, dataset, range)?.map_or_else(Stretch::default, |funding| {
                    Stretch { timestamps: funding.timestamps, columns: vec![funding.rates] }
                }))
            }
        }
    }

    /// From the last two events before the range, however long ago, to what its last row may know.
    fn known_events(
        &self,
        db: &Database,
        range: &Range<i64>,
    ) -> Result<TimeRange, MarketDataError> {
        let mut start = range.start;
        // Two events: the time between them tells when the later one goes stale.
        for _ in 0..2 {
            let before =
                TimeRange { end: TimeRange::of_micros(start, range.end).start, start: None };
            start = self.content.bounds(db, before)?.map_or(start, |(_, last)| last);
        }
        let end = match self.rule {
            Rule::SameTime => range.end,
            Rule::LastBy(delay) => range.end.saturating_add(delay),
        };
        Ok(TimeRange::of_micros(start, end))
    }

    pub(super) fn path<'f>(&self, files: &'f Files) -> &'f Path {
        files.get(self.file).path()
    }
}

/// Where a column stands in the [`Stretch`] of its series.
pub(super) fn place_of(column: Column) -> usize {
    match column {
        Column::Open | Column::Prediction | Column::FundingRate | Column::FundingPaid => 0,
        Column::High => 1,
        Column::Low => 2,
        Column::Close => 3,
        Column::Volume => 4,
    }
}
