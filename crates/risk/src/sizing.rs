//! Sizer and rules together, as an account asks them.

use std::collections::BTreeMap;

use backtest::{Bar, Change, Demand, Portfolio, Request, Size, Sizing, Trade};
use strategy_core::SideExits;

use crate::RiskError;
use crate::ask::Ask;
use crate::limits::Limits;
use crate::market::Market;
use crate::rules::{
    Cooldown, CorrelatedExposure, DailyLoss, DrawdownLadder, Exposure, KillSwitch,
    LiquidationDistance, Measure, Rule, StaleData, StopGuard, VolatilityShock,
};
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
    rules: Vec<Box<dyn Rule>>,
    market: Market,
    needs_market: bool,
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
        let rules = rules(limits, instruments);
        let needs_market = matches!(sizer, Sizer::VolTarget(_) | Sizer::PayoffKelly(_))
            || limits.correlated.is_some()
            || limits.shock.is_some();
        let market = Market::new(instruments, interval);
        Ok(Self { sizer, rules, market, needs_market, fault: None, acted: BTreeMap::new() })
    }

    /// The same with the kill switch engaged, for this reason: nothing is entered, everything is closed.
    #[must_use]
    pub fn killed(mut self, reason: impl Into<String>) -> Self {
        self.rules.insert(0, Box::new(KillSwitch { reason: reason.into() }));
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

fn rules(limits: &Limits, instruments: usize) -> Vec<Box<dyn Rule>> {
    let mut rules: Vec<Box<dyn Rule>> = Vec::new();
    if let Some(stale) = limits.stale {
        rules.push(Box::new(StaleData::new(stale, instruments)));
    }
    if let Some(limit) = limits.daily_loss {
        rules.push(Box::new(DailyLoss::new(limit)));
    }
    if let Some(rows) = limits.cooldown.filter(|&rows| rows > 0) {
        rules.push(Box::new(Cooldown::new(rows, instruments)));
    }
    if let Some(guard) = limits.stop_guard {
        rules.push(Box::new(StopGuard::new(guard)));
    }
    if let Some(ladder) = &limits.drawdown {
        rules.push(Box::new(DrawdownLadder::new(ladder.clone())));
    }
    if let Some(shock) = limits.shock {
        rules.push(Box::new(VolatilityShock { ratio: shock.ratio, factor: shock.factor }));
    }
    for (measure, limit) in [
        (Measure::Instrument, limits.instrument),
        (Measure::Net, limits.net),
        (Measure::Gross, limits.gross),
    ] {
        if let Some(limit) = limit {
            rules.push(Box::new(Exposure { measure, limit }));
        }
    }
    if let Some(limit) = limits.correlated {
        rules.push(Box::new(CorrelatedExposure { limit }));
    }
    if let Some(distance) = limits.liquidation {
        rules.push(Box::new(LiquidationDistance { distance }));
    }
    rules
}

impl Sizing for RiskSizing {
    fn size(
        &mut self,
        request: &Request<'_>,
        portfolio: &Portfolio<'_>,
        changes: &mut Vec<Change>,
    ) -> Size {
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
        for rule in &self.rules {
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
        self.needs_market || !self.rules.is_empty()
    }

    fn watch(&mut self, row: &Bar<'_>, portfolio: &Portfolio<'_>, demands: &mut Vec<Demand>) {
        if self.needs_market {
            self.market.row(row);
        }
        for rule in &mut self.rules {
            let before = demands.len();
            rule.row(row, portfolio, demands);
            if demands.len() > before {
                *self.acted.entry(rule.name()).or_default() += 1;
            }
        }
    }

    fn closed(&mut self, trade: &Trade) {
        for rule in &mut self.rules {
            rule.closed(trade);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests;
