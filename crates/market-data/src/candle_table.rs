//! Which table holds the candles, and what its name tells about them.

use chrono::TimeDelta;

use crate::table_name::{after_prefix, holds_candles_of, parse_name};
use crate::{CandleError, Database, MarketDataError, Table};

/// A table of candles. The name `ohlcv_<symbol>_<interval>` tells what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandleTable {
    table: Table,
    symbol: Option<String>,
    interval: Option<TimeDelta>,
}

impl CandleTable {
    /// The table's name, such as `ohlcv_btcusdt_1h`.
    pub fn name(&self) -> &str {
        self.table.name()
    }

    /// The table itself.
    #[must_use]
    pub(crate) fn as_table(&self) -> &Table {
        &self.table
    }

    /// The symbol, such as `btcusdt`, if the name follows the pattern.
    pub fn symbol(&self) -> Option<&str> {
        self.symbol.as_deref()
    }

    /// The interval that the name tells, such as one hour, if it follows the pattern.
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
/// [`MissingTable`](crate::TableError::MissingTable) when there is no table `wanted`;
/// [`NoCandleTable`](crate::CandleError::NoCandleTable) and
/// [`CandleTableNotUnique`](crate::CandleError::CandleTableNotUnique), since nothing is guessed.
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
        [] => Err(MarketDataError::Candles(CandleError::NoCandleTable {
            path: db.path().into(),
            found: names(tables),
            elsewhere: db.elsewhere()?,
        })),
        several => {
            Err(CandleError::CandleTableNotUnique { path: db.path().into(), found: names(several) }
                .into())
        }
    }
}

/// The table of candles of `dataset`: the one `wanted`, whatever it is called, or else the only one,
/// whose name must then tell that it holds the candles of the dataset's instrument, if one is known.
///
/// # Errors
/// As [`candle_table`], and [`OtherInstrument`](crate::CandleError::OtherInstrument).
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
    Err(MarketDataError::Candles(CandleError::OtherInstrument {
        path: table.as_table().path().to_owned(),
        table: table.name().to_owned(),
        dataset: dataset.to_owned(),
        other: false,
    }))
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
}
