//! Reading candles, their interval, and their gaps.

use chrono::TimeDelta;

use crate::select::Select;
use crate::{CandleError, CandleTable, Database, MarketDataError, Table, TimeRange, TimeSpan};

pub(crate) const TIME: &str = "timestamp";
pub(crate) const PRICES: [&str; 4] = ["open", "high", "low", "close"];
pub(crate) const NUMBERS: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// Candles without duplicates, ascending; element `i` of every column belongs to candle `i`.
#[derive(Debug, Clone, PartialEq)]
pub struct Candles {
    /// Open times, µs UTC.
    pub timestamps: Vec<i64>,
    /// First price of each candle; prices are positive and finite.
    pub open: Vec<f64>,
    /// Highest price.
    pub high: Vec<f64>,
    /// Lowest price.
    pub low: Vec<f64>,
    /// Last price.
    pub close: Vec<f64>,
    /// Traded volume, finite and not negative.
    pub volume: Vec<f64>,
    /// The time from one candle to the next where none is missing.
    pub interval: TimeDelta,
}

/// [`Candles`] without their volume.
#[derive(Debug, Clone, PartialEq)]
pub struct Prices {
    /// Open times, µs UTC.
    pub timestamps: Vec<i64>,
    /// First price of each candle; prices are positive and finite.
    pub open: Vec<f64>,
    /// Highest price.
    pub high: Vec<f64>,
    /// Lowest price.
    pub low: Vec<f64>,
    /// Last price.
    pub close: Vec<f64>,
    /// The time from one candle to the next where none is missing.
    pub interval: TimeDelta,
}

/// Candles that are missing between two that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The last candle before the gap, µs UTC.
    pub after: i64,
    /// The first candle behind it, µs UTC.
    pub before: i64,
    /// How many candles are missing between the two.
    pub missing: u64,
}

impl Candles {
    /// The number of candles.
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// Where candles are missing, in order of time.
    pub fn gaps(&self) -> Vec<Gap> {
        gaps_between(&self.timestamps, self.interval)
    }
}

impl Prices {
    /// The candles whose close lies outside their own low to high, which no market gives: their open
    /// times, µs UTC, ascending.
    pub fn closes_outside(&self) -> impl Iterator<Item = i64> {
        let closes = self.close.iter().zip(&self.low).zip(&self.high);
        let outside = closes.map(|((close, low), high)| close < low || close > high);
        self.timestamps.iter().zip(outside).filter(|(_, outside)| *outside).map(|(&at, _)| at)
    }

    /// The number of candles.
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// Where candles are missing, in order of time.
    pub fn gaps(&self) -> Vec<Gap> {
        gaps_between(&self.timestamps, self.interval)
    }
}

/// Reads the candles of `range`. The interval is the one that the table's name tells, otherwise the
/// smallest spacing in the whole table.
///
/// # Errors
/// Columns that are missing or no numbers; no interval; a timestamp, also one outside the range, that
/// is NULL or infinite; and for the first row that is so: NULL, a price that is not positive and
/// finite, a high below its low, a volume that is negative or not finite, a timestamp that comes twice or is not a whole
/// number of intervals after the one before.
pub fn read_candles(
    db: &Database,
    table: &CandleTable,
    range: TimeRange,
) -> Result<Candles, MarketDataError> {
    let interval = checked_interval(db, table, &NUMBERS)?;
    let (timestamps, columns) = columns_within(db, table, interval, range, &NUMBERS)?;
    let [open, high, low, close, volume] = columns;
    Ok(Candles { timestamps, open, high, low, close, volume, interval })
}

/// Reads the prices of `range` as [`read_candles`] does, for callers that do not need the volume:
/// its column may be missing, or hold anything.
///
/// # Errors
/// As [`read_candles`], except for the volume.
pub fn read_prices(
    db: &Database,
    table: &CandleTable,
    range: TimeRange,
) -> Result<Prices, MarketDataError> {
    let interval = checked_interval(db, table, &PRICES)?;
    let (timestamps, columns) = columns_within(db, table, interval, range, &PRICES)?;
    let [open, high, low, close] = columns;
    Ok(Prices { timestamps, open, high, low, close, interval })
}

/// The interval, once the table has the columns and every row a time.
fn checked_interval(
    db: &Database,
    table: &CandleTable,
    names: &[&'static str],
) -> Result<TimeDelta, MarketDataError> {
    Select::new(db, table.as_table(), TIME, names)?.bounds()?;
    candle_interval(db, table)
}

/// Timestamps and the columns `names` of the candles of `range`.
pub(crate) fn columns_within<const N: usize>(
    db: &Database,
    table: &CandleTable,
    interval: TimeDelta,
    range: TimeRange,
    names: &[&'static str; N],
) -> Result<(Vec<i64>, [Vec<f64>; N]), MarketDataError> {
    let mut timestamps = Vec::new();
    let mut columns = [const { Vec::new() }; N];
    let select = Select::new(db, table.as_table(), TIME, names)?.within(range);
    select.for_each(|timestamp, values| {
        if let Some(&earlier) = timestamps.last() {
            check_spacing(table.as_table(), earlier, timestamp, interval)?;
        }
        timestamps.push(timestamp);
        for ((&name, column), &value) in names.iter().zip(&mut columns).zip(values) {
            let number = if name == "volume" {
                let wanted = "a finite number that is not negative";
                table.as_table().checked(name, timestamp, value, wanted, |found| found >= 0.0)
            } else {
                let wanted = "a finite positive price";
                table.as_table().checked(name, timestamp, value, wanted, |found| found > 0.0)
            };
            column.push(number?);
        }
        // Every reader asks for the prices, first and in this order.
        let [high, low] = [1, 2].map(|place| columns.get(place).and_then(|prices| prices.last()));
        match (high, low) {
            (Some(&high), Some(&low)) if high < low => {
                Err(MarketDataError::Candles(CandleError::HighBelowLow {
                    path: table.as_table().path().to_owned(),
                    table: table.name().to_owned(),
                    timestamp,
                    high,
                    low,
                }))
            }
            _ => Ok(()),
        }
    })?;
    Ok((timestamps, columns))
}

/// What the table covers; `None` when it is empty.
///
/// # Errors
/// When the column `timestamp` is missing or no timestamp, and when it is NULL or infinite in a row.
pub fn candle_range(
    db: &Database,
    table: &CandleTable,
) -> Result<Option<TimeSpan>, MarketDataError> {
    Select::new(db, table.as_table(), TIME, &[])?.span()
}

/// The open time (µs UTC) of the newest candle; `None` when there is none.
///
/// # Errors
/// As [`candle_range`].
pub fn newest_candle(db: &Database, table: &CandleTable) -> Result<Option<i64>, MarketDataError> {
    let bounds = Select::new(db, table.as_table(), TIME, &[])?.bounds()?;
    Ok(bounds.map(|(_, newest)| newest))
}

/// The interval that the table's name tells, otherwise the smallest spacing of its rows.
///
/// # Errors
/// [`IntervalUnknown`](CandleError::IntervalUnknown).
pub fn candle_interval(db: &Database, table: &CandleTable) -> Result<TimeDelta, MarketDataError> {
    table.interval().map_or_else(|| smallest_spacing(db, table.as_table()), Ok)
}

/// Fails unless `timestamp` lies a whole number of intervals, and not zero, after `earlier`.
pub(crate) fn check_spacing(
    table: &Table,
    earlier: i64,
    timestamp: i64,
    interval: TimeDelta,
) -> Result<(), MarketDataError> {
    match timestamp.saturating_sub(earlier) {
        0 => Err(table.duplicate(timestamp)),
        spacing if spacing % micros_of(interval) == 0 => Ok(()),
        _ => Err(MarketDataError::Candles(CandleError::CandleSpacing {
            path: table.path().to_owned(),
            table: table.name().to_owned(),
            earlier,
            timestamp,
            interval,
        })),
    }
}

fn smallest_spacing(db: &Database, table: &Table) -> Result<TimeDelta, MarketDataError> {
    let (mut last, mut smallest, mut rows) = (None, None, 0);
    Select::new(db, table, TIME, &[])?.for_each(|timestamp, _| {
        let spacing = last.replace(timestamp).map(|last| timestamp.saturating_sub(last));
        let spacing = spacing.filter(|&spacing| spacing > 0);
        smallest = smallest.into_iter().chain(spacing).min();
        rows += 1;
        Ok(())
    })?;
    smallest.map(TimeDelta::microseconds).ok_or_else(|| {
        MarketDataError::Candles(CandleError::IntervalUnknown {
            path: table.path().to_owned(),
            table: table.name().to_owned(),
            rows,
        })
    })
}

fn gaps_between(timestamps: &[i64], interval: TimeDelta) -> Vec<Gap> {
    let step = micros_of(interval);
    let neighbours = timestamps.iter().copied().zip(timestamps.iter().copied().skip(1));
    neighbours
        .filter(|(after, before)| before - after > step)
        .map(|(after, before)| Gap {
            after,
            before,
            missing: ((before - after) / step - 1).unsigned_abs(),
        })
        .collect()
}

pub(crate) fn micros_of(interval: TimeDelta) -> i64 {
    interval.num_microseconds().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_count_what_is_missing() {
        let hour = 3_600_000_000;
        let timestamps = vec![0, hour, 4 * hour, 5 * hour, 7 * hour];
        let prices = vec![1.0; 5];
        let [open, high, low, close, volume] = std::array::from_fn(|_| prices.clone());
        let interval = TimeDelta::hours(1);
        let candles = Candles { timestamps, open, high, low, close, volume, interval };
        let gaps = [
            Gap { after: hour, before: 4 * hour, missing: 2 },
            Gap { after: 5 * hour, before: 7 * hour, missing: 1 },
        ];
        assert_eq!(candles.gaps(), gaps);
    }
}
