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
