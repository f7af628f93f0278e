//! What a trade from each row would have paid, and which rows' trades earn or lose money.
//!
//! The trades are those of the account of `backtest`: filled at the next open, ended by the same exits, with
//! the same fees, slippage and funding. Each row has its own, whatever else is open.
//!
//! - [`Money`]: what the trades paid by bin, by side and by month, and as text;
//! - [`GroupPayoff`]: means of a group, their intervals, the break-even share of take profits, a verdict.
//!
//! No I/O, no clock.

mod error;
mod groups;
mod money;
mod row;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests;
mod text;

pub use error::PayoffError;
pub use groups::{Drawing, GroupPayoff, Verdict};
pub use money::{BinMoney, Money, MonthMoney, Ranked, SideMoney};
