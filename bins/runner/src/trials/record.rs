//! What a command adds to the ledger.

use std::collections::BTreeMap;

use ::trials::{Ledger, Subject, Trial, Verdict};
use clap::{ArgMatches, Command};
use statistics::Moments;
use strategy_core::BoxError;

/// The values of `flags` that are not at their defaults, numbers written in one way.
pub(crate) fn configuration(flags: &Command, matches: &ArgMatches) -> BTreeMap<String, String> {
    let changed = flags.get_arguments().filter_map(|flag| {
        let name = flag.get_long()?;
        let given = matches.try_get_raw(flag.get_id().as_str()).ok()??;
        let given: Vec<String> = given.map(|value| plain(&value.to_string_lossy())).collect();
        let default = flag.get_default_values();
        let default: Vec<String> = default.iter().map(|v| plain(&v.to_string_lossy())).collect();
        // A switch that is off has the value of no default.
        let off = default.is_empty() && given == ["false"];
        (given != default && !off).then(|| (name.to_owned(), given.join(",")))
    });
    changed.collect()
}

/// `0.010` and `1e-2` are the same number.
fn plain(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        _ => value.to_owned(),
    }
}

/// Adds `trials` of one subject to the ledger and judges the one at `judged` among all that it holds of
/// that subject.
pub(crate) fn record(
    ledger: &Ledger,
    subject: &Subject,
    trials: &[Trial],
    judged: usize,
) -> Result<Verdict, BoxError> {
    ledger.add(trials)?;
    let all = ledger.of(subject)?;
    let own = trials.get(judged);
    let daily = own.and_then(|trial: &Trial| trial.daily);
    let is_own = |trial: &Trial| own.is_some_and(|own| own.configuration == trial.configuration);
    Ok(Verdict::of(daily.as_ref(), &all, is_own))
}

/// Moments of the daily returns of an equity curve; none where they do not move.
pub(crate) fn daily(curve: &statistics::EquityCurve<'_>) -> Option<Moments> {
    Moments::of(&curve.daily_returns().ok()?).ok()
}
