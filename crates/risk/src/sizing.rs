//! Sizer and rules together, as an account asks them.

use std::collections::BTreeMap;
use std::sync::Arc;

use backtest::{Bar, Change, Demand, Portfolio, Request, Size, Sizing, Trade};
use strategy_core::SideExits;

use crate::RiskError;
use crate::ask::Ask;
use crate::limits::Limits;
use crate::market::{Market, MarketHistory};
use crate::rules::RuleSet;
use crate::sizers::{Sizer, notional, scaled};

/// A sizer and the rules behind it.
///
/// The order is: what blocks entries (kill switch, stale data, daily loss, cooldown, stop guard), what
/// multiplies (drawdown ladder, volatility shock), what caps (instrument, net, gross and correlated
/// exposure, liquidation distance). Rules of one group commute, and blocks commute with everything.
/// A factor and a cap do not: half of a capped size is less than a cap on half the size.
///
/// The account asks only for what adds to a position; reducing and closing are never asked for, so no rule
/// can be in their way.
#[derive(Debug)]
pub struct RiskSizing {
    sizer: Sizer,
    rules: RuleSet,
    market: Market,
    needs_market: bool,
    watches: bool,
    /// Where the market's numbers come from, if not from the rows themselves.
    shared: Option<Arc<MarketHistory>>,
    /// Rows seen.
    rows: usize,
    fault: Option<RiskError>,
    acted: BTreeMap<&'static str, u64>,
}

impl RiskSizing {
    /// `sizer` and `limits` for an account of this number of `instruments` whose rows last `interval` µs, and
    /// whose trades end by `exits`.
    ///
    /// # Errors
    /// Those of [`Sizer::check`] and [`Limits::check`]; [`RiskError::Parameter`] for an interval that is
    /// not above 0.
    pub fn new(
        sizer: Sizer,
        limits: &Limits,
        exits: &SideExits,
        instruments: usize,
        interval: i64,
    ) -> Result<Self, RiskError> {
        sizer.check(exits, instruments)?;
        limits.check()?;
        if interval <= 0 {
            return Err(RiskError::parameter(
                "the rows' interval",
                interval as f64,
                "more than 0 µs",
            ));
        }
        let rules = RuleSet::new(limits, instruments);
        let needs_market = matches!(sizer, Sizer::VolTarget(_) | Sizer::PayoffKelly(_))
            || limits.correlated.is_some()
            || limits.shock.is_some();
        let watches = needs_market || !rules.is_empty();
        let market = Market::new(instruments, interval);
        Ok(Self {
            sizer,
            rules,
            market,
            needs_market,
            watches,
            shared: None,
            rows: 0,
            fault: None,
            acted: BTreeMap::new(),
        })
    }

    /// The same with the market's volatilities, covariances and funding from `history`, to the bit what the
    /// rows give; `history` is called if sizer or rules need them. The account must then be fed the rows
    /// of that history from its first one on; a size that is asked for at another row is a
    /// [`fault`](Self::fault).
    #[must_use]
    pub fn sharing(mut self, history: impl FnOnce() -> Arc<MarketHistory>) -> Self {
        self.shared = self.needs_market.then(history);
        self
    }

    /// The same with the kill switch engaged, for this reason: nothing is entered, everything is closed.
    #[must_use]
    pub fn killed(mut self, reason: impl Into<String>) -> Self {
        self.rules.kill(reason.into());
        self.watches = true;
        self
    }

    /// Why trades could not be sized: an account has no errors to give for that, so whoever runs one must
    /// ask. What was sized to zero because of it is no result.
    #[must_use]
    pub fn fault(&self) -> Option<&RiskError> {
        self.fault.as_ref()
    }

    /// How often each rule, or the sizer's own caps, changed something, by name.
    #[must_use]
    pub fn acted(&self) -> &BTreeMap<&'static str, u64> {
        &self.acted
    }
}

impl Sizing for RiskSizing {
    fn size(
        &mut self,
        request: &Request<'_>,
        portfolio: &Portfolio<'_>,
        changes: &mut Vec<Change>,
    ) -> Size {
        if let Some(history) = &self.shared {
            let row = self.rows.wrapping_sub(1);
            if !history.load(&mut self.market, row, portfolio.row_time) {
                self.fault.get_or_insert(RiskError::OtherRows { row: self.rows });
                return Size::Zero;
            }
        }
        let ask = Ask { request, portfolio, market: &self.market };
        let sized = match self.sizer.size(&ask) {
            Ok(sized) => sized,
            Err(fault) => {
                self.fault.get_or_insert(fault);
                return Size::Zero;
            }
        };
        let mut change = |rule, from, to, why| {
            *self.acted.entry(rule).or_default() += 1;
            changes.push(Change { time: portfolio.time, rule, from, to, why });
        };
        if let Some((from, to, why)) = sized.capped {
            change(self.sizer.name(), from, to, why);
        }
        let first = request.legs.iter().position(|leg| leg.weight != 0.0).unwrap_or(0);
        let asked = notional(sized.size, portfolio.rules, ask.price(first));
        let mut size = asked;
        for rule in self.rules.iter() {
            if size <= 0.0 {
                break;
            }
            if let Some((to, why)) = rule.limit(&ask, size) {
                change(rule.name(), size, to, why);
                size = to;
            }
        }
        // The very size that the sizer gave, to the bit, where no rule has acted.
        if size < asked { scaled(sized.size, size / asked) } else { sized.size }
    }

    fn watches(&self) -> bool {
        self.watches
    }

    #[inline]
    fn watch(&mut self, row: &Bar<'_>, portfolio: &Portfolio<'_>, demands: &mut Vec<Demand>) {
        self.rows += 1;
        if self.needs_market && self.shared.is_none() {
            self.market.row(row);
        }
        self.rules.row(row, portfolio, demands);
        for demand in demands.iter() {
            *self.acted.entry(demand.rule).or_default() += 1;
        }
    }

    fn closed(&mut self, trade: &Trade) {
        self.rules.closed(trade);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests;
