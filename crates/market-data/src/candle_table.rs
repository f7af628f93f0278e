//! Which table holds the candles, and what its name tells about them.

use chrono::TimeDelta;

use crate::{Database, MarketDataError, Table};

const PREFIX: &str = "ohlcv_";

/// A table of candles. The name `ohlcv_<symbol>_<interval>` tells what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandleTable {
    table: Table,
    symbol: Option<String>,
    interval: Option<TimeDelta>,
}

impl CandleTable {
    /// The table's name, such as `ohlcv_btcusdt_1h`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.table.name()
    }

    /// The table itself.
    #[must_use]
    pub fn as_table(&self) -> &Table {
        &self.table
    }

    /// The symbol, such as `btcusdt`, if the name follows the pattern.
    #[must_use]
    pub fn symbol(&self) -> Option<&str> {
        self.symbol.as_deref()
    }

    /// The interval that the name tells, such as one hour, if it follows the pattern.
    #[must_use]
    pub fn interval(&self) -> Option<TimeDelta> {
        self.interval
    }

    /// The same table, its interval known from its rows.
    pub(crate) fn with_interval(self, interval: TimeDelta) -> Self {
        Self { interval: Some(interval), ..self }
    }
}

impl From<Table> for CandleTable {
    fn from(table: Table) -> Self {
        let (symbol, interval) = parse_name(table.name()).unzip();
        Self { table, symbol, interval }
    }
}

/// The table of candles `wanted`, or else the only one whose name begins with `ohlcv_`.
///
/// # Errors
/// [`MissingTable`](MarketDataError::MissingTable) when there is no table `wanted`;
/// [`NoCandleTable`](MarketDataError::NoCandleTable) and
/// [`CandleTableNotUnique`](MarketDataError::CandleTableNotUnique), since nothing is guessed.
pub fn candle_table(db: &Database, wanted: Option<&str>) -> Result<CandleTable, MarketDataError> {
    if let Some(name) = wanted {
        return db.table(name).map(CandleTable::from);
    }
    let tables = db.tables()?;
    let names = |tables: &[Table]| tables.iter().map(|table| table.name().to_owned()).collect();
    let candidates: Vec<Table> =
        tables.iter().filter(|table| after_prefix(table.name()).is_some()).cloned().collect();
    match candidates.as_slice() {
        [table] => Ok(table.clone().into()),
        [] => Err(MarketDataError::NoCandleTable {
            path: db.path().into(),
            found: names(tables),
            elsewhere: db.elsewhere()?,
        }),
        several => Err(MarketDataError::CandleTableNotUnique {
            path: db.path().into(),
            found: names(several),
        }),
    }
}

/// The table of candles of `dataset`: the one `wanted`, whatever it is called, or else the only one,
/// whose name must then tell that it holds the candles of the dataset's instrument, if one is known.
///
/// # Errors
/// As [`candle_table`], and [`OtherInstrument`](MarketDataError::OtherInstrument).
pub fn candle_table_of(
    db: &Database,
    wanted: Option<&str>,
    dataset: Option<&str>,
) -> Result<CandleTable, MarketDataError> {
    let table = candle_table(db, wanted)?;
    if let (None, Some(dataset)) = (wanted, dataset) {
        require_instrument(&table, dataset)?;
    }
    Ok(table)
}

/// Refuses a table that was merely found unless its name, an interval at its end aside, stands in the
/// dataset's between separators, as `btcusdt` in `binance_btcusdt_perp_1h`.
pub(crate) fn require_instrument(
    table: &CandleTable,
    dataset: &str,
) -> Result<(), MarketDataError> {
    if holds_candles_of(table.name(), dataset) {
        return Ok(());
    }
    Err(MarketDataError::OtherInstrument {
        path: table.as_table().path().to_owned(),
        table: table.name().to_owned(),
        dataset: dataset.to_owned(),
    })
}

/// Whether the name of a table of candles tells that they are those of the dataset's instrument.
#[must_use]
pub fn holds_candles_of(table: &str, dataset: &str) -> bool {
    let name = table.to_lowercase();
    let rest = after_prefix(&name).unwrap_or(&name);
    let instrument = match rest.rsplit_once('_') {
        Some((before, end)) if looks_like_interval(end) => before,
        _ if looks_like_interval(rest) => "",
        _ => rest,
    };
    let is_part = format!("_{}_", dataset.to_lowercase()).contains(&format!("_{instrument}_"));
    is_part && !instrument.is_empty()
}

/// `1h`, `60min`, `hourly`: what stands at the end of a name and is no instrument.
fn looks_like_interval(text: &str) -> bool {
    const WORDS: [&str; 5] = ["hourly", "daily", "weekly", "monthly", "minutely"];
    const UNITS: [&str; 12] =
        ["s", "sec", "m", "min", "minute", "t", "h", "hour", "d", "day", "w", "week"];
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    WORDS.contains(&text) || UNITS.contains(&unit.strip_suffix('s').unwrap_or(unit)) || unit == "s"
}

/// What follows `ohlcv_`, the mark of a table of candles.
pub(crate) fn after_prefix(name: &str) -> Option<&str> {
    let (prefix, rest) = name.split_at_checked(PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then_some(rest)
}

/// Symbol and interval of `ohlcv_<symbol>_<interval>`.
fn parse_name(name: &str) -> Option<(String, TimeDelta)> {
    let (symbol, interval) = after_prefix(name)?.rsplit_once('_')?;
    let interval = parse_interval(interval)?;
    (!symbol.is_empty()).then(|| (symbol.to_owned(), interval))
}

/// The interval that `1m`, `1h` or `1d` in the name of a table or dataset means: up to four digits
/// and a unit, seconds to weeks.
#[must_use]
pub fn parse_interval(text: &str) -> Option<TimeDelta> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    // Four digits are plenty and keep the product far from overflow.
    let digits = (1..=4).contains(&count.len()) && count.bytes().all(|b| b.is_ascii_digit());
    let count: i64 = digits.then(|| count.parse().ok())??;
    (count > 0).then(|| TimeDelta::seconds(count * seconds))
}

/// The intervals that the parts of a dataset's name look like, in their order: `1h` in
/// `binance_btcusdt_perp_1h`, and also `3d` in `…_1h_fold_3d`, which is none.
#[must_use]
pub fn dataset_intervals(dataset: &str) -> Vec<TimeDelta> {
    dataset.split('_').skip(1).filter_map(parse_interval).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_was_found_must_be_the_datasets() {
        let check = |name: &str, dataset: &str, expect: bool| {
            let table = CandleTable::from(Table::stand_in(name));
            assert_eq!(require_instrument(&table, dataset).is_ok(), expect, "{name} of {dataset}");
        };
        let btc = "binance_btcusdt_perp_1h";
        for name in ["btcusdt", "btcusdt_1h", "BTCUSDT_60min", "btcusdt_hourly", "btcusdt_perp_1d"]
        {
            check(&format!("ohlcv_{name}"), btc, true);
            check(&format!("ohlcv_{name}"), "binance_ethusdt_perp_1h", false);
        }
        // Whose candles these are, the name does not tell.
        for name in ["ohlcv_1h", "ohlcv_hourly", "ohlcv_all", "ohlcv_btc", "ohlcv_btcusdt_ethusdt"]
        {
            check(name, btc, false);
        }
        check("ohlcv_1000pepeusdt_1h", "binance_1000pepeusdt_perp_1h", true);
        check("ohlcv_1000pepeusdt", "binance_1000pepeusdt_perp_1h", true);
        check("ohlcv_1000pepeusdt", "binance_pepeusdt_perp_1h", false);
    }

    #[test]
    fn names_tell_symbol_and_interval() {
        let cases = [
            ("ohlcv_btcusdt_1h", Some(("btcusdt", TimeDelta::hours(1)))),
            ("OHLCV_btcusdt_perp_15m", Some(("btcusdt_perp", TimeDelta::minutes(15)))),
            ("ohlcv_x_30s", Some(("x", TimeDelta::seconds(30)))),
            ("ohlcv_x_4h", Some(("x", TimeDelta::hours(4)))),
            ("ohlcv_x_1d", Some(("x", TimeDelta::days(1)))),
            ("ohlcv_x_1w", Some(("x", TimeDelta::weeks(1)))),
            ("ohlcv_btcusdt", None),
            ("ohlcv__1h", None),
            ("ohlcv_x_0h", None),
            ("ohlcv_x_h", None),
            ("ohlcv_x_", None),
            ("ohlcv_x_+1h", None),
            ("ohlcv_x_1M", None),
            ("ohlcv_x_1é", None),
            ("ohlcv_x_99999h", None),
            ("candles_x_1h", None),
            ("é", None),
        ];
        for (name, wanted) in cases {
            let wanted = wanted.map(|(symbol, interval)| (symbol.to_owned(), interval));
            assert_eq!(parse_name(name), wanted, "{name}");
        }
    }
}
