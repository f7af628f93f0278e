//! How often the detectors are wrong, and how long they take to notice: years of an invented market
//! whose probabilities are known exactly.

mod market;
mod years;

pub use market::{Market, Volatility};
pub use years::{Change, Outcome, Summary, simulate, summary};
