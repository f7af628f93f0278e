//! What a trade from each row would have paid, and which rows' trades earn or lose money.
//!
//! The trades are those of the account of `backtest`: filled at the next open, ended by the same exits, with
//! the same fees, slippage and funding. Each row has its own, whatever else is open.
//!
//! - [`row_payoffs`]: the net payoff of each row's trade; [`forward_returns`]: what the price did;
//! - [`group_payoffs`]: means by group, their intervals, the break-even share of take profits, a verdict;
//! - [`Money`]: the same by bin, by side and by month, and as text.
//!
//! No I/O, no clock.

mod error;
mod groups;
mod money;
mod row;
mod text;

pub use error::PayoffError;
pub use groups::{Drawing, GroupPayoff, Verdict, group_payoffs};
pub use money::{BinMoney, Money, MonthMoney, Ranked, SideMoney};
pub use row::{RowPayoff, forward_returns, row_payoffs};
