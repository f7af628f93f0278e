//! What sizing and risk did, and what each rule cost or saved.

use ::risk::{Limits, Sizer};
use chrono::{DateTime, Utc};
use serde::Serialize;
use terminal::counted;

use super::args::Settings;
use super::simulate::Outcome;

/// The part of `summary.json` about sizing and risk.
#[derive(Debug, Serialize)]
pub(crate) struct RiskReport {
    sizer: Sizer,
    limits: Limits,
    /// Why the kill switch is engaged.
    killed: Option<String>,
    /// What the sizer's own bounds did: the times that they made a size smaller.
    bounded: u64,
    /// Why the last bound did so.
    last_bound: Option<String>,
    /// The rules that acted.
    rules: Vec<RuleReport>,
}

/// What one rule did.
#[derive(Debug, Serialize)]
struct RuleReport {
    rule: &'static str,
    /// How often it changed a size or demanded a close.
    acted: u64,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    /// Net P&L and largest drawdown of the same backtest without this rule; null for the kill switch.
    net_pnl_without: Option<f64>,
    max_drawdown_without: Option<f64>,
    /// Net P&L with it less that without it: what it saved, or cost if negative.
    saved: Option<f64>,
}

impl RiskReport {
    pub(crate) fn of(settings: &Settings, outcome: &Outcome) -> Self {
        let chosen = settings.chosen(outcome);
        let net = chosen.run.summary.net_pnl;
        let sizer = settings.sizing.sizer;
        let changes = &chosen.results.changes;
        let time = |micros| DateTime::from_timestamp_micros(micros).unwrap_or_default();
        let mut rules: Vec<RuleReport> = Vec::new();
        for change in changes.iter().filter(|change| change.rule != sizer.name()) {
            if let Some(known) = rules.iter_mut().find(|known| known.rule == change.rule) {
                known.acted += 1;
                known.last = time(change.time);
                continue;
            }
            let without = outcome.without.iter().find(|(rule, _)| *rule == change.rule);
            let without = without.map(|(_, summary)| summary);
            rules.push(RuleReport {
                rule: change.rule,
                acted: 1,
                first: time(change.time),
                last: time(change.time),
                net_pnl_without: without.map(|summary| summary.net_pnl),
                max_drawdown_without: without.map(|summary| summary.max_drawdown),
                saved: without.map(|summary| net - summary.net_pnl),
            });
        }
        let bounds = || changes.iter().filter(|change| change.rule == sizer.name());
        Self {
            sizer,
            limits: settings.sizing.limits.clone(),
            killed: settings.sizing.killed.clone(),
            bounded: bounds().count() as u64,
            last_bound: bounds().next_back().map(|change| change.why.clone()),
            rules,
        }
    }

    /// The sizer and the rules in force.
    pub(crate) fn in_words(&self) -> Vec<String> {
        let sizer = match self.sizer {
            Sizer::EqualParts => return self.rules_in_words().into_iter().collect(),
            Sizer::FixedQuantity(quantity) => format!("fixed quantity of {quantity}"),
            Sizer::FixedNotional(notional) => format!("fixed notional of {notional}"),
            Sizer::FixedFraction(risk) => format!("a stop loses {} % of the equity", risk * 100.0),
            Sizer::VolTarget(target) => format!("volatility of {} % a year", target * 100.0),
            Sizer::PayoffKelly(kelly) => format!(
                "{} × Kelly from payoffs, at most {} × equity, a stop loses at most {} %",
                kelly.fraction,
                kelly.most,
                kelly.stop_risk * 100.0
            ),
        };
        std::iter::once(format!("size: {sizer}")).chain(self.rules_in_words()).collect()
    }

    fn rules_in_words(&self) -> Option<String> {
        if let Some(killed) = &self.killed {
            return Some(format!("the kill switch {killed}"));
        }
        let rules = self.limits.rules();
        (!rules.is_empty()).then(|| format!("rules: {}", rules.join(", ")))
    }

    /// One line for each rule that acted, and one for the sizer's own bounds.
    pub(crate) fn what_rules_did(&self) -> Vec<String> {
        let day = |time: &DateTime<Utc>| time.format("%Y-%m-%d").to_string();
        let line = |rule: &RuleReport| {
            let worth = match (rule.saved, rule.net_pnl_without, rule.max_drawdown_without) {
                (Some(saved), Some(net), Some(drawdown)) => format!(
                    "; without it net P&L {:+.2}, largest drawdown {:.2} %: it {} {:.2}",
                    net + 0.0,
                    drawdown * 100.0,
                    if saved < 0.0 { "cost" } else { "saved" },
                    saved.abs()
                ),
                _ => String::new(),
            };
            let RuleReport { rule, acted, first, last, .. } = rule;
            let times = counted(*acted, "time");
            format!("{rule} acted {times}, {} to {}{worth}", day(first), day(last))
        };
        let bound = self.last_bound.as_ref().map(|why| {
            let sizes = counted(self.bounded, "size");
            format!("{} bounded {sizes}, the last because {why}", self.sizer.name())
        });
        self.rules.iter().map(line).chain(bound).collect()
    }
}
