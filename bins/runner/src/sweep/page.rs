//! What a sweep found, as a page to look at.

use ::trials::SweepReport;
use chrono::{DateTime, NaiveDate};
use report::Page;
use report::pages::{BestSetting, Halves, Luck, Sweep, Walk, WalkStep};
use terminal::counted;

use super::evaluate::Shared;
use super::walk::Walked;
use crate::whole_file;

pub(super) fn page(shared: &Shared<'_>, report: &SweepReport, walked: Option<&Walked>) -> Page {
    let times = shared.market.history.times();
    let at = |time: Option<&i64>| {
        let time = time.and_then(|&time| DateTime::from_timestamp_micros(time));
        time.map_or_else(String::new, |time| time.format("%Y-%m-%d %H:%M").to_string())
    };
    let rows = counted(times.len(), "row");
    let range = format!("{} to {} UTC, {rows}", at(times.first()), at(times.last()));
    let run = shared.rows.subject.run_name.as_ref().map(|run| format!("run {run}"));
    let settings = shared.plan.settings.iter().cloned();
    let best = report.best.iter().map(|best| BestSetting {
        values: shared.plan.settings[best.setting].clone(),
        sharpe: best.sharpe,
        interval: best.interval.map(|interval| (interval.lower, interval.upper)),
        total_return: best.total_return,
        max_drawdown: best.max_drawdown,
        trades: best.trades,
    });
    let verdict = &report.verdict;
    Sweep {
        dataset: shared.instrument.clone().unwrap_or_else(|| "the candles".to_owned()),
        facts: [Some(shared.entry.name().to_owned()), run, Some(range)]
            .into_iter()
            .flatten()
            .chain(shared.notes.iter().cloned())
            .collect(),
        keys: shared.plan.keys.clone(),
        settings: settings.zip(report.sharpes.iter().copied()).collect(),
        refused: report.refused as u64,
        without_trades: report.without_trades as u64,
        days: report.days as u64,
        best: best.collect(),
        effective: report.effective_trials,
        luck: Luck {
            tried: verdict.settings as u64,
            expected_max: verdict.expected_max_sharpe,
            probabilistic: verdict.probabilistic_sharpe,
            deflated: verdict.deflated_sharpe,
            sentence: verdict.sentence.clone(),
        },
        overfitting: report.overfitting.as_ref().map(|found| Halves {
            probability: found.probability,
            loss_probability: found.loss_probability,
            logits: found.logits.clone(),
        }),
        superior: report
            .superior_ability
            .as_ref()
            .map(|test| [test.p_lower, test.p_consistent, test.p_upper]),
        walk: walked.map(walk),
        remarks: report.remarks.clone(),
        origin: whole_file::origin(),
    }
    .page()
}

fn walk(walked: &Walked) -> Walk {
    let rule = &walked.walk;
    let sharpe = walked.performance.sharpe.as_ref().ok();
    let interval = sharpe.and_then(|found| found.interval.as_ref().ok());
    let steps = walked.months.iter().map(|month| WalkStep {
        name: month.month.clone(),
        start: NaiveDate::parse_from_str(&format!("{}-01", month.month), "%Y-%m-%d")
            .ok()
            .and_then(|day| day.and_hms_opt(0, 0, 0))
            .map_or(0, |time| time.and_utc().timestamp()),
        values: month.values.clone(),
        past_sharpe: month.past_sharpe,
        total_return: month.total_return,
        trades: month.trades as u64,
    });
    Walk {
        rule: format!(
            "Chosen by the Sharpe ratio of {}, less {} before the reported {}.",
            counted(rule.train, "month"),
            counted(rule.purge + rule.embargo, "day"),
            if rule.test == 1 { "month".to_owned() } else { counted(rule.test, "month") }
        ),
        steps: steps.collect(),
        total_return: walked.performance.total_return,
        sharpe: sharpe.map(|found| found.value),
        interval: interval.map(|interval| (interval.lower, interval.upper)),
        max_drawdown: walked.performance.max_drawdown.map(|drawdown| drawdown.depth),
        sentence: walked.verdict.sentence.clone(),
    }
}
