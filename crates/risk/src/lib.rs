//! How large a position may be: sizers and limits over rows and the portfolio.
//!
//! - [`RiskSizing`]: a sizer and the rules behind it, as an account asks them
//! - [`Sizer`], [`payoff_kelly`], [`kelly_of_payoffs`]: how large a trade is
//! - [`MarketHistory`]: volatilities of a history, for many accounts that run over it
//! - [`Limits`]: which rules there are, and how strict
//! - [`Ewma`], [`WindowVolatility`]: volatility, row by row
//! - [`growth_optimal`], [`shrinkage`], [`TwoOutcome`]: Kelly
//! - [`Scenario`], [`Fall`]: what past falls would do
//! - [`RiskError`]: what is refused
//!
//! No I/O, no clock.

mod ask;
mod error;
mod kelly;
mod limits;
mod market;
mod rules;
mod shock;
mod sizers;
mod sizing;
mod stress;
mod two_outcome;
mod volatility;

pub use error::RiskError;
pub use kelly::{growth_optimal, shrinkage};
pub use limits::{Distance, Guard, Ladder, Limits, Shock, Stale, Step};
pub use market::MarketHistory;
pub use sizers::{
    KellyCap, KellyCosts, KellySettings, KellySize, Sizer, kelly_of_payoffs, payoff_kelly,
};
pub use sizing::RiskSizing;
pub use stress::{Fall, SCENARIOS, Scenario, stressed_price};
pub use two_outcome::{HitRateBelief, TwoOutcome};
pub use volatility::{Estimator, Ewma, EwmaStart, WindowVolatility};
