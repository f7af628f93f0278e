//! The rows of a strategy's inputs: files opened, series settled.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use chrono::TimeDelta;
use strategy_core::{Column, Input};

use super::Instrument;
use super::error::Available;
use super::files::Files;
use super::plan::{Key, Kind, Planner};
use super::series::{Series, place_of};
use crate::MarketDataError;

/// What a strategy reads, found in the files of its instruments.
///
/// A row exists at each time at which all inputs have a value. Times are those of the strategy's own
/// candles if it declares a column of them, otherwise of its own predictions. Values of other series
/// are those at the same time; a `funding_rate` is the last that was settled at or before the close
/// of the row's candle, so a row never knows a rate of the future. It goes stale after two of its own
/// intervals: rows later than that are without one. Rows that lack an input which
/// [may be missing](Input::optional) are kept, with NaN in its place.
///
/// ```
/// use market_data::{CandleFile, Instrument, RowSource, TimeRange};
/// use strategy_core::{Column, Input};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("market.duckdb");
/// # duckdb::Connection::open(&path)?.execute_batch(
/// #     "CREATE TABLE ohlcv_btcusdt_1h AS SELECT TIMESTAMP '2025-11-01' + INTERVAL (i) HOUR AS timestamp,
/// #          100.0 AS open, 101.0 AS high, 99.0 AS low, 100.5 AS close, 7.0 AS volume
/// #      FROM range(48) t(i);
/// #      CREATE TABLE funding_rates AS SELECT TIMESTAMP '2025-11-01 08:00:00' AS timestamp,
/// #          'btc_1h' AS dataset, 0.0001 AS funding_rate",
/// # )?;
/// let btc = Instrument { candles: Some(CandleFile::new(&path)), ..Instrument::default() };
/// let inputs = [Input::of(Column::Close), Input::of(Column::FundingRate)];
/// let source = RowSource::open(&[btc], &inputs)?;
/// let mut stream = source.rows(TimeRange::ALL)?;
/// let mut rows = 0;
/// for batch in &mut stream {
///     rows += batch?.num_rows(); // timestamp, close, funding_rate
/// }
/// // The candle of 07:00 closes at 08:00, when the first rate is known.
/// assert_eq!(rows, 41);
/// assert_eq!(stream.report().to_string(), "41 rows; 7 left out: 7 without funding_rate");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RowSource {
    pub(super) files: Files,
    /// The first says at which times there may be rows.
    pub(super) series: Vec<Series>,
    pub(super) columns: Vec<InputColumn>,
    pub(super) schema: SchemaRef,
    pub(super) interval: Option<TimeDelta>,
}

/// Where the values of an input are.
#[derive(Debug)]
pub(super) struct InputColumn {
    pub(super) input: Input,
    pub(super) series: usize,
    pub(super) place: usize,
}

impl RowSource {
    /// Opens the files that `inputs` need, each once, and settles tables, models and datasets that
    /// leave one possibility. The first of `instruments` is the strategy's own; inputs of others are
    /// found by dataset.
    ///
    /// # Errors
    /// [`Inputs`](MarketDataError::Inputs) when a file that an input needs is not configured, holds
    /// nothing for it, or has rows of another interval; and the errors of opening files and of
    /// settling tables and models.
    pub fn open(instruments: &[Instrument], inputs: &[Input]) -> Result<Self, MarketDataError> {
        let mut planner = Planner::new(instruments);
        let declared: Vec<Key> =
            inputs.iter().map(|input| planner.key_of(input)).collect::<Result<_, _>>()?;
        let times = planner.times(inputs, &declared)?;
        let mut needed: Vec<Key> = declared.iter().copied().filter(|key| *key != times).collect();
        needed.sort_unstable_by_key(|(instrument, kind)| (*kind, *instrument));
        needed.dedup();
        for key in std::iter::once(times).chain(needed) {
            let input = declared.iter().position(|found| *found == key).map(|at| &inputs[at]);
            let volume = inputs
                .iter()
                .zip(&declared)
                .any(|(input, found)| *found == key && input.column == Column::Volume);
            let optional = key != times
                && inputs
                    .iter()
                    .zip(&declared)
                    .all(|(input, found)| *found != key || input.optional);
            planner.add(key, input.unwrap_or(&stand_in(key.1)), volume, optional)?;
        }
        planner.require_instruments()?;

        let mut columns: Vec<InputColumn> = Vec::new();
        for (input, key) in inputs.iter().zip(declared) {
            let series = planner.series.iter().position(|(found, _)| *found == key);
            let (Some(series), false) = (series, columns.iter().any(|known| known.input == *input))
            else {
                continue;
            };
            let place = place_of(input.column);
            columns.push(InputColumn { input: input.clone(), series, place });
        }
        let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
        let fields = columns
            .iter()
            .map(|column| Field::new(column.input.to_string(), DataType::Float64, false));
        let fields: Vec<Field> =
            std::iter::once(Field::new("timestamp", micros, false)).chain(fields).collect();
        Ok(Self {
            interval: planner.interval.map(|(_, interval)| interval),
            files: planner.files,
            series: planner.series.into_iter().map(|(_, series)| series).collect(),
            columns,
            schema: Arc::new(Schema::new(fields)),
        })
    }

    /// The columns of every batch: `timestamp` (µs UTC, without a zone), then one `f64` for each
    /// input, under its name.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The time from a row to the next where none is missing; `None` when nothing tells it.
    pub fn interval(&self) -> Option<TimeDelta> {
        self.interval
    }

    /// What the series cover that have a row of their own at each time.
    pub fn available(&self) -> Vec<Available> {
        let available = |(index, series): (usize, &Series)| {
            let column = self.columns.iter().find(|column| column.series == index);
            Available {
                input: column.map_or_else(|| "timestamp".to_owned(), |c| c.input.to_string()),
                path: series.path(&self.files).to_owned(),
                first: series.first,
                last: series.last,
            }
        };
        self.series.iter().enumerate().filter(|(_, s)| s.is_joined()).map(available).collect()
    }
}

/// What an error names where no input stands for the series that tells the times.
fn stand_in(kind: Kind) -> Input {
    Input::of(match kind {
        Kind::Candles => Column::Close,
        Kind::Predictions | Kind::PredictionsOf(_) => Column::Prediction,
        Kind::Funding => Column::FundingRate,
    })
}
