//! All rules of an account, in their order.

use backtest::{Bar, Demand, Portfolio, Trade};

use super::Rule;
use super::blocks::{Cooldown, DailyLoss, KillSwitch, StopGuard};
use super::correlated::CorrelatedExposure;
use super::drawdown::DrawdownLadder;
use super::exposure::{Exposure, Measure};
use super::liquidation::LiquidationDistance;
use super::shock::VolatilityShock;
use super::stale::StaleData;
use crate::limits::Limits;

/// The rules that are on. Those that watch rows are fields of their own, so that a row, of which there are
/// millions, calls what it needs directly.
#[derive(Debug, Default)]
pub(crate) struct RuleSet {
    kill: Option<KillSwitch>,
    stale: Option<StaleData>,
    daily_loss: Option<DailyLoss>,
    cooldown: Option<Cooldown>,
    stop_guard: Option<StopGuard>,
    drawdown: Option<DrawdownLadder>,
    /// Rules that only judge sizes.
    judges: Vec<Box<dyn Rule>>,
    /// All of them, in the order in which they limit a size.
    order: Vec<Place>,
}

/// Where a rule stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    Kill,
    Stale,
    DailyLoss,
    Cooldown,
    StopGuard,
    Drawdown,
    Judge(usize),
}

impl RuleSet {
    /// The rules of `limits` for an account of this number of instruments.
    pub(crate) fn new(limits: &Limits, instruments: usize) -> Self {
        let mut set = Self::default();
        if let Some(stale) = limits.stale {
            set.stale = Some(StaleData::new(stale, instruments));
            set.order.push(Place::Stale);
        }
        if let Some(limit) = limits.daily_loss {
            set.daily_loss = Some(DailyLoss::new(limit));
            set.order.push(Place::DailyLoss);
        }
        if let Some(rows) = limits.cooldown.filter(|&rows| rows > 0) {
            set.cooldown = Some(Cooldown::new(rows, instruments));
            set.order.push(Place::Cooldown);
        }
        if let Some(guard) = limits.stop_guard {
            set.stop_guard = Some(StopGuard::new(guard));
            set.order.push(Place::StopGuard);
        }
        if let Some(ladder) = &limits.drawdown {
            set.drawdown = Some(DrawdownLadder::new(ladder.clone()));
            set.order.push(Place::Drawdown);
        }
        if let Some(shock) = limits.shock {
            set.judge(VolatilityShock { ratio: shock.ratio, factor: shock.factor });
        }
        for (measure, limit) in [
            (Measure::Instrument, limits.instrument),
            (Measure::Net, limits.net),
            (Measure::Gross, limits.gross),
        ] {
            if let Some(limit) = limit {
                set.judge(Exposure { measure, limit });
            }
        }
        if let Some(limit) = limits.correlated {
            set.judge(CorrelatedExposure { limit });
        }
        if let Some(distance) = limits.liquidation {
            set.judge(LiquidationDistance { distance });
        }
        set
    }

    fn judge(&mut self, rule: impl Rule + 'static) {
        self.order.push(Place::Judge(self.judges.len()));
        self.judges.push(Box::new(rule));
    }

    /// Engages the kill switch, which comes before all others.
    pub(crate) fn kill(&mut self, reason: String) {
        self.kill = Some(KillSwitch { reason });
        self.order.insert(0, Place::Kill);
    }

    /// All of them, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn Rule> {
        fn rule<R: Rule>(rule: Option<&R>) -> Option<&dyn Rule> {
            rule.map(|rule| rule as &dyn Rule)
        }
        self.order.iter().filter_map(|place| match *place {
            Place::Kill => rule(self.kill.as_ref()),
            Place::Stale => rule(self.stale.as_ref()),
            Place::DailyLoss => rule(self.daily_loss.as_ref()),
            Place::Cooldown => rule(self.cooldown.as_ref()),
            Place::StopGuard => rule(self.stop_guard.as_ref()),
            Place::Drawdown => rule(self.drawdown.as_ref()),
            Place::Judge(index) => self.judges.get(index).map(|rule| &**rule),
        })
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Puts them in another order.
    #[cfg(test)]
    pub(crate) fn sort_by_key<K: Ord>(&mut self, key: impl Fn(&dyn Rule) -> K) {
        let mut keyed: Vec<(K, Place)> =
            self.iter().map(key).zip(self.order.iter().copied()).collect();
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.order = keyed.into_iter().map(|(_, place)| place).collect();
    }

    /// Shows them a trade that has ended.
    pub(crate) fn closed(&mut self, trade: &Trade) {
        if let Some(rule) = &mut self.cooldown {
            rule.closed(trade);
        }
        if let Some(rule) = &mut self.stop_guard {
            rule.closed(trade);
        }
    }

    /// Shows them a row, and gathers what they demand.
    #[inline]
    pub(crate) fn row(
        &mut self,
        row: &Bar<'_>,
        portfolio: &Portfolio<'_>,
        demands: &mut Vec<Demand>,
    ) {
        if let Some(rule) = &self.kill {
            rule.row(portfolio, demands);
        }
        if let Some(rule) = &mut self.stale {
            rule.row(row, portfolio, demands);
        }
        if let Some(rule) = &mut self.daily_loss {
            rule.row(portfolio);
        }
        if let Some(rule) = &mut self.cooldown {
            rule.row();
        }
        if let Some(rule) = &mut self.stop_guard {
            rule.row(portfolio.time);
        }
        if let Some(rule) = &mut self.drawdown {
            rule.row(portfolio, demands);
        }
    }
}
