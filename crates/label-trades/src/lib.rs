//! The trades that a barrier label stands for.
//!
//! A label such as `y_tp_before_sl_u0.04_d0.02_24h` asks whether a long would reach its take profit before its
//! stop within a day. So it says how a trade on a prediction of it ends ([`exits_of_target`]), and what the
//! trade from each predicted row paid can be told from candles and funding rates ([`money`]), after the
//! costs that a person states ([`CostArgs`]).

mod costs;
mod error;
mod exits;
mod money;

pub use costs::{CostArgs, Costs};
pub use error::LabelTradeError;
pub use exits::exits_of_target;
pub use money::{Market, money};
