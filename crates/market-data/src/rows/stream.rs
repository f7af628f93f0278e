//! Rows as record batches, read in stretches of calendar months: a month of minutes in memory at a
//! time, or of longer candles as many months as have no more rows than that.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, RecordBatch, TimestampMicrosecondArray};
use arrow::datatypes::TimestampMicrosecondType;
use chrono::{DateTime, TimeDelta, Utc};
use strategy_core::{Column, YearMonth};

use super::candle_report::CandleReport;
use super::error::InputError;
use super::join::{Joined, Joining, MISSING, Rule, Stretch, join};
use super::report::{InputReport, RowReport};
use super::series::{Content, Series};
use super::source::RowSource;
use crate::{MarketDataError, TimeRange};

/// Rows of a batch at most.
const BATCH_ROWS: usize = 65_536;

/// Months of a stretch at most, a hundred years.
const MOST_MONTHS: i64 = 1_200;

/// The rows of a range as record batches. Timestamps ascend strictly over all of them, and no value
/// is null; batches are never empty.
#[derive(Debug)]
pub struct RowStream<'a> {
    source: &'a RowSource,
    /// What is still to be read, µs UTC; empty at the end and after an error.
    left: Range<i64>,
    /// Whether the next row may be far away.
    in_gap: bool,
    /// Calendar months of a stretch.
    months: i32,
    /// Rows that are read but not given out.
    unread: Option<RecordBatch>,
    report: RowReport,
}

impl RowSource {
    /// The rows of `range`, ascending, about a month of minutes in memory at a time: of hours, five
    /// years. A bound that is open is where the first, or last, input that is not a `funding_rate`
    /// begins, or ends.
    ///
    /// # Errors
    /// [`EmptyRange`](InputError::EmptyRange) when an input has nothing in the range. The items give
    /// the errors of reading; after one, the stream ends.
    pub fn rows(&self, range: TimeRange) -> Result<RowStream<'_>, MarketDataError> {
        let joined = || self.series.iter().filter(|series| series.is_joined());
        let start = range.start.map(|start| start.timestamp_micros());
        let end = range.end.map(|end| end.timestamp_micros());
        let latest_start = joined().map(|series| series.first).max().unwrap_or_default();
        let earliest_end = joined().map(|series| series.last).min().unwrap_or_default();
        let within = start.unwrap_or(latest_start)..end.unwrap_or(earliest_end.saturating_add(1));
        let is_covered = |series: &Series| series.first < within.end && series.last >= within.start;
        if within.is_empty() || !joined().all(is_covered) {
            let available = self.available();
            return Err(InputError::EmptyRange { start, end, available }.into());
        }
        Ok(RowStream::new(self, within))
    }

    /// The last `rows` rows before `start`, or as many as there are: where they begin, and how many.
    ///
    /// # Errors
    /// Those of reading.
    pub fn before(
        &self,
        start: DateTime<Utc>,
        rows: usize,
    ) -> Result<(DateTime<Utc>, usize), MarketDataError> {
        let joined = self.series.iter().filter(|series| series.is_joined());
        let first = joined.map(|series| series.first).max().unwrap_or(i64::MAX);
        let interval = self.interval.unwrap_or(TimeDelta::hours(1));
        let interval = interval.num_microseconds().unwrap_or(i64::MAX).max(1);
        let end = start.timestamp_micros();
        let mut wanted = i64::try_from(rows).unwrap_or(i64::MAX);
        if rows == 0 || first >= end {
            return Ok((start, 0));
        }
        loop {
            let from = end.saturating_sub(wanted.saturating_mul(interval)).max(first);
            let range = TimeRange::of_micros(from, end);
            let mut times: Vec<i64> = Vec::new();
            match self.rows(range) {
                Ok(stream) => {
                    for batch in stream {
                        let batch = batch?;
                        let column = batch.column(0).as_primitive::<TimestampMicrosecondType>();
                        times.extend(column.values());
                    }
                }
                Err(MarketDataError::Inputs(InputError::EmptyRange { .. })) => {}
                Err(error) => return Err(error),
            }
            let kept = times.len().min(rows);
            if kept == rows || from == first {
                let begin = times.len() - kept;
                let begin = times.get(begin).and_then(|&t| DateTime::from_timestamp_micros(t));
                return Ok((begin.unwrap_or(start), kept));
            }
            wanted = wanted.saturating_mul(2).saturating_add(24);
        }
    }
}

impl<'a> RowStream<'a> {
    pub(super) fn new(source: &'a RowSource, mut range: Range<i64>) -> Self {
        let joined = source.series.iter().filter(|series| series.is_joined());
        // Before the first of them there are no rows.
        range.start = joined
            .map(|series| series.first)
            .min()
            .map_or(range.start, |first| first.max(range.start));
        let inputs = source.columns.iter().map(|column| InputReport {
            input: column.input.clone(),
            seen: 0,
            dropped: 0,
            missing: 0,
            stale: 0,
        });
        let candles = source.series.iter().filter_map(Series::candle_report).collect();
        let report = RowReport { rows: 0, left_out: 0, inputs: inputs.collect(), candles };
        let months = months_of_stretch(source.interval());
        Self { source, left: range, in_gap: false, months, unread: None, report }
    }

    /// What became of the rows so far; of all once the stream has ended.
    pub fn report(&self) -> &RowReport {
        &self.report
    }

    /// Reads the next stretch that has anything.
    fn read_stretch(&mut self) -> Result<(), MarketDataError> {
        let RowSource { files, series, .. } = self.source;
        if self.in_gap {
            match self.next_instant()? {
                Some(instant) => self.left.start = instant,
                None => self.left.start = self.left.end,
            }
            if self.left.is_empty() {
                return Ok(());
            }
        }
        let first = YearMonth::containing_micros(self.left.start);
        let next = first.plus_months(self.months).start();
        // Months end with the year 2999; whatever lies beyond is one stretch.
        let end = match next.timestamp_micros() {
            next if next > self.left.start => next.min(self.left.end),
            _ => self.left.end,
        };
        let stretch = self.left.start..end;
        self.left.start = end;

        let stretches: Vec<Stretch> =
            series.iter().map(|series| series.read(files, &stretch)).collect::<Result<_, _>>()?;
        // Without this, memory would grow with the range up to the size of the files.
        if !self.left.is_empty() {
            files.forget_blocks()?;
        }
        let joining: Vec<_> = series
            .iter()
            .zip(&stretches)
            .map(|(series, stretch)| Joining {
                rule: series.rule,
                optional: series.optional,
                stretch,
            })
            .collect();
        self.in_gap = joining
            .iter()
            .all(|series| series.rule != Rule::SameTime || series.stretch.timestamps.is_empty());
        let joined = join(&joining);
        self.count(&joined);
        let of_candles = series.iter().zip(&stretches).filter(|(series, _)| series.is_candles());
        for (report, (_, stretch)) in self.report.candles.iter_mut().zip(of_candles) {
            report.note(stretch);
        }
        if !joined.timestamps.is_empty() {
            self.unread = Some(self.batch(&stretches, joined)?);
        }
        Ok(())
    }

    /// The first instant of what is left at which any series has a row of its own.
    fn next_instant(&self) -> Result<Option<i64>, MarketDataError> {
        let RowSource { files, series, .. } = self.source;
        let range = TimeRange::of_micros(self.left.start, self.left.end);
        let mut next: Option<i64> = None;
        for series in series.iter().filter(|series| series.is_joined()) {
            let bounds = series.content.bounds(files.get(series.file), range)?;
            next = next.into_iter().chain(bounds.map(|(first, _)| first)).min();
        }
        Ok(next)
    }

    fn count(&mut self, joined: &Joined) {
        let rows = joined.timestamps.len() as u64;
        self.report.rows += rows;
        self.report.left_out += joined.left_out;
        for (report, column) in self.report.inputs.iter_mut().zip(&self.source.columns) {
            let seen = joined.seen[column.series];
            report.seen += seen;
            report.dropped += seen.saturating_sub(rows);
            report.missing += joined.missing[column.series];
            report.stale += joined.stale[column.series];
        }
    }

    fn batch(&self, stretches: &[Stretch], joined: Joined) -> Result<RecordBatch, InputError> {
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.source.columns.len() + 1);
        for column in &self.source.columns {
            let stretch = &stretches[column.series];
            let series = &self.source.series[column.series];
            let picks = &joined.picks[column.series];
            let interval = match series.rule {
                Rule::LastBy(interval) if column.input.column == Column::FundingPaid => {
                    Some(interval)
                }
                _ => None,
            };
            let values = interval.map_or_else(
                || values_at(picks, stretch, column.place),
                |interval| paid(&joined.timestamps, picks, stretch, interval),
            );
            arrays.push(Arc::new(Float64Array::from(values)));
        }
        arrays.insert(0, Arc::new(TimestampMicrosecondArray::from(joined.timestamps)));
        RecordBatch::try_new(self.source.schema(), arrays)
            .map_err(|source| InputError::Batch { source })
    }

    /// The next slice of the rows in memory.
    fn slice(&mut self) -> Option<RecordBatch> {
        let unread = self.unread.take()?;
        let rows = unread.num_rows().min(BATCH_ROWS);
        if rows < unread.num_rows() {
            self.unread = Some(unread.slice(rows, unread.num_rows() - rows));
        }
        Some(unread.slice(0, rows))
    }
}

impl Iterator for RowStream<'_> {
    type Item = Result<RecordBatch, MarketDataError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = self.slice() {
                return Some(Ok(batch));
            }
            if self.left.is_empty() {
                return None;
            }
            if let Err(error) = self.read_stretch() {
                self.left.start = self.left.end;
                return Some(Err(error));
            }
        }
    }
}

impl Series {
    fn is_candles(&self) -> bool {
        self.candle_report().is_some()
    }

    fn candle_report(&self) -> Option<CandleReport> {
        match &self.content {
            Content::Candles { table, .. } => {
                Some(CandleReport::new(table.name(), table.interval().unwrap_or_default()))
            }
            _ => None,
        }
    }

    /// Whether rows are only where it has one of its own, rather than lending its last value or missing.
    pub(super) fn is_joined(&self) -> bool {
        self.rule == Rule::SameTime && !self.optional
    }
}

/// The values of a column at `picks`; a series without a value in the stretch has no columns.
fn values_at(picks: &[usize], stretch: &Stretch, place: usize) -> Vec<f64> {
    let values = stretch.columns.get(place).map_or(&[][..], Vec::as_slice);
    picks.iter().map(|&index| values.get(index).copied().unwrap_or(f64::NAN)).collect()
}

/// What was settled in (open, close] of each candle: the sum of the rates, 0 where none was.
fn paid(opens: &[i64], picks: &[usize], events: &Stretch, interval: i64) -> Vec<f64> {
    let rates = events.columns.first().map_or(&[][..], Vec::as_slice);
    let of_row = |(&open, &last): (&i64, &usize)| {
        if last == MISSING {
            return f64::NAN;
        }
        let close = open.saturating_add(interval);
        let first = events.timestamps.partition_point(|&time| time <= open);
        let after = events.timestamps.partition_point(|&time| time <= close);
        rates.get(first..after).map_or(0.0, |rates| rates.iter().sum())
    };
    opens.iter().zip(picks).map(of_row).collect()
}

/// How many calendar months are read at a time: one of minutes or less, of longer candles as many as
/// a candle has minutes, which are as many rows. One where nothing tells how many to expect.
fn months_of_stretch(interval: Option<TimeDelta>) -> i32 {
    let minutes = interval.map_or(1, |interval| interval.num_minutes().clamp(1, MOST_MONTHS));
    i32::try_from(minutes).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_has_the_rows_of_a_month_of_minutes() {
        for (interval, months) in [
            (None, 1),
            (Some(TimeDelta::seconds(1)), 1),
            (Some(TimeDelta::minutes(1)), 1),
            (Some(TimeDelta::minutes(15)), 15),
            (Some(TimeDelta::hours(1)), 60),
            (Some(TimeDelta::days(7)), 1_200),
            (Some(TimeDelta::MAX), 1_200),
        ] {
            assert_eq!(months_of_stretch(interval), months, "{interval:?}");
        }
    }
}
