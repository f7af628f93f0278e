//! The ladder of drawdowns.

use backtest::{Demand, Portfolio};

use super::{Rule, close_all};
use crate::ask::Ask;
use crate::limits::Ladder;

/// Scales entries by the step of the ladder that the drawdown of the account's equity has reached. A step
/// of factor 0 closes everything and blocks entries until the ladder is re-armed: after a time, with the
/// equity of then as the new peak.
#[derive(Debug, Clone)]
pub(crate) struct DrawdownLadder {
    ladder: Ladder,
    peak: f64,
    /// Between this equity and the peak no step is reached; ∞ where that is not known.
    clear: f64,
    /// Equity of the last row that was judged.
    equity: f64,
    factor: f64,
    flat_since: Option<i64>,
}

impl DrawdownLadder {
    pub(crate) fn new(ladder: Ladder) -> Self {
        Self { ladder, peak: 0.0, clear: f64::INFINITY, equity: 0.0, factor: 1.0, flat_since: None }
    }

    fn drawdown(&self) -> f64 {
        1.0 - self.equity / self.peak
    }

    fn why(&self) -> String {
        let fall = self.drawdown() * 100.0;
        match self.flat_since {
            None => format!("equity is {fall:.2} % below its peak: entries × {}", self.factor),
            Some(_) => format!(
                "equity fell {fall:.2} % below its peak: flat for {} days",
                self.ladder.rearm_days
            ),
        }
    }

    #[inline]
    pub(crate) fn row(&mut self, portfolio: &Portfolio<'_>, demands: &mut Vec<Demand>) {
        if portfolio.equity > self.clear && portfolio.equity <= self.peak {
            (self.equity, self.factor) = (portfolio.equity, 1.0);
        } else {
            self.judge(portfolio, demands);
        }
    }

    #[inline(never)]
    fn judge(&mut self, portfolio: &Portfolio<'_>, demands: &mut Vec<Demand>) {
        const DAY: f64 = 86_400_000_000.0;
        let Portfolio { time, equity, .. } = *portfolio;
        if self.peak == 0.0 {
            self.peak = portfolio.rules.capital;
        }
        let rearmed = self
            .flat_since
            .is_some_and(|since| (time - since) as f64 >= self.ladder.rearm_days * DAY);
        if rearmed {
            (self.flat_since, self.peak) = (None, equity);
        }
        self.clear = f64::INFINITY;
        if self.flat_since.is_none() {
            (self.peak, self.equity) = (self.peak.max(equity), equity);
            let drawdown = self.drawdown();
            let mut steps = self.ladder.steps.iter().rev();
            self.factor =
                steps.find(|step| drawdown >= step.drawdown).map_or(1.0, |step| step.factor);
            if self.factor == 0.0 {
                self.flat_since = Some(time);
            } else {
                // Most rows are far above the first step: those need no division.
                let first = self.ladder.steps.first().map_or(1.0, |step| step.drawdown);
                self.clear = self.peak * (1.0 - 0.999 * first);
            }
        }
        if self.flat_since.is_some() {
            close_all(portfolio, demands, self.name(), || self.why());
        }
    }
}

impl Rule for DrawdownLadder {
    fn name(&self) -> &'static str {
        "drawdown-ladder"
    }

    fn limit(&self, _: &Ask<'_>, size: f64) -> Option<(f64, String)> {
        (self.factor < 1.0).then(|| (size * self.factor, self.why()))
    }
}
