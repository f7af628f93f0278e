//! What a command adds to the ledger.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;

use ::trials::{Ledger, Subject, Trial, Verdict};
use clap::{Arg, ArgMatches, Command};
use market_data::{Database, Instrument, candle_table, holds_candles_of};
use statistics::Moments;
use strategy_core::Result;

/// The values of `flags` that are not at their defaults, numbers written in one way.
pub(crate) fn configuration(flags: &Command, matches: &ArgMatches) -> BTreeMap<String, String> {
    let changed = flags.get_arguments().filter_map(|flag| {
        let name = flag.get_long()?;
        let given = matches.try_get_raw(flag.get_id().as_str()).ok()??;
        Some((name.to_owned(), changed(flag, given)?))
    });
    changed.collect()
}

/// The values of a flag, if they are not its default.
pub(crate) fn changed<'a>(
    flag: &Arg,
    given: impl IntoIterator<Item = &'a OsStr>,
) -> Option<String> {
    let given: Vec<String> =
        given.into_iter().map(|value| plain(&value.to_string_lossy())).collect();
    let default = flag.get_default_values();
    let default: Vec<String> = default.iter().map(|v| plain(&v.to_string_lossy())).collect();
    // A switch that is off has the value of no default.
    let off = default.is_empty() && given == ["false"];
    (given != default && !off).then(|| given.join(","))
}

/// `0.010` and `1e-2` are the same number.
fn plain(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        _ => value.to_owned(),
    }
}

/// The instrument that trials are counted under: the dataset where one is known, otherwise the table of its
/// candles, and the file where that is called nothing but `ohlcv_`. Two instruments never share a name.
pub(crate) fn instrument(of: &Instrument) -> Result<Option<String>> {
    let (None, Some(candles)) = (&of.dataset, &of.candles) else { return Ok(of.dataset.clone()) };
    let database = Database::open(&candles.path, of.lock_timeout)?;
    let table = candle_table(&database, candles.table.as_deref())?.name().to_lowercase();
    Ok(Some(if table == TABLE {
        std::fs::canonicalize(&candles.path)?.display().to_string()
    } else {
        table
    }))
}

/// What the name of every table of candles begins with.
const TABLE: &str = "ohlcv_";

/// Whether two subjects are one but for the name of the instrument: a dataset in one call, the table of its
/// candles in a call that named no dataset.
fn alike(one: &Subject, other: &Subject) -> bool {
    let holds = |table: &str, dataset: &str| {
        table.starts_with(TABLE) && table != TABLE && holds_candles_of(table, dataset)
    };
    let same = match (one.dataset.as_deref(), other.dataset.as_deref()) {
        (Some(one), Some(other)) => one == other || holds(one, other) || holds(other, one),
        (one, other) => one == other,
    };
    same && one.strategy == other.strategy && one.run_name == other.run_name
}

/// Adds `trials` of one subject to the ledger and judges the one at `judged` among all that it holds of
/// that subject.
pub(crate) fn record(
    ledger: &Ledger,
    subject: &Subject,
    trials: &[Trial],
    judged: usize,
) -> Result<Verdict> {
    let before = ledger.all()?.into_iter().filter(|trial| alike(&trial.subject, subject));
    let all: Vec<Trial> = before.chain(trials.iter().cloned()).collect();
    ledger.add(trials)?;
    // Each configuration once, as it was tried last.
    let latest: HashMap<_, usize> =
        all.iter().enumerate().map(|(number, trial)| (&trial.configuration, number)).collect();
    let latest: HashSet<usize> = latest.into_values().collect();
    let numbered = all.into_iter().enumerate();
    let all: Vec<Trial> =
        numbered.filter(|(n, _)| latest.contains(n)).map(|(_, trial)| trial).collect();
    let own = trials.get(judged);
    let daily = own.and_then(|trial: &Trial| trial.daily);
    let is_own = |trial: &Trial| own.is_some_and(|own| own.configuration == trial.configuration);
    Ok(Verdict::of(daily.as_ref(), &all, is_own))
}

/// Moments of the daily returns of an equity curve; none where they do not move.
pub(crate) fn daily(curve: &statistics::EquityCurve<'_>) -> Option<Moments> {
    Moments::of(&curve.daily_returns().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instrument_under_two_names_is_one_and_two_instruments_are_two() {
        let subject = |dataset: Option<&str>| Subject {
            strategy: "s".to_owned(),
            dataset: dataset.map(str::to_owned),
            run_name: None,
        };
        let (btc, eth) = ("binance_btcusdt_perp_1h", "binance_ethusdt_perp_1h");
        for (one, other, same) in [
            (Some(btc), Some(btc), true),
            (Some(btc), Some("ohlcv_btcusdt_1h"), true),
            (Some("ohlcv_btcusdt_1h"), Some(btc), true),
            (Some(btc), Some(eth), false),
            (Some(eth), Some("ohlcv_btcusdt_1h"), false),
            (Some("ohlcv_ethusdt_1h"), Some("ohlcv_btcusdt_1h"), false),
            (Some("/data/btc/candles.csv"), Some("/data/eth/candles.csv"), false),
            (Some(btc), None, false),
        ] {
            assert_eq!(alike(&subject(one), &subject(other)), same, "{one:?} {other:?}");
        }
    }
}
