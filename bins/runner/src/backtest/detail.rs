//! Finer candles, streamed beside the rows.

use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use backtest::Candle;
use chrono::DateTime;
use market_data::{CandleFile, RowSource, TimeRange};
use strategy_core::registry::UsageError;
use strategy_core::{BoxError, Column, Input};
use tabular::{Wanted, utc_micros};

use super::args::Settings;
use super::candles::{Market, micros, take};

const BATCH_ROWS: usize = 65_536;
const NAMES: [&str; 4] = ["open", "high", "low", "close"];

/// A file of finer candles.
pub(crate) enum DetailFile {
    DuckDb { source: RowSource, range: TimeRange },
    File(std::path::PathBuf),
}

/// Opens `--detail-ohlcv`, if it is given.
pub(crate) fn open(
    files: &[market_data::Instrument],
    market: &Market,
    settings: &Settings,
) -> Result<Option<DetailFile>, BoxError> {
    let Some(path) = &settings.detail else { return Ok(None) };
    if files.len() > 1 {
        let error = "--detail-ohlcv is for strategies of one instrument: this one has several legs";
        return Err(UsageError::new(error.into()).into());
    }
    if tabular::Format::of_path(path).is_some() {
        return Ok(Some(DetailFile::File(path.clone())));
    }
    let file = market_data::Instrument {
        candles: Some(CandleFile { path: path.clone(), table: settings.detail_table.clone() }),
        lock_timeout: files.first().map_or(market_data::DEFAULT_LOCK_TIMEOUT, |f| f.lock_timeout),
        ..market_data::Instrument::default()
    };
    let inputs = [Column::Open, Column::High, Column::Low, Column::Close].map(Input::of);
    let source = RowSource::open(&[file], &inputs)?;
    let times = market.history.times();
    let range = TimeRange {
        start: times.first().and_then(|&t| DateTime::from_timestamp_micros(t)),
        end: times
            .last()
            .and_then(|&t| DateTime::from_timestamp_micros(t + micros(market.interval))),
    };
    Ok(Some(DetailFile::DuckDb { source, range }))
}

type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch, BoxError>> + 'a>;

/// Finer candles in order of time.
pub(crate) struct Detail<'a> {
    batches: Batches<'a>,
    times: Vec<i64>,
    candles: Vec<Candle>,
    /// The first that is not behind the rows.
    next: usize,
    /// µs from one to the next; 0 until two are known.
    pub(crate) interval: i64,
    pub(crate) rows: u64,
}

impl DetailFile {
    /// The candles from the beginning.
    pub(crate) fn stream(&self) -> Result<Detail<'_>, BoxError> {
        let (batches, interval): (Batches<'_>, i64) = match self {
            Self::DuckDb { source, range } => {
                let rows = source.rows(*range)?.map(|batch| Ok(batch?));
                (Box::new(rows), source.interval().map_or(0, micros))
            }
            Self::File(path) => (parquet(path)?, 0),
        };
        let (times, candles) = (Vec::new(), Vec::new());
        Ok(Detail { batches, times, candles, next: 0, interval, rows: 0 })
    }
}

fn parquet(path: &Path) -> Result<Batches<'static>, BoxError> {
    let reader = tabular::read(path, BATCH_ROWS)?;
    let time = reader.require("timestamp", Wanted::Timestamp)?;
    let prices = NAMES.map(|name| reader.require(name, Wanted::Number));
    let prices = prices.into_iter().collect::<Result<Vec<_>, _>>()?;
    let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
    let fields = NAMES.map(|name| Field::new(name, DataType::Float64, true));
    let fields = std::iter::once(Field::new("timestamp", micros, true)).chain(fields);
    let schema = std::sync::Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let path = path.to_owned();
    Ok(Box::new(reader.map(move |batch| {
        let batch = batch?;
        let times = utc_micros(batch.column(time))?.with_timezone_opt(None::<&str>);
        let mut columns: Vec<arrow::array::ArrayRef> = vec![std::sync::Arc::new(times)];
        for &price in &prices {
            columns.push(cast(batch.column(price), &DataType::Float64)?);
        }
        if columns.iter().any(|column| column.null_count() > 0) {
            return Err(format!("{}: a time or a price is missing", path.display()).into());
        }
        Ok(RecordBatch::try_new(std::sync::Arc::clone(&schema), columns)?)
    })))
}

impl Detail<'_> {
    /// The finer candles that open from `time` to before `until`, and how long each lasts, µs.
    pub(crate) fn within(
        &mut self,
        time: i64,
        until: i64,
    ) -> Result<(&[i64], &[Candle], i64), BoxError> {
        while self.times.last().is_none_or(|&last| last < until) {
            let Some(batch) = self.batches.next().transpose()? else { break };
            self.times.drain(..self.next);
            self.candles.drain(..self.next);
            self.next = 0;
            let before = self.times.len();
            take(&batch, &mut self.times, &mut self.candles)?;
            self.check(before)?;
        }
        let from = self.next + self.times[self.next..].partition_point(|&t| t < time);
        let to = from + self.times[from..].partition_point(|&t| t < until);
        self.next = to;
        self.rows += (to - from) as u64;
        Ok((&self.times[from..to], &self.candles[from..to], self.interval))
    }

    /// Times must ascend; the smallest distance of the first batch is the interval.
    fn check(&mut self, before: usize) -> Result<(), BoxError> {
        let from = before.saturating_sub(1);
        let spacing = self.times[from..].windows(2).map(|pair| pair[1] - pair[0]).min();
        match spacing {
            Some(spacing) if spacing <= 0 => {
                Err("the finer candles do not ascend: sort them and drop repeated ones".into())
            }
            Some(spacing) if self.interval == 0 => {
                self.interval = spacing;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
