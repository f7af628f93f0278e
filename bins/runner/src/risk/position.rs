//! The positions that are asked about.

use std::path::Path;

use backtest::Rules;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use strategy_core::{BoxError, Result};

use crate::backtest::folder::{self, Trade};

/// One position.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Position {
    pub(crate) dataset: String,
    /// Signed, in base currency.
    pub(crate) quantity: f64,
    /// Entry price; `None`: the last close.
    pub(crate) entry: Option<f64>,
    /// Stop price.
    pub(crate) stop: Option<f64>,
}

/// Reads `dataset=0.5@60000/58000`.
pub(crate) fn parse(text: &str) -> Result<Position, String> {
    let wanted = || {
        "wanted a dataset, a signed quantity, perhaps entry and stop, as in \
         binance_btcusdt_perp_1h=0.5@60000/58000"
            .to_owned()
    };
    let (dataset, rest) = text.split_once('=').ok_or_else(wanted)?;
    let (quantity, prices) =
        rest.split_once('@').map_or((rest, None), |(quantity, prices)| (quantity, Some(prices)));
    let (entry, stop) = match prices.map(|prices| prices.split_once('/').ok_or(prices)) {
        None => (None, None),
        Some(Err(entry)) => (Some(entry), None),
        Some(Ok((entry, stop))) => (Some(entry), Some(stop)),
    };
    let number = |text: &str| text.parse().ok().filter(|found: &f64| found.is_finite());
    let price = |text: Option<&str>| match text {
        None => Ok(None),
        Some(text) => number(text).filter(|&price| price > 0.0).map(Some).ok_or_else(wanted),
    };
    let quantity = number(quantity).filter(|&quantity| quantity != 0.0).ok_or_else(wanted)?;
    let (entry, stop) = (price(entry)?, price(stop)?);
    if dataset.is_empty() {
        return Err(wanted());
    }
    Ok(Position { dataset: dataset.to_owned(), quantity, entry, stop })
}

/// The rules that the account of a backtest was kept by.
pub(crate) fn rules(folder: &Path) -> Result<Rules> {
    let path = folder.join("summary.json");
    let failed = |error: BoxError| -> BoxError {
        format!("{}: {error}: is it the folder of a backtest?", path.display()).into()
    };
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.into()))?;
    let summary: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| failed(error.into()))?;
    Rules::deserialize(&summary["rules"]).map_err(|error| failed(error.into()))
}

/// How a backtest ended.
pub(crate) struct End {
    /// Its open trades.
    pub(crate) positions: Vec<Position>,
    /// Its last equity.
    pub(crate) equity: f64,
    /// The open time of its last row.
    pub(crate) time: DateTime<Utc>,
}

/// How the backtest of a folder ended.
pub(crate) fn of_backtest(path: &Path) -> Result<End> {
    let open = folder::trades(path)?.into_iter().filter(|trade| trade.exit.is_none());
    let position = |trade: Trade| Position {
        dataset: trade.instrument,
        quantity: trade.quantity * f64::from(trade.side),
        entry: Some(trade.entry_price),
        stop: trade.stop,
    };
    let positions = open.map(position).collect();
    let (times, equity) = folder::equity(path)?;
    let time = times.last().and_then(|&time| DateTime::from_timestamp_micros(time));
    let (time, &equity) =
        time.zip(equity.last()).ok_or_else(|| format!("{} has no equity", path.display()))?;
    Ok(End { positions, equity, time })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_or_refused() {
        let read = parse("btc=-0.5@60000/61000").unwrap();
        assert_eq!((read.quantity, read.entry, read.stop), (-0.5, Some(60_000.0), Some(61_000.0)));
        assert_eq!(parse("btc=1").unwrap().entry, None);
        assert_eq!(parse("btc=1@5").unwrap().stop, None);
        for wrong in ["btc", "=1", "btc=0", "btc=x", "btc=1@-5", "btc=1@5/0", "btc=nan", "btc=1@"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
