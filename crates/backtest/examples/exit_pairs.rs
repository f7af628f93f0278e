//! How fast: pairs of take profit and stop loss over the same rows, with net P&L, largest drawdown, Sharpe
//! ratio and trades of each.
//!
//! `cargo run --release -p backtest --example exit_pairs -- 30000 1000` prints seconds and a digest of the
//! answers. Rows come from a random walk of a fixed seed.

#![allow(clippy::print_stdout, reason = "it is a program")]

use std::time::Instant;

use backtest::{
    Account, BacktestError, Candle, Close, Decision, Events, Fees, FixedQuantity, History,
    Instrument, Intent, Row, Rules, Trade,
};
use strategy_core::{Exits, SideExits};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// What is kept of a run: no array.
#[derive(Default)]
struct Tally {
    trades: u64,
    net: f64,
    /// Lowest equity over its peak.
    floor: f64,
    equity: f64,
    day_ends: i64,
    day_equity: f64,
    days: f64,
    mean: f64,
    squares: f64,
}

impl Events for Tally {
    fn trade(&mut self, trade: &Trade) {
        if let Some(exit) = trade.exit {
            self.trades += 1;
            self.net += exit.net_pnl;
        }
    }

    #[inline]
    fn close(&mut self, close: &Close) {
        // Divided at a new low alone.
        if close.equity < self.floor * close.peak {
            self.floor = close.equity / close.peak;
        }
        if close.time >= self.day_ends {
            self.close_day();
            self.day_ends = (close.time / DAY + 1) * DAY;
        }
        self.equity = close.equity;
    }
}

impl Tally {
    fn close_day(&mut self) {
        if self.day_equity > 0.0 {
            let change = self.equity / self.day_equity - 1.0;
            self.days += 1.0;
            let from_mean = change - self.mean;
            self.mean += from_mean / self.days;
            self.squares += from_mean * (change - self.mean);
        }
        self.day_equity = self.equity;
    }

    fn sharpe(&self) -> f64 {
        self.mean / (self.squares / (self.days - 1.0)).sqrt() * 365_f64.sqrt()
    }
}

fn number(place: usize, default: usize) -> usize {
    std::env::args().nth(place).and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() -> Result<(), BacktestError> {
    let (rows, pairs) = (number(1, 30_000), number(2, 1_000));
    let mut state = 42_u64;
    let mut unit = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (mut last, mut times, mut candles, mut sides) = (100.0, Vec::new(), Vec::new(), Vec::new());
    for time in (0..).map(|hour| hour * HOUR).take(rows) {
        let open: f64 = last;
        last *= 1.0 + 0.01 * (unit() - 0.5);
        let (up, down) = (1.0 + 0.005 * unit(), 1.0 - 0.005 * unit());
        candles.push(Candle::new(time, [open, open.max(last) * up, open.min(last) * down, last])?);
        times.push(time);
        let draw = unit();
        sides.push(if draw < 0.05 {
            1.0
        } else if draw > 0.95 {
            -1.0
        } else {
            0.0
        });
    }
    let history = History::new(times, HOUR, candles, Vec::new())?;
    let began = Instant::now();
    let (mut trades, mut net, mut worst, mut sharpe) = (0, 0.0, 0.0_f64, 0.0);
    for pair in 0..pairs {
        let exits = Exits {
            take_profit: Some(0.01 + 0.001 * (pair % 40) as f64),
            stop_loss: Some(0.01 + 0.001 * (pair / 40) as f64),
            ..Exits::default()
        };
        let rules = Rules {
            capital: 1e6,
            intent: Intent::Entry,
            exits: SideExits::both(exits),
            fees: Fees { maker: 0.0005, taker: 0.0005, liquidation: 0.0 },
            ..Rules::default()
        };
        let instruments = vec![Instrument::named("x")];
        let mut account = Account::new(
            rules,
            instruments,
            FixedQuantity(1.0),
            Tally { day_equity: 1e6, equity: 1e6, floor: 1.0, ..Tally::default() },
        )?;
        for (bar, side) in history.bars().zip(&sides) {
            let weights = std::slice::from_ref(side);
            let decision = Some(Decision::Weights { weights, outlook: None });
            account.row(&Row { bar, detail: &[], decision })?;
        }
        let (mut tally, _) = account.finish(false);
        tally.close_day();
        trades += tally.trades;
        net += tally.net;
        worst = worst.min(tally.floor - 1.0);
        sharpe += tally.sharpe();
    }
    let seconds = began.elapsed().as_secs_f64();
    let each = seconds * 1e9 / (rows * pairs) as f64;
    println!(
        "{seconds:.3} s, {each:.2} ns a row: {trades} trades, net {net:.4}, drawdown {worst:.6}, sharpe {sharpe:.6}"
    );
    Ok(())
}
