//! Finer candles, streamed beside the rows.

use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use backtest::Candle;
use chrono::DateTime;
use market_data::{CandleFile, RowSource, TimeRange};
use strategy_core::registry::usage;
use strategy_core::{Column, Input, Result};
use tabular::{Wanted, utc_micros};

use super::args::{Beside, Besides};
use super::candles::{Market, micros, take};

const BATCH_ROWS: usize = 65_536;
const NAMES: [&str; 4] = ["open", "high", "low", "close"];

/// A file of further candles of one instrument.
enum DetailFile {
    DuckDb { source: RowSource, range: TimeRange },
    File(std::path::PathBuf),
}

/// Files of further candles, one an instrument.
pub(crate) struct DetailFiles(Vec<DetailFile>);

/// Opens the files of a flag, if there are any: one for each leg.
pub(crate) fn open(
    files: &[market_data::Instrument],
    market: &Market,
    besides: &Besides,
    flag: &str,
) -> Result<Option<DetailFiles>> {
    if besides.files.is_empty() {
        return Ok(None);
    }
    let known = |beside: &Beside| {
        beside.dataset.is_none() || files.iter().any(|file| file.dataset == beside.dataset)
    };
    if let Some(Beside { dataset: Some(unknown), .. }) = besides.files.iter().find(|b| !known(b)) {
        return Err(usage(format!(
            "--{flag} {unknown}=…: nothing of {unknown} is traded; there are {}",
            market.names.join(", ")
        )));
    }
    let of_leg = |(leg, file): (usize, &market_data::Instrument)| {
        let own = |beside: &&Beside| match &beside.dataset {
            None => leg == 0,
            named => *named == file.dataset,
        };
        let mut given = besides.files.iter().filter(own);
        match (given.next(), given.next()) {
            (Some(beside), None) => {
                let table = besides.table.clone().filter(|_| leg == 0);
                DetailFile::open(&beside.path, table, file, market, flag)
            }
            (None, _) => Err(usage(format!(
                "--{flag} is wanted for each leg: add --{flag} {}=FILE",
                market.names[leg]
            ))),
            (Some(_), Some(_)) => {
                Err(usage(format!("--{flag} names two files of {}", market.names[leg])))
            }
        }
    };
    let opened = files.iter().enumerate().map(of_leg).collect::<Result<_, _>>()?;
    Ok(Some(DetailFiles(opened)))
}

impl DetailFile {
    fn open(
        path: &Path,
        table: Option<String>,
        of: &market_data::Instrument,
        market: &Market,
        flag: &str,
    ) -> Result<Self> {
        if tabular::Format::of_path(path).is_some() {
            return Ok(Self::File(path.to_owned()));
        }
        let file = market_data::Instrument {
            candles: Some(CandleFile { path: path.to_owned(), table }),
            lock_timeout: of.lock_timeout,
            ..market_data::Instrument::default()
        };
        let inputs = [Column::Open, Column::High, Column::Low, Column::Close].map(Input::of);
        // The table of these candles has a flag of its own.
        let table_flag = flag.replace("ohlcv", "table");
        let own_flag = |error: String| error.replace("ohlcv-table", &table_flag);
        let source =
            RowSource::open(&[file], &inputs).map_err(|error| own_flag(error.to_string()))?;
        let times = market.history.times();
        let range = TimeRange {
            start: times.first().and_then(|&t| DateTime::from_timestamp_micros(t)),
            end: times
                .last()
                .and_then(|&t| DateTime::from_timestamp_micros(t + micros(market.interval))),
        };
        Ok(Self::DuckDb { source, range })
    }
}

type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch>> + 'a>;

/// Further candles of all legs, at the times that all of them have.
pub(crate) struct Details<'a> {
    legs: Vec<Detail<'a>>,
    times: Vec<i64>,
    /// One a leg for each time.
    candles: Vec<Candle>,
    pub(crate) rows: u64,
}

/// Those of one row.
#[derive(Clone, Copy)]
pub(crate) struct Within<'a> {
    pub(crate) times: &'a [i64],
    pub(crate) candles: &'a [Candle],
    /// How long each lasts, µs.
    pub(crate) interval: i64,
}

impl DetailFiles {
    /// The candles from the beginning.
    pub(crate) fn stream(&self) -> Result<Details<'_>> {
        let legs = self.0.iter().map(DetailFile::stream).collect::<Result<_, _>>()?;
        Ok(Details { legs, times: Vec::new(), candles: Vec::new(), rows: 0 })
    }
}

/// Further candles of all rows, read once for accounts that run over them many times.
#[derive(Default)]
pub(crate) struct Kept {
    times: Vec<i64>,
    candles: Vec<Candle>,
    /// For each row how many times there are up to its end.
    ends: Vec<usize>,
    interval: i64,
}

impl DetailFiles {
    /// Reads all of them.
    pub(crate) fn keep(&self, market: &Market) -> Result<Kept> {
        let (mut stream, mut kept) = (self.stream()?, Kept::default());
        for bar in market.history.bars() {
            let found = stream.within(bar.time, bar.until)?;
            kept.times.extend_from_slice(found.times);
            kept.candles.extend_from_slice(found.candles);
            kept.ends.push(kept.times.len());
            kept.interval = kept.interval.max(found.interval);
        }
        Ok(kept)
    }
}

impl Kept {
    /// Those of a row, by its number.
    pub(crate) fn of_row(&self, row: usize) -> Within<'_> {
        let end = |row: usize| self.ends.get(row).copied().unwrap_or(self.times.len());
        let from = row.checked_sub(1).map_or(0, end);
        let legs = self.candles.len() / self.times.len().max(1);
        let (times, until) = (&self.times[from..end(row)], end(row) * legs);
        Within { times, candles: &self.candles[from * legs..until], interval: self.interval }
    }

    /// All of them.
    pub(crate) fn candles(&self) -> &[Candle] {
        &self.candles
    }
}

impl Details<'_> {
    /// The candles that open from `time` to before `until`; none where the legs' do not open at the same
    /// times.
    pub(crate) fn within(&mut self, time: i64, until: i64) -> Result<Within<'_>> {
        self.times.clear();
        self.candles.clear();
        let legs = self.legs.len();
        let mut interval = 0;
        for (leg, detail) in self.legs.iter_mut().enumerate() {
            let (times, candles, lasts) = detail.within(time, until)?;
            if leg == 0 {
                self.times.extend_from_slice(times);
                self.candles.reserve(times.len() * legs);
                self.candles.extend(candles.iter().flat_map(|&c| std::iter::repeat_n(c, legs)));
                interval = lasts;
            } else if self.times == times && lasts == interval {
                for (row, candle) in candles.iter().enumerate() {
                    self.candles[row * legs + leg] = *candle;
                }
            } else {
                self.times.clear();
                self.candles.clear();
            }
        }
        self.rows += self.times.len() as u64;
        Ok(Within { times: &self.times, candles: &self.candles, interval })
    }
}

/// Finer candles of one leg in order of time.
struct Detail<'a> {
    batches: Batches<'a>,
    times: Vec<i64>,
    candles: Vec<Candle>,
    /// The first that is not behind the rows.
    next: usize,
    /// µs from one to the next; 0 until two are known.
    interval: i64,
}

impl DetailFile {
    /// The candles from the beginning.
    fn stream(&self) -> Result<Detail<'_>> {
        let (batches, interval): (Batches<'_>, i64) = match self {
            Self::DuckDb { source, range } => {
                let rows = source.rows(*range)?.map(|batch| Ok(batch?));
                (Box::new(rows), source.interval().map_or(0, micros))
            }
            Self::File(path) => (parquet(path)?, 0),
        };
        let (times, candles) = (Vec::new(), Vec::new());
        Ok(Detail { batches, times, candles, next: 0, interval })
    }
}

fn parquet(path: &Path) -> Result<Batches<'static>> {
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
    fn within(&mut self, time: i64, until: i64) -> Result<(&[i64], &[Candle], i64)> {
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
        Ok((&self.times[from..to], &self.candles[from..to], self.interval))
    }

    /// Times must ascend; the smallest distance of the first batch is the interval.
    fn check(&mut self, before: usize) -> Result<()> {
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
