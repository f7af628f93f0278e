//! The rules: each says whether it blocks entries, scales them or closes what is held.

mod blocks;
mod correlated;
mod drawdown;
mod exposure;
mod liquidation;
mod set;
mod shock;
mod stale;

pub(crate) use set::RuleSet;

use backtest::{Demand, Portfolio};

use crate::ask::Ask;

/// One rule: what it says to a size. Those that watch rows or trades have methods `row` and `closed` too,
/// which [`RuleSet`] calls.
pub(crate) trait Rule: std::fmt::Debug + Send {
    /// Its name.
    fn name(&self) -> &'static str;

    /// A smaller size than `size` and why, as a clause; `None` lets it pass. Never a larger one.
    fn limit(&self, ask: &Ask<'_>, size: f64) -> Option<(f64, String)>;
}

/// A demand to close everything, if anything is held.
pub(crate) fn close_all(
    portfolio: &Portfolio<'_>,
    demands: &mut Vec<Demand>,
    rule: &'static str,
    why: impl FnOnce() -> String,
) {
    if portfolio.positions.iter().any(|position| position.quantity != 0.0) {
        demands.push(Demand { instrument: None, keep: 0.0, rule, why: why() });
    }
}
