//! Days of candles, and what positions would have made of them.

use std::collections::BTreeMap;

use chrono::DateTime;
use market_data::{Database, Instrument, TimeRange, candle_table_of, read_prices};
use statistics::{StatisticsError, conditional_value_at_risk, filtered_returns, value_at_risk};
use strategy_core::Result;
use terminal::counted;

const DAY: i64 = 86_400_000_000;
/// The decay of `RiskMetrics` for days.
const LAMBDA: f64 = 0.94;
/// Days that only start the filter.
const WARM_UP: usize = 60;

/// The closes of UTC days, by the day's number; the last day may be partial.
pub(crate) struct Days {
    pub(crate) closes: BTreeMap<i64, f64>,
    pub(crate) last: f64,
    pub(crate) last_time: i64,
}

/// Reads the days of an instrument; `other` than that of `--ohlcv-duckdb`.
pub(crate) fn days(instrument: &Instrument, other: bool, range: TimeRange) -> Result<Days> {
    let name = instrument.dataset.as_deref().unwrap_or("the instrument");
    let file = instrument.candles.as_ref().ok_or_else(|| {
        format!("there are no candles of {name}: pass --ohlcv-duckdb or --other-ohlcv")
    })?;
    let database = Database::open(&file.path, instrument.lock_timeout)?;
    let table = candle_table_of(&database, file.table.as_deref(), instrument.dataset.as_deref())
        .map_err(|error| if other { error.of_another_instrument() } else { error })?;
    let prices = read_prices(&database, &table, range)?;
    let interval = prices.interval.num_microseconds().unwrap_or(DAY);
    let rows = prices.timestamps.iter().zip(&prices.close);
    // A close at midnight belongs to the day that ends there.
    let closes =
        rows.map(|(time, &close)| ((time + interval - 1).div_euclid(DAY), close)).collect();
    match (prices.close.last(), prices.timestamps.last()) {
        (Some(&last), Some(&time)) => Ok(Days { closes, last, last_time: time + interval }),
        _ => Err(format!("{} has no candles of {name} in the range", file.path.display()).into()),
    }
}

/// Returns of the whole account, day by day, had it held these notionals (over equity) on each.
pub(crate) fn returns(held: &[(f64, Days)]) -> Vec<f64> {
    let Some(((_, first), others)) = held.split_first() else { return Vec::new() };
    let change =
        |days: &Days, day: i64| Some(days.closes.get(&day)? / days.closes.get(&(day - 1))? - 1.0);
    first
        .closes
        .keys()
        .filter_map(|&day| {
            let own = held[0].0 * change(first, day)?;
            others
                .iter()
                .try_fold(own, |sum, (weight, days)| Some(sum + weight * change(days, day)?))
        })
        .collect()
}

/// What a day may lose, as fractions of the equity.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct TailRisk {
    pub(crate) level: f64,
    pub(crate) value_at_risk: f64,
    pub(crate) conditional_value_at_risk: f64,
}

/// At 95 % and 99 %, from the days as they were and at today's volatility.
pub(crate) struct Tails {
    pub(crate) days: usize,
    pub(crate) historical: Vec<TailRisk>,
    pub(crate) filtered: Vec<TailRisk>,
}

impl Tails {
    pub(crate) fn of(returns: &[f64]) -> Result<Self> {
        if returns.len() < WARM_UP + 100 {
            return Err(format!(
                "candles of {}: value at risk needs at least {}; let --start be earlier",
                counted(returns.len(), "day"),
                WARM_UP + 100
            )
            .into());
        }
        let (before, after) = returns.split_at(WARM_UP);
        let first = before.iter().map(|r| r * r).sum::<f64>() / WARM_UP as f64;
        let filtered = filtered_returns(after, LAMBDA, first)?;
        Ok(Self { days: returns.len(), historical: tails(returns)?, filtered: tails(&filtered)? })
    }
}

fn tails(returns: &[f64]) -> Result<Vec<TailRisk>, StatisticsError> {
    let of = |level: f64| {
        Ok(TailRisk {
            level,
            value_at_risk: value_at_risk(returns, 1.0 - level)?,
            conditional_value_at_risk: conditional_value_at_risk(returns, 1.0 - level)?,
        })
    };
    [0.95, 0.99].into_iter().map(of).collect()
}

/// A moment as a person reads it.
pub(crate) fn at(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros)
        .map_or_else(String::new, |time| time.format("%Y-%m-%d %H:%M").to_string())
}
