//! What the rows of an evaluation were worth in money.

use ::payoffs::{Drawing, Money, Ranked};
use backtest::{
    Candle, Fees, FundingGaps, FundingRule, History, Rules, Settlement, Slippage, Venue,
    settlements,
};
use chrono::{DateTime, TimeDelta};
use evaluation::Evaluated;
use labeling::{TargetKey, TiePolicy};
use market_data::{Prices, TimeRange, funding_dataset, read_funding, read_prices};
use scored_labels::{Inputs, Run, micros};
use statistics::Resampling;

use crate::BinsError;
use crate::exits::exits_of_key;

/// What a trade costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Costs {
    pub(crate) venue: &'static Venue,
    pub(crate) fees: Fees,
    /// Fraction of the price that market orders lose.
    pub(crate) slippage: f64,
    pub(crate) funding: FundingRule,
}

/// The rows' trades, by the label's own barriers and horizon. `None`, with why, where the label has none or
/// there are no candles.
pub(crate) fn money(
    run: &Run,
    inputs: &Inputs,
    evaluated: &Evaluated,
    seed: u64,
    costs: &Costs,
) -> Result<Result<Money, String>, BinsError> {
    let (evaluation, rows) = (&evaluated.evaluation, &evaluated.rows);
    let Ok(key) = TargetKey::parse(&evaluation.judged.target_key) else {
        return Ok(
            Err("the label is no barrier rule, so that no trade follows from it".to_owned()),
        );
    };
    let (Some(table), Some(exits)) = (run.candles(), exits_of_key(&key, micros(inputs.interval)))
    else {
        return Ok(Err("there are no candles to trade on".to_owned()));
    };
    let (Some(&first), Some(&last)) = (rows.timestamps.first(), rows.timestamps.last()) else {
        return Ok(Err("no row has a label".to_owned()));
    };
    // A trade is filled a candle after its row, and ends a horizon later.
    let horizon = key.rule(TiePolicy::default()).horizon();
    let end = last.saturating_add(micros(horizon)).saturating_add(2 * micros(inputs.interval));
    let at = DateTime::from_timestamp_micros;
    let range = TimeRange { start: at(first), end: at(end) };
    let prices = read_prices(run.market(), table, range)?;
    let mut notes = Vec::new();
    let paid = match costs.funding {
        FundingRule::Off => Vec::new(),
        _ => paid(run, costs.venue, &prices, inputs.interval, &mut notes)?,
    };
    let history = history(prices, inputs.interval, paid)?;
    let rules = Rules {
        exits,
        fees: costs.fees,
        slippage: Slippage::OfPrice(costs.slippage),
        funding: costs.funding,
        ..Rules::default()
    };
    let weights: Vec<f64> = rows.sides.iter().map(|side| f64::from(side.code())).collect();
    let n_bins = u16::try_from(evaluation.bins.len()).unwrap_or(u16::MAX);
    let ranked = Ranked { bins: &rows.bins, n_bins };
    let drawing = Drawing {
        resampling: Resampling {
            resamples: evaluation.resamples,
            confidence: evaluation.confidence,
            seed,
        },
        block: usize::try_from(evaluation.block_rows).unwrap_or(usize::MAX),
    };
    let times = &rows.timestamps;
    let found = Money::of(&history, &rules, times, &weights, Some(ranked), &drawing)?;
    notes.extend(found.notes.iter().cloned());
    Ok(Ok(Money { notes, ..found }))
}

fn history(
    prices: Prices,
    interval: TimeDelta,
    paid: Vec<Settlement>,
) -> Result<History, BinsError> {
    let Prices { timestamps, open, high, low, close, .. } = prices;
    let candle = |(row, &time): (usize, &i64)| {
        Candle::new(time, [open[row], high[row], low[row], close[row]])
    };
    let candles = timestamps.iter().enumerate().map(candle).collect::<Result<Vec<_>, _>>();
    let candles = candles.map_err(::payoffs::PayoffError::from)?;
    let history = History::new(timestamps, micros(interval), candles, paid);
    Ok(history.map_err(::payoffs::PayoffError::from)?)
}

/// The funding of the candles' time; none, which is noted, where the file has no rates.
fn paid(
    run: &Run,
    venue: &Venue,
    prices: &Prices,
    interval: TimeDelta,
    notes: &mut Vec<String>,
) -> Result<Vec<Settlement>, BinsError> {
    let found = match funding_dataset(run.market(), Some(run.dataset()))? {
        Some(dataset) => read_funding(run.market(), &dataset, TimeRange::ALL)?,
        None => None,
    };
    let Some(rates) = found else {
        notes.push("NO FUNDING IS CHARGED: the file of candles has no funding rates".to_owned());
        return Ok(Vec::new());
    };
    let begin = prices.timestamps.first().copied().unwrap_or_default();
    let end = prices.timestamps.last().map_or(begin, |last| last + micros(interval));
    let longest = venue.longest_funding_hours * 3_600_000_000;
    let records = rates.timestamps.into_iter().zip(rates.rates).map(|(t, rate)| (t, rate, None));
    let records = records.filter(|(time, ..)| *time >= begin - longest);
    let (found, holes) = settlements(0, records, (begin, end), longest, FundingGaps::Zero)
        .map_err(::payoffs::PayoffError::from)?;
    if holes > 0 {
        notes.push(format!("{holes} holes in the funding rates, where nothing is charged"));
    }
    Ok(found)
}
