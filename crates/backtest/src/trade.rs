//! Trades and fills.

use std::fmt;

use serde::{Deserialize, Serialize};
use strategy_core::Side;

/// Why a trade ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExitReason {
    /// Its take profit was touched.
    TakeProfit,
    /// Its stop loss was touched.
    StopLoss,
    /// Its trailing stop was touched.
    TrailingStop,
    /// It was held for the longest time there is.
    Time,
    /// No position was wanted any more, or a smaller one.
    Signal,
    /// The opposite position was wanted.
    Flip,
    /// Its margin fell to the maintenance margin.
    Liquidation,
    /// Risk demanded it.
    Risk,
    /// The rows ended, and it was asked to be closed then.
    End,
}

impl ExitReason {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::TakeProfit,
        Self::StopLoss,
        Self::TrailingStop,
        Self::Time,
        Self::Signal,
        Self::Flip,
        Self::Liquidation,
        Self::Risk,
        Self::End,
    ];

    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TakeProfit => "take_profit",
            Self::StopLoss => "stop_loss",
            Self::TrailingStop => "trailing_stop",
            Self::Time => "time",
            Self::Signal => "signal",
            Self::Flip => "flip",
            Self::Liquidation => "liquidation",
            Self::Risk => "risk",
            Self::End => "end",
        }
    }
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A trade that has ended, or one that is open at the end of the rows. Amounts are in quote currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trade {
    /// Its number, from 0, in order of entries. Parts of one trade that end apart share it.
    pub trade: u64,
    /// The instrument's number.
    pub instrument: usize,
    /// Long or short.
    pub side: Side,
    /// Quantity, in base currency.
    pub quantity: f64,
    /// When the candle of the entry opened, µs UTC.
    pub entry_time: i64,
    /// Fill price of the entry.
    pub entry_price: f64,
    /// How it ended; `None` while it is open.
    pub exit: Option<Exit>,
    /// Fees of its fills.
    pub fees: f64,
    /// What its fills lost against the prices.
    pub slippage: f64,
    /// Funding, positive when received.
    pub funding: f64,
    /// Worst price since the entry as a fraction of the entry price in the trade's favour: 0 or negative.
    pub mae: f64,
    /// Best price so: 0 or positive.
    pub mfe: f64,
    /// Rows held: from the entry's row to the exit's, or to the last one.
    pub rows_held: u64,
    /// Where its stop stood last: of stop loss and trailing stop the nearer; `None` without one.
    pub stop: Option<f64>,
}

/// How a trade ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exit {
    /// When the candle it happened in opened, µs UTC.
    pub time: i64,
    /// Fill price.
    pub price: f64,
    /// Why.
    pub reason: ExitReason,
    /// Profit of the prices, without slippage, fees and funding.
    pub gross_pnl: f64,
    /// `gross_pnl` − slippage − fees + funding.
    pub net_pnl: f64,
}

/// What a fill was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FillKind {
    /// It opened a trade, or made a position larger.
    Entry,
    /// It ended a trade, or a part of one.
    Exit(ExitReason),
}

impl FillKind {
    /// `entry`, or the reason of the exit.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Exit(reason) => reason.name(),
        }
    }
}

/// One fill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fill {
    /// When the candle it happened in opened, µs UTC.
    pub time: i64,
    /// The trade's number.
    pub trade: u64,
    /// The instrument's number.
    pub instrument: usize,
    /// Signed quantity: positive when bought.
    pub quantity: f64,
    /// The price before slippage and rounding.
    pub reference: f64,
    /// The price paid or got.
    pub price: f64,
    /// The fee, in quote currency.
    pub fee: f64,
    /// Whether it was a resting order.
    pub maker: bool,
    /// What it was for.
    pub kind: FillKind,
}

impl Fill {
    /// What the fill lost against the price before slippage, in quote currency.
    #[must_use]
    pub fn slippage(&self) -> f64 {
        self.quantity * (self.price - self.reference)
    }
}
