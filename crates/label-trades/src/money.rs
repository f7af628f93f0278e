//! What predicted rows were worth in money.

use backtest::{
    Candle, FundingGaps, FundingRule, History, Rules, Settlement, Slippage, settlements,
};
use chrono::{DateTime, TimeDelta};
use labeling::{TargetKey, TiePolicy};
use market_data::{
    CandleTable, Database, Prices, TimeRange, funding_dataset, read_funding, read_prices,
};
use payoffs::{Drawing, Money, Ranked};
use strategy_core::Side;
use terminal::counted;

use crate::{Costs, LabelTradeError, exits_of_target};

/// Where the rows' candles and funding rates are.
#[derive(Debug, Clone, Copy)]
pub struct Market<'a> {
    /// The file.
    pub database: &'a Database,
    /// Its table of candles, where there is one.
    pub table: Option<&'a CandleTable>,
    /// The dataset, as in `binance_btcusdt_perp_1h`.
    pub dataset: &'a str,
    /// How long a row lasts.
    pub interval: TimeDelta,
}

/// What the trades from the rows at `times` (µs UTC, ascending) paid, each ended by the barriers and the horizon
/// of the label `target_key`: of their `sides`, and either way of the bins that they were `ranked` in. `Err` with
/// the reason where the label is no barrier rule or there are no candles.
///
/// # Errors
/// When candles or funding rates cannot be read or traded on, or intervals cannot be drawn as asked.
pub fn money(
    market: &Market<'_>,
    target_key: &str,
    (times, sides): (&[i64], &[Side]),
    ranked: Ranked<'_>,
    drawing: &Drawing,
    costs: &Costs,
) -> Result<Result<Money, String>, LabelTradeError> {
    let why = |reason: &str| Ok(Err(reason.to_owned()));
    let Ok(key) = TargetKey::parse(target_key) else {
        return why("the label is no barrier rule, so that no trade follows from it");
    };
    let (Some(table), Some(exits)) = (market.table, exits_of_target(&key, market.interval)) else {
        return why("there are no candles to trade on");
    };
    let (Some(&first), Some(&last)) = (times.first(), times.last()) else {
        return why("no row has a label");
    };
    // A trade is filled a candle after its row, and ends a horizon later.
    let horizon = key.rule(TiePolicy::default()).horizon();
    let end = last.saturating_add(micros(horizon)).saturating_add(2 * micros(market.interval));
    let at = DateTime::from_timestamp_micros;
    let range = TimeRange { start: at(first), end: at(end) };
    let prices = read_prices(market.database, table, range)?;
    let mut notes = Vec::new();
    let paid = match costs.funding {
        FundingRule::Off => Vec::new(),
        _ => paid(market, costs, &prices, &mut notes)?,
    };
    let history = history(prices, market.interval, paid)?;
    let rules = Rules {
        exits,
        fees: costs.fees,
        slippage: Slippage::OfPrice(costs.slippage),
        funding: costs.funding,
        ..Rules::default()
    };
    let weights: Vec<f64> = sides.iter().map(|side| f64::from(side.code())).collect();
    let found = Money::of(&history, &rules, times, &weights, Some(ranked), drawing)?;
    notes.extend(found.notes.iter().cloned());
    Ok(Ok(Money { notes, ..found }))
}

fn micros(span: TimeDelta) -> i64 {
    span.num_microseconds().unwrap_or(i64::MAX / 4)
}

fn history(
    prices: Prices,
    interval: TimeDelta,
    paid: Vec<Settlement>,
) -> Result<History, LabelTradeError> {
    let Prices { timestamps, open, high, low, close, .. } = prices;
    let candle = |(row, &time): (usize, &i64)| {
        Candle::new(time, [open[row], high[row], low[row], close[row]])
    };
    let candles = timestamps.iter().enumerate().map(candle).collect::<Result<Vec<_>, _>>()?;
    Ok(History::new(timestamps, micros(interval), candles, paid)?)
}

/// The funding of the candles' time; none, which is noted, where the file has no rates.
fn paid(
    market: &Market<'_>,
    costs: &Costs,
    prices: &Prices,
    notes: &mut Vec<String>,
) -> Result<Vec<Settlement>, LabelTradeError> {
    let found = match funding_dataset(market.database, Some(market.dataset))? {
        Some(dataset) => read_funding(market.database, &dataset, TimeRange::ALL)?,
        None => None,
    };
    let Some(rates) = found else {
        notes.push("NO FUNDING IS CHARGED: the file of candles has no funding rates".to_owned());
        return Ok(Vec::new());
    };
    let begin = prices.timestamps.first().copied().unwrap_or_default();
    let end = prices.timestamps.last().map_or(begin, |last| last + micros(market.interval));
    let longest = costs.venue.longest_funding_hours * 3_600_000_000;
    let records = rates.timestamps.into_iter().zip(rates.rates).map(|(t, rate)| (t, rate, None));
    let records = records.filter(|(time, ..)| *time >= begin - longest);
    let (found, holes) = settlements(0, records, (begin, end), longest, FundingGaps::Zero)?;
    if holes > 0 {
        let holes = counted(holes, "hole");
        notes.push(format!("{holes} in the funding rates, where nothing is charged"));
    }
    Ok(found)
}
