//! A backtest as a page to look at.

use backtest::{Candle, EquityRow, Results, Tie};
use report::pages::{self, Backtest, Costs, EquityCurve, EquityPoint, TieBand, Trade};
use report::{Page, Tile, number, time};
use statistics::Estimate;
use strategy_core::Side;

use super::args::Settings;
use super::candles::Market;
use super::decisions::Asked;
use super::simulate::{Outcome, Run, Simulated};
use super::summary::{LINES, Report};

/// The page of an outcome; the numbers are those of the summary.
pub(crate) fn page(
    asked: &Asked,
    market: &Market,
    settings: &Settings,
    outcome: &Outcome,
    summary: &Report,
    origin: Vec<(String, String)>,
) -> Page {
    let chosen = settings.chosen(outcome);
    let name = |tie: Tie| match tie {
        Tie::Pessimistic => "pessimistic",
        Tie::Optimistic => "optimistic",
    };
    let (tie, other) = match settings.rules.tie {
        Tie::Pessimistic => (Tie::Pessimistic, (Tie::Optimistic, &outcome.optimistic)),
        Tie::Optimistic => (Tie::Optimistic, (Tie::Pessimistic, &outcome.pessimistic)),
    };
    let times = market.history.times();
    let range = times.first().zip(times.last()).map_or(String::new(), |(first, last)| {
        format!("{} to {}", time::minute(seconds(*first)), time::minute(seconds(*last)))
    });
    let legs = market.instruments.len().max(1);
    let last = times.last().copied().unwrap_or_default();
    let first = times.partition_point(|&time| time < last - pages::WEEKS * 7 * 86_400_000_000);
    let candles = times[first..].iter().zip(market.history.candles()[first * legs..].chunks(legs));
    let run = &chosen.run.summary;
    let worth = |row: &EquityRow| (seconds(row.time), row.equity);
    let band = TieBand::between(&chosen.results.equity, &other.1.results.equity, worth);
    Backtest {
        dataset: market.names.join(", "),
        facts: [asked.name.clone(), range].into_iter().chain(summary.rules_in_words()).collect(),
        answers: vec![answer(chosen, &outcome.hold)],
        warnings: market.notes.iter().chain(&asked.remarks).cloned().collect(),
        tiles: tiles(&chosen.run, run.counts.ambiguous),
        capital: settings.rules.capital,
        equity: EquityCurve::of(&chosen.results.equity, point),
        tie: name(tie).to_owned(),
        other_tie: Some((
            name(other.0).to_owned(),
            EquityCurve::line(&other.1.results.equity, point),
            band,
        )),
        hold: EquityCurve::line(&outcome.hold.results.equity, point),
        costs: (run.trades > 0).then_some(Costs {
            gross: run.gross_pnl,
            slippage: run.slippage,
            fees: run.fees,
            funding: run.funding,
            net: run.net_pnl,
        }),
        trades: trades(&chosen.results),
        candles: candles.filter_map(|(&time, legs)| Some(candle(time, legs.first()?))).collect(),
        summary: LINES
            .iter()
            .map(|(name, value)| ((*name).trim().to_owned(), value(&chosen.run)))
            .collect(),
        origin,
    }
    .page()
}

fn seconds(micros: i64) -> i64 {
    micros.div_euclid(1_000_000)
}

fn answer(chosen: &Simulated, hold: &Simulated) -> String {
    let (run, hold) = (&chosen.run.summary, &hold.run.summary);
    format!(
        "{} {} returned {} after all costs, with a largest drawdown of {}; buying and holding returned {}.",
        number::count(run.trades),
        if run.trades == 1 { "trade" } else { "trades" },
        number::change(Some(run.total_return), 2),
        number::per_cent(Some(run.max_drawdown), 2),
        number::change(Some(hold.total_return), 2)
    )
}

fn tiles(run: &Run, ambiguous: u64) -> Vec<Tile> {
    let summary = &run.summary;
    let sharpe = run.performance.as_ref().and_then(|found| found.sharpe.as_ref().ok());
    let between = |found: Option<&Estimate>, unit: f64, decimals: usize| {
        let interval = found.and_then(|found| found.interval.as_ref().ok());
        let interval = interval.map(|found| (found.lower * unit, found.upper * unit));
        interval.map_or(String::new(), |interval| {
            format!("95 %: {}", number::interval(Some(interval), decimals))
        })
    };
    let win_rate = run.trade_statistics.win_rate.as_ref().ok();
    let mut tiles = vec![
        Tile::new("Return", number::change(Some(summary.total_return), 2), "after all costs"),
        Tile::new(
            "Largest drawdown",
            number::per_cent(Some(summary.max_drawdown), 2),
            "of equity, from every row",
        ),
        Tile::new(
            "Sharpe ratio",
            number::fixed(sharpe.map(|s| s.value), 2),
            between(sharpe, 1.0, 2),
        ),
        Tile::new("Trades", number::count(summary.trades), "that have ended"),
        Tile::new("Win rate", number::per_cent(summary.win_rate, 1), between(win_rate, 100.0, 1)),
        Tile::new("Profit factor", number::fixed(summary.profit_factor, 2), "gains over losses"),
        Tile::new(
            "Turnover",
            format!("{} ×", number::fixed(Some(summary.turnover), 1)),
            "of equity",
        ),
    ];
    tiles.push(Tile::new(
        "Ambiguous",
        number::count(ambiguous),
        "candles that touch stop and profit",
    ));
    tiles
}

fn point(row: &EquityRow) -> EquityPoint {
    EquityPoint {
        time: seconds(row.time),
        equity: row.equity,
        drawdown: row.drawdown,
        gross_exposure: row.gross_exposure,
    }
}

fn trades(results: &Results) -> Vec<Trade> {
    let trade = |trade: &backtest::Trade| Trade {
        long: trade.side == Side::Long,
        entry_time: seconds(trade.entry_time),
        entry_price: trade.entry_price,
        exit_time: trade.exit.map(|exit| seconds(exit.time)),
        exit_price: trade.exit.map(|exit| exit.price),
        exit_reason: trade.exit.map(|exit| exit.reason.name()),
        net_pnl: trade.exit.map(|exit| exit.net_pnl),
        mae: Some(trade.mae),
        mfe: Some(trade.mfe),
        rows_held: Some(trade.rows_held),
    };
    let mut trades: Vec<Trade> = results.trades.iter().map(trade).collect();
    trades.sort_by_key(|trade| trade.entry_time);
    trades
}

#[allow(clippy::cast_precision_loss, reason = "seconds of a calendar")]
fn candle(time: i64, candle: &Candle) -> report::Candle {
    report::Candle {
        time: seconds(time) as f64,
        open: candle.open(),
        high: candle.high(),
        low: candle.low(),
        close: candle.close(),
    }
}
