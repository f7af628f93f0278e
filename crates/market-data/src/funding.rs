//! Funding rates of perpetual futures.

use crate::select::Select;
use crate::{Database, MarketDataError, TimeRange};

pub(crate) const TABLE: &str = "funding_rates";

/// Funding rates, ascending, one a timestamp.
#[derive(Debug, Clone, PartialEq)]
pub struct FundingRates {
    /// When each rate was settled, µs UTC.
    pub timestamps: Vec<i64>,
    /// The rates as fractions of the notional (0.0001 is one basis point); longs pay when positive.
    pub rates: Vec<f64>,
}

/// Reads the funding rates of a dataset in `range`. `None` when the file has no table
/// `funding_rates`, or no row of that dataset at any time.
///
/// # Errors
/// Missing columns; a time that is NULL or infinite, also outside the range; a rate that is NULL or
/// not finite; a timestamp that comes twice.
pub fn read_funding(
    db: &Database,
    dataset: &str,
    range: TimeRange,
) -> Result<Option<FundingRates>, MarketDataError> {
    let Some(table) = db.find_table(TABLE)? else { return Ok(None) };
    table.require(&["timestamp", "dataset", "funding_rate"])?;
    let select = || -> Result<Select<'_>, MarketDataError> {
        let select = Select::new(db, &table, "timestamp", &["funding_rate"])?;
        Ok(select.equal("dataset", dataset))
    };
    if select()?.bounds()?.is_none() {
        return Ok(None);
    }
    let mut found = FundingRates { timestamps: Vec::new(), rates: Vec::new() };
    select()?.within(range).for_each(|timestamp, values| {
        if found.timestamps.last() == Some(&timestamp) {
            return Err(table.duplicate(timestamp));
        }
        let value = values.first().copied().flatten();
        let rate = table.checked("funding_rate", timestamp, value, "a finite number", |_| true)?;
        found.timestamps.push(timestamp);
        found.rates.push(rate);
        Ok(())
    })?;
    Ok(Some(found))
}

/// The dataset of the table of funding rates that is meant by `dataset`: of that name, or of that name but
/// for the interval (`binance_btcusdt_perp_8h` for `…_1h`); the only one where no name is known. `None` where
/// there is none such.
///
/// # Errors
/// When the table cannot be read.
pub fn funding_dataset(
    db: &Database,
    dataset: Option<&str>,
) -> Result<Option<String>, MarketDataError> {
    if db.find_table(TABLE)?.is_none() {
        return Ok(None);
    }
    let sql = "SELECT DISTINCT CAST(dataset AS VARCHAR) AS dataset FROM funding_rates
         WHERE dataset IS NOT NULL ORDER BY dataset";
    let mut known = db.texts(sql, &[])?;
    let stem = |name: &str| name.rsplit_once('_').map_or("", |(stem, _)| stem).to_owned();
    let Some(dataset) = dataset else {
        return Ok((known.len() == 1).then(|| known.remove(0)));
    };
    let exact = known.iter().find(|name| *name == dataset);
    let alike = known.iter().find(|name| !stem(name).is_empty() && stem(name) == stem(dataset));
    Ok(exact.or(alike).cloned())
}
