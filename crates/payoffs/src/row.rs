//! The trade of each row.

use backtest::{
    Account, Change, Decision, Events, ExitReason, Gaps, History, Instrument, Intent, MarginMode,
    Portfolio, Request, Row, Rules, Size, Sizing, Trade,
};

use crate::PayoffError;

/// What one row's trade paid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RowPayoff {
    /// After slippage, fees and funding, as a fraction of the notional at the entry's fill.
    pub(crate) net: f64,
    /// Whether it ended by its take profit.
    pub(crate) took_profit: bool,
}

/// Each trade has a notional of 1 in quote currency, so that its profit is a fraction.
struct UnitNotional;

impl Sizing for UnitNotional {
    fn size(&mut self, _: &Request<'_>, _: &Portfolio<'_>, _: &mut Vec<Change>) -> Size {
        Size::Notional(1.0)
    }
}

/// So much capital that no trade waits for another's.
const CAPITAL: f64 = 1e9;

#[derive(Default)]
struct Trades(Vec<Trade>);

impl Events for Trades {
    fn trade(&mut self, trade: &Trade) {
        self.0.push(*trade);
    }
}

/// The payoff of the trade that each row of `times` (open times of candles of `history`, µs UTC, ascending)
/// asks for by its signed `weights`, one an instrument of `history` for each row.
///
/// The trade is filled at the next open and ends by the exits of `rules`, under its costs, funding rule and
/// tie rule; capital, leverage and the number of trades have no part in it. `None` where the row wants no
/// side (the first weight is 0), where the candles end before the trade does, and where candles are missing
/// between the row and its trade's end.
///
/// # Errors
/// [`PayoffError::NoHorizon`] where a side has no longest holding time; when a rule cannot be.
pub(crate) fn row_payoffs(
    history: &History,
    rules: &Rules,
    times: &[i64],
    weights: &[f64],
) -> Result<Vec<Option<RowPayoff>>, PayoffError> {
    if rules.exits.long.max_hold.is_none() || rules.exits.short.max_hold.is_none() {
        return Err(PayoffError::NoHorizon);
    }
    let rules = Rules {
        capital: CAPITAL,
        intent: Intent::Entry,
        max_trades: usize::MAX,
        leverage: 1.0,
        margin: MarginMode::Cross,
        gaps: Gaps::Hold,
        ..rules.clone()
    };
    let legs = history.candles().len() / history.len().max(1);
    let instruments = (0..legs.max(1)).map(|leg| Instrument::named(leg.to_string())).collect();
    let mut account = Account::new(rules, instruments, UnitNotional, Trades::default())?;
    let mut next = 0;
    for bar in history.bars() {
        next += times[next..].partition_point(|&time| time < bar.time);
        let decision = if times.get(next) == Some(&bar.time) {
            let weights = &weights[next * legs..(next + 1) * legs];
            Decision::Weights { weights, outlook: None }
        } else {
            Decision::Silent
        };
        account.row(&Row { bar, detail: &[], decision: Some(decision) })?;
    }
    let (trades, _) = account.finish(false);
    Ok(by_row(history, times, legs, &trades.0))
}

/// Adds up the legs of each row's trade.
fn by_row(
    history: &History,
    times: &[i64],
    legs: usize,
    trades: &[Trade],
) -> Vec<Option<RowPayoff>> {
    struct Sum {
        net: f64,
        notional: f64,
        ended: usize,
        legs: usize,
        took_profit: bool,
    }
    let bars = history.times();
    let mut sums: Vec<Option<Sum>> = times.iter().map(|_| None).collect();
    let whole = |from: usize, to: usize| {
        let rows = i64::try_from(to - from).unwrap_or(i64::MAX);
        bars[to] - bars[from] == rows.saturating_mul(history.interval())
    };
    for trade in trades {
        // The row before the entry's candle decided on it.
        let Ok(entry) = bars.binary_search(&trade.entry_time) else { continue };
        let Some(decided) = entry.checked_sub(1) else { continue };
        let Ok(row) = times.binary_search(&bars[decided]) else { continue };
        let sum = sums[row].get_or_insert(Sum {
            net: 0.0,
            notional: 0.0,
            ended: 0,
            legs: 0,
            took_profit: false,
        });
        sum.legs += 1;
        let Some(exit) = trade.exit else { continue };
        let ended = bars.binary_search(&exit.time).is_ok_and(|exit| whole(decided, exit));
        sum.ended += usize::from(ended);
        sum.net += exit.net_pnl;
        sum.notional += trade.quantity * trade.entry_price;
        sum.took_profit |= exit.reason == ExitReason::TakeProfit;
    }
    let payoff = |sum: Sum| {
        (sum.ended == sum.legs && sum.legs <= legs && sum.notional > 0.0)
            .then(|| RowPayoff { net: sum.net / sum.notional, took_profit: sum.took_profit })
    };
    sums.into_iter().map(|sum| sum.and_then(payoff)).collect()
}

/// What the price did within `rows` candles after each of `times`: the close then over the row's close,
/// less 1; of several instruments the sum of their returns times the row's weights over the sum of the
/// weights' sizes, so that in a short's favour it is positive. `None` where a candle is missing.
pub(crate) fn forward_returns(
    history: &History,
    times: &[i64],
    weights: &[f64],
    rows: u32,
) -> Vec<Option<f64>> {
    let (bars, candles) = (history.times(), history.candles());
    let legs = candles.len() / history.len().max(1);
    let ahead = usize::try_from(rows).unwrap_or(usize::MAX);
    let of_row = |(row, time): (usize, &i64)| {
        let from = bars.binary_search(time).ok()?;
        let to = from.checked_add(ahead)?;
        let whole = *bars.get(to)? - time == i64::from(rows) * history.interval();
        let (mut sum, mut sizes) = (0.0, 0.0);
        for leg in 0..legs {
            let weight = weights[row * legs + leg];
            let [begin, end] = [from, to].map(|bar| candles[bar * legs + leg].close());
            sum += weight * (end / begin - 1.0);
            sizes += weight.abs();
        }
        (whole && sizes > 0.0).then(|| sum / sizes)
    };
    times.iter().enumerate().map(of_row).collect()
}
