//! The rules: each says whether it blocks entries, scales them or closes what is held.

mod blocks;
mod correlated;
mod drawdown;
mod exposure;
mod liquidation;
mod shock;
mod stale;

pub(crate) use blocks::{Cooldown, DailyLoss, KillSwitch, StopGuard};
pub(crate) use correlated::CorrelatedExposure;
pub(crate) use drawdown::DrawdownLadder;
pub(crate) use exposure::{Exposure, Measure};
pub(crate) use liquidation::LiquidationDistance;
pub(crate) use shock::VolatilityShock;
pub(crate) use stale::StaleData;

use backtest::{Bar, Demand, Portfolio, Trade};

use crate::ask::Ask;

/// One rule: a state machine over rows and the portfolio.
pub(crate) trait Rule: std::fmt::Debug + Send {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Sees a trade that ended in the row that comes next.
    fn closed(&mut self, trade: &Trade) {
        let _ = trade;
    }

    /// Sees a row, and demands what must be closed.
    fn row(&mut self, row: &Bar<'_>, portfolio: &Portfolio<'_>, demands: &mut Vec<Demand>) {
        let _ = (row, portfolio, demands);
    }

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
