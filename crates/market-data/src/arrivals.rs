//! What a table holds from an instant on, for a stream: a value that is refused refuses its own row and
//! no other.

use chrono::TimeDelta;

use crate::candles::{NUMBERS, TIME, micros_of};
use crate::funding;
use crate::predictions::SettledModel;
use crate::select::Select;
use crate::{CandleTable, Database, InputError, MarketDataError, PredictionQuery, TimeRange};

/// Which values of a file a stream takes.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Feed {
    /// Open, high, low, close and volume.
    Candles(CandleTable),
    /// The scores of a model, as it is stored, for its dataset; of a feature set, where one was chosen.
    Predictions { model_path: String, dataset: String, feature_key: Option<String> },
    /// The funding rates of this dataset.
    Funding(String),
}

/// Values at one time, or why they are refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// µs UTC.
    pub time: i64,
    /// The values, in the order that [`Feed`] names.
    pub values: Result<Vec<f64>, String>,
}

/// A stretch of a feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arrivals {
    /// Ascending by time, each time once.
    pub rows: Vec<Arrival>,
    /// The time up to which the feed was read, if there is more.
    pub read_to: Option<i64>,
}

/// What `feed` holds from `from` (µs UTC) on: about `limit` rows of the interval `interval`, and of funding
/// rates all.
///
/// # Errors
/// When the table or its columns are missing, or a time is none. A value that is none, or not one that there
/// can be, is no error: its row says so.
pub fn arrivals(
    db: &Database,
    feed: &Feed,
    from: i64,
    interval: TimeDelta,
    limit: u32,
) -> Result<Arrivals, MarketDataError> {
    let step = micros_of(interval).saturating_mul(limit.into());
    let all = TimeRange { start: chrono::DateTime::from_timestamp_micros(from), end: None };
    match feed {
        Feed::Candles(table) => {
            let select = || Select::new(db, table.as_table(), TIME, &NUMBERS);
            let Some((range, read_to)) = stretch(select()?.within(all).bounds()?, step) else {
                return Ok(Arrivals::default());
            };
            let rows = read(select()?.within(range), refused_candle)?;
            Ok(Arrivals { rows, read_to })
        }
        Feed::Predictions { model_path, dataset, feature_key } => {
            let query = PredictionQuery {
                model_path,
                dataset: Some(dataset),
                feature_key: feature_key.as_deref(),
                range: all,
            };
            let model = SettledModel::find(db, &query)?;
            let Some((range, read_to)) = stretch(model.bounds(db, &query)?, step) else {
                return Ok(Arrivals::default());
            };
            let query = PredictionQuery { range, ..query };
            let rows = read(model.newest(db, &query)?, |values| match values {
                [Some(score)] if (0.0..=1.0).contains(score) => None,
                _ => Some(format!("wanted a score in [0, 1], found {}", told(values))),
            })?;
            Ok(Arrivals { rows, read_to })
        }
        Feed::Funding(dataset) => {
            let Some(table) = db.find_table(funding::TABLE)? else {
                return Ok(Arrivals::default());
            };
            let select = Select::new(db, &table, TIME, &["funding_rate"])?;
            let rows = read(select.equal("dataset", dataset).within(all), |values| match values {
                [Some(rate)] if rate.is_finite() => None,
                _ => Some(format!("wanted a finite rate, found {}", told(values))),
            })?;
            Ok(Arrivals { rows, read_to: None })
        }
    }
}

/// The dataset of the funding rates of a file, where they are of one; `None` when there are none.
///
/// # Errors
/// When there are several.
pub fn only_funding_dataset(db: &Database) -> Result<Option<String>, MarketDataError> {
    let Some(table) = db.find_table(funding::TABLE)? else { return Ok(None) };
    let mut found = Select::new(db, &table, TIME, &["funding_rate"])?.distinct("dataset")?;
    if found.len() > 1 {
        return Err(InputError::FundingNotUnique { path: db.path().to_owned(), found }.into());
    }
    Ok(found.pop())
}

/// The first `step` microseconds of what lies within `bounds`.
fn stretch(bounds: Option<(i64, i64)>, step: i64) -> Option<(TimeRange, Option<i64>)> {
    let (first, last) = bounds?;
    let end = first.saturating_add(step);
    let read_to = (end <= last).then(|| end - 1);
    Some((TimeRange::of_micros(first, end), read_to))
}

fn read(
    select: Select<'_>,
    refuse: impl Fn(&[Option<f64>]) -> Option<String>,
) -> Result<Vec<Arrival>, MarketDataError> {
    let mut rows: Vec<Arrival> = Vec::new();
    select.for_each(|time, found| {
        let values = match refuse(found) {
            Some(why) => Err(why),
            None => Ok(found.iter().copied().flatten().collect()),
        };
        match rows.last_mut().filter(|last| last.time == time) {
            Some(last) if last.values == values => {}
            Some(last) => last.values = Err("stored twice, with different values".to_owned()),
            None => rows.push(Arrival { time, values }),
        }
        Ok(())
    })?;
    Ok(rows)
}

/// Why a candle is none; the volume may be missing where nobody asks for it, so it may be anything but
/// negative.
fn refused_candle(values: &[Option<f64>]) -> Option<String> {
    let names = NUMBERS.iter().zip(values);
    let is_wrong = |(name, value): &(&&str, &Option<f64>)| match value {
        Some(value) if **name == "volume" => !(value.is_finite() && *value >= 0.0),
        Some(value) => !(value.is_finite() && *value > 0.0),
        None => true,
    };
    let (name, value) = names.into_iter().find(is_wrong)?;
    Some(format!("{name} is {}", told(&[*value])))
}

fn told(values: &[Option<f64>]) -> String {
    let told = |value: &Option<f64>| value.map_or_else(|| "NULL".to_owned(), |v| v.to_string());
    values.iter().map(told).collect::<Vec<_>>().join(", ")
}
