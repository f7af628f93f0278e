//! What came of it, in numbers.

use serde::{Deserialize, Serialize};

use crate::{Counts, EquityRow, ExitReason, FillKind, Results, Rules};

/// The numbers of one run of an account. Amounts are in quote currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Trades that have ended. Parts of one trade that ended apart count each.
    pub trades: u64,
    /// Trades open at the end.
    pub open_trades: u64,
    /// Of the ended ones, those that were long.
    pub long_trades: u64,
    /// Ended trades with a net profit above 0, over all ended ones; null without any.
    pub win_rate: Option<f64>,
    /// Net profits over net losses of ended trades; null without a loss.
    pub profit_factor: Option<f64>,
    /// Rows held by an ended trade, on average; null without any.
    pub mean_rows_held: Option<f64>,
    /// Profit of the prices, open trades at the last close included.
    pub gross_pnl: f64,
    /// What fills lost against the prices, to be subtracted.
    pub slippage: f64,
    /// Fees, to be subtracted.
    pub fees: f64,
    /// Funding, positive when received.
    pub funding: f64,
    /// `gross_pnl` − `slippage` − `fees` + `funding`.
    pub net_pnl: f64,
    /// Equity after the last row.
    pub final_equity: f64,
    /// Final equity over the capital, less 1.
    pub total_return: f64,
    /// The largest fall from a peak, as a fraction of it: 0 or negative.
    pub max_drawdown: f64,
    /// When that peak was (µs UTC, open time of its row); null if it was the capital before the first row.
    pub drawdown_peak: Option<i64>,
    /// When its lowest point was, µs UTC.
    pub drawdown_trough: Option<i64>,
    /// Rows at whose close something was held, over all rows.
    pub time_in_market: f64,
    /// Gross exposure on average over all rows.
    pub mean_gross_exposure: f64,
    /// Gross exposure at most.
    pub max_gross_exposure: f64,
    /// Notional of all fills over the capital.
    pub turnover: f64,
    /// Ended trades by reason, in the order of the names.
    pub exits: Vec<ExitCount>,
    /// What was counted on the way.
    pub counts: Counts,
}

/// How many trades ended for one reason, and what they earned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExitCount {
    /// The reason.
    pub reason: ExitReason,
    /// How many.
    pub trades: u64,
    /// Their net profit.
    pub net_pnl: f64,
}

impl Summary {
    /// The numbers of `results`.
    #[must_use]
    pub fn of(results: &Results, counts: &Counts, rules: &Rules) -> Self {
        let ended: Vec<_> = results.trades.iter().filter_map(|t| Some((t, t.exit?))).collect();
        let count = ended.len() as u64;
        let sum = |keep: &dyn Fn(f64) -> bool| -> f64 {
            ended.iter().map(|(_, exit)| exit.net_pnl).filter(|pnl| keep(*pnl)).sum()
        };
        let (won, lost) = (sum(&|pnl| pnl > 0.0), sum(&|pnl| pnl < 0.0));
        let wins = ended.iter().filter(|(_, exit)| exit.net_pnl > 0.0).count();
        let share = |part: f64| (count > 0).then(|| part / count as f64);
        let final_equity = results.equity.last().map_or(rules.capital, |row| row.equity);
        let fees: f64 = results.fills.iter().map(|fill| fill.fee).sum();
        let slippage: f64 = results.fills.iter().map(crate::Fill::slippage).sum();
        let funding: f64 = results.funding.iter().map(|payment| payment.amount).sum();
        let net_pnl = final_equity - rules.capital;
        let rows = results.equity.len().max(1) as f64;
        let exposure = || results.equity.iter().map(|row| row.gross_exposure);
        let drawdown = Drawdown::of(&results.equity);
        Self {
            trades: count,
            open_trades: results.trades.len() as u64 - count,
            long_trades: ended.iter().filter(|(trade, _)| trade.side.code() > 0).count() as u64,
            win_rate: share(wins as f64),
            profit_factor: (lost < 0.0).then(|| won / -lost),
            mean_rows_held: share(ended.iter().map(|(trade, _)| trade.rows_held as f64).sum()),
            gross_pnl: net_pnl + slippage + fees - funding,
            slippage,
            fees,
            funding,
            net_pnl,
            final_equity,
            total_return: net_pnl / rules.capital,
            max_drawdown: drawdown.depth,
            drawdown_peak: drawdown.peak,
            drawdown_trough: drawdown.trough,
            time_in_market: exposure().filter(|&exposure| exposure > 0.0).count() as f64 / rows,
            mean_gross_exposure: exposure().sum::<f64>() / rows,
            max_gross_exposure: exposure().fold(0.0, f64::max),
            turnover: results
                .fills
                .iter()
                .map(|fill| (fill.quantity * fill.price).abs())
                .sum::<f64>()
                / rules.capital,
            exits: exits(results),
            counts: *counts,
        }
    }
}

fn exits(results: &Results) -> Vec<ExitCount> {
    let of = |reason: ExitReason| {
        let ended = results.trades.iter().filter_map(|trade| trade.exit);
        let mut found = ExitCount { reason, trades: 0, net_pnl: 0.0 };
        for exit in ended.filter(|exit| exit.reason == reason) {
            found.trades += 1;
            found.net_pnl += exit.net_pnl;
        }
        found
    };
    ExitReason::ALL.into_iter().map(of).filter(|found| found.trades > 0).collect()
}

/// The deepest fall of the equity.
struct Drawdown {
    depth: f64,
    peak: Option<i64>,
    trough: Option<i64>,
}

impl Drawdown {
    fn of(equity: &[EquityRow]) -> Self {
        let mut found = Self { depth: 0.0, peak: None, trough: None };
        let mut peak = None;
        for row in equity {
            // A drawdown of exactly 0 is a peak, or the capital reached again.
            if row.drawdown >= 0.0 {
                peak = Some(row.time);
            }
            if row.drawdown < found.depth {
                found = Self { depth: row.drawdown, peak, trough: Some(row.time) };
            }
        }
        found
    }
}

impl Results {
    /// Fills that opened a trade.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.fills.iter().filter(|fill| fill.kind == FillKind::Entry).count()
    }
}
