//! How fast: pairs of take profit and stop loss over the same rows, with net P&L, largest drawdown, Sharpe
//! ratio of row returns and trades of each. `cargo xtask bench --peers accounts` runs it beside other engines.
//!
//! `exit_pairs FOLDER OUT [rules]` reads the columns `open`, `high`, `low`, `close` and `side` (−1, 0, 1: the entry
//! that the row asks for) and the pairs `take_profit`, `stop_loss` from files of little-endian doubles
//! (`open.f64` …), an hour a row; writes four doubles a pair to OUT and prints the seconds from columns in
//! memory to answers. With `rules`, all risk rules are on at their defaults.

#![allow(clippy::print_stdout, reason = "it is a program")]

use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use backtest::{
    Account, BacktestError, Candle, Close, Decision, Events, Fees, FixedQuantity, History,
    Instrument, Intent, RowTable, Rules, Sizing, Trade,
};
use risk::{Limits, MarketHistory, RiskSizing, Sizer};
use strategy_core::{Exits, SideExits};

const HOUR: i64 = 3_600_000_000;
const CAPITAL: f64 = 1e6;
/// Rows that are laid out at a time.
const BLOCK: usize = 2_048;

/// What is kept of a run: no array.
struct Tally {
    trades: u64,
    /// Lowest equity over its peak.
    floor: f64,
    equity: f64,
    rows: f64,
    sum: f64,
    squares: f64,
}

impl Events for Tally {
    fn trade(&mut self, trade: &Trade) {
        self.trades += u64::from(trade.exit.is_some());
    }

    #[inline]
    fn close(&mut self, close: &Close) {
        self.rows += 1.0;
        // Nothing is divided while the equity stands still, or is no new low.
        if close.equity == self.equity {
            return;
        }
        if close.equity < self.floor * close.peak {
            self.floor = close.equity / close.peak;
        }
        let change = close.equity / self.equity - 1.0;
        self.sum += change;
        self.squares += change * change;
        self.equity = close.equity;
    }
}

impl Tally {
    fn answers(&self) -> [f64; 4] {
        // The first row's return is from the capital, as the others' are from the row before.
        let mean = self.sum / self.rows;
        let variance = (self.squares - self.rows * mean * mean) / (self.rows - 1.0);
        let sharpe = mean / variance.sqrt() * (365.0_f64 * 24.0).sqrt();
        [self.equity - CAPITAL, self.floor - 1.0, sharpe, self.trades as f64]
    }
}

fn column(folder: &Path, name: &str) -> Result<Vec<f64>, Box<dyn Error>> {
    let bytes = fs::read(folder.join(format!("{name}.f64")))?;
    let (doubles, _) = bytes.as_chunks::<8>();
    Ok(doubles.iter().map(|double| f64::from_le_bytes(*double)).collect())
}

/// An account of one pair.
fn account<S: Sizing>(exits: SideExits, sizing: S) -> Result<Account<S, Tally>, BacktestError> {
    let rules = Rules {
        capital: CAPITAL,
        intent: Intent::Entry,
        exits,
        fees: Fees { maker: 0.0005, taker: 0.0005, liquidation: 0.0 },
        ..Rules::default()
    };
    let tally = Tally { trades: 0, floor: 1.0, equity: CAPITAL, rows: 0.0, sum: 0.0, squares: 0.0 };
    Account::new(rules, vec![Instrument::named("x")], sizing, tally)
}

/// The columns of all rows.
struct Columns {
    prices: [Vec<f64>; 4],
    sides: Vec<f64>,
}

impl Columns {
    fn history(&self, rows: Range<usize>) -> Result<History, Box<dyn Error>> {
        let [open, high, low, close] = &self.prices;
        let mut times = Vec::with_capacity(rows.len());
        let mut candles = Vec::with_capacity(rows.len());
        for row in rows {
            let time = i64::try_from(row)? * HOUR;
            times.push(time);
            candles.push(Candle::new(time, [open[row], high[row], low[row], close[row]])?);
        }
        Ok(History::new(times, HOUR, candles, Vec::new())?)
    }

    /// The answers of all accounts. So few rows at a time that they stay in the cache.
    fn answers<S: Sizing>(
        &self,
        mut accounts: Vec<Account<S, Tally>>,
    ) -> Result<Vec<[f64; 4]>, Box<dyn Error>> {
        for (block, sides) in self.sides.chunks(BLOCK).enumerate() {
            let start = block * BLOCK;
            let history = self.history(start..start + sides.len())?;
            let weights = sides.iter().map(std::slice::from_ref);
            let decisions =
                weights.map(|weights| Some(Decision::Weights { weights, outlook: None }));
            let rows = RowTable::new(&history, decisions.collect())?;
            for account in &mut accounts {
                account.rows(&rows, 0..rows.len())?;
            }
        }
        Ok(accounts.into_iter().map(|account| account.finish(false).0.answers()).collect())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, out, with_rules) = match arguments.as_slice() {
        [folder, out] => (folder, out, false),
        [folder, out, rules] if rules == "rules" => (folder, out, true),
        _ => return Err("exit_pairs FOLDER OUT [rules]".into()),
    };
    let read = |name| column(Path::new(folder), name);
    let prices = [read("open")?, read("high")?, read("low")?, read("close")?];
    let columns = Columns { prices, sides: read("side")? };
    let (take_profit, stop_loss) = (read("take_profit")?, read("stop_loss")?);

    let began = Instant::now();
    let pairs = take_profit.iter().zip(&stop_loss).map(|(&take_profit, &stop_loss)| {
        let (take_profit, stop_loss) = (Some(take_profit), Some(stop_loss));
        SideExits::both(Exits { take_profit, stop_loss, ..Exits::default() })
    });
    let answers = if with_rules {
        let market = Arc::new(MarketHistory::new(&columns.history(0..columns.sides.len())?));
        let (sizer, limits) = (Sizer::FixedQuantity(1.0), Limits::standard());
        let sized = pairs.map(|exits| {
            let sizing = RiskSizing::new(sizer, &limits, &exits, 1, HOUR)?;
            Ok::<_, Box<dyn Error>>(account(exits, sizing.sharing(|| Arc::clone(&market)))?)
        });
        columns.answers(sized.collect::<Result<_, _>>()?)?
    } else {
        let bare = pairs.map(|exits| account(exits, FixedQuantity(1.0)));
        columns.answers(bare.collect::<Result<_, _>>()?)?
    };
    println!("{}", began.elapsed().as_secs_f64());
    let bytes: Vec<u8> = answers.into_iter().flatten().flat_map(f64::to_le_bytes).collect();
    fs::write(out, bytes)?;
    Ok(())
}
