//! What a page of a backtest shows.

use crate::pages::{EquityCurve, TieBand};
use crate::{Candle, Tile};

/// Weeks of candles that are drawn, fewer where they hold many trades.
pub const WEEKS: i64 = 6;

/// What a page of a backtest shows. Instants are seconds, UTC; shares are fractions of 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Backtest {
    /// The dataset, or the file of signals.
    pub dataset: String,
    /// Strategy, run, range, costs: a line each.
    pub facts: Vec<String>,
    /// The verdict and whatever else a person must read first.
    pub answers: Vec<String>,
    /// What to read with care.
    pub warnings: Vec<String>,
    /// The numbers at the top, those of the summary.
    pub tiles: Vec<Tile>,
    /// Capital at the start.
    pub capital: f64,
    /// Equity under the tie rule that was asked for.
    pub equity: EquityCurve,
    /// The name of that tie rule.
    pub tie: String,
    /// Equity under the other tie rule: its name, the curve, and the band between both rules.
    pub other_tie: Option<(String, EquityCurve, TieBand)>,
    /// What holding the instrument from the first open on would be worth.
    pub hold: EquityCurve,
    /// Gross, slippage, fees, funding and net result of all trades, in money.
    pub costs: Option<Costs>,
    /// All trades, in order of entry.
    pub trades: Vec<Trade>,
    /// The instrument's candles of the last [`WEEKS`], which are drawn.
    pub candles: Vec<Candle>,
    /// The whole summary, names and values.
    pub summary: Vec<(String, String)>,
    /// The footer: names and values.
    pub origin: Vec<(String, String)>,
}

/// From the gross to the net result, in money: net = gross − slippage − fees + funding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// Result at the prices before costs.
    pub gross: f64,
    /// Lost to slippage.
    pub slippage: f64,
    /// Paid as fees.
    pub fees: f64,
    /// Funding, positive when received.
    pub funding: f64,
    /// What remains.
    pub net: f64,
}

/// One trade, as `trades.parquet` has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trade {
    /// Whether it was long.
    pub long: bool,
    /// When it was entered.
    pub entry_time: i64,
    /// At what price.
    pub entry_price: f64,
    /// When it ended; `None` while open.
    pub exit_time: Option<i64>,
    /// At what price.
    pub exit_price: Option<f64>,
    /// Why it ended: `take_profit`, `stop_loss`, `time`...
    pub exit_reason: Option<&'static str>,
    /// Its net result, in money.
    pub net_pnl: Option<f64>,
    /// The worst it came to, a fraction of the entry price.
    pub mae: Option<f64>,
    /// The best it came to, a fraction of the entry price.
    pub mfe: Option<f64>,
    /// Decision rows from entry to exit.
    pub rows_held: Option<u64>,
}
