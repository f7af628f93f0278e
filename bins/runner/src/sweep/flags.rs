//! The flags that a sweep may set, and what a setting makes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::sync::{Mutex, PoisonError};

use ::backtest::FundingRule;
use ::trials::Plan;
use clap::builder::Resettable;
use clap::{Arg, ArgAction, ArgMatches, Command};
use strategy_core::BoxError;
use strategy_core::registry::{Entry, UsageError};

use crate::backtest::args::{self, Settings};
use crate::backtest::decisions::Asked;
use crate::trials::record;

/// Flags that choose what is read once for all settings.
const SHARED: [&str; 7] = [
    "venue",
    "instruments",
    "detail-ohlcv",
    "detail-table",
    "mark-ohlcv",
    "mark-table",
    "funding-gaps",
];

/// The flags of a strategy and of an account, and the values that they have for all settings.
pub(crate) struct Flags {
    /// Both, to be parsed without a program's name.
    command: Command,
    /// The words that give what was asked for on the command line or in a file.
    words: Vec<OsString>,
    /// Names of the strategy's own.
    of_strategy: Vec<String>,
    /// Copies of the command that have parsed a setting and can parse the next.
    spare: Mutex<Vec<Command>>,
}

fn longs(command: &Command) -> Vec<String> {
    command.get_arguments().filter_map(|flag| flag.get_long().map(str::to_owned)).collect()
}

/// The flags that configure a strategy and its account, and nothing else.
pub(crate) fn configuring(entry: &Entry) -> Command {
    args::with_flags(entry.with_flags(Command::new("setting")))
}

impl Flags {
    pub(crate) fn of(entry: &Entry, matches: &ArgMatches) -> Self {
        // What the environment says is among the words already, where nothing else was asked for.
        let command = configuring(entry)
            .mut_args(|flag| flag.env(Resettable::Reset))
            .no_binary_name(true)
            .args_override_self(true)
            .disable_help_flag(true)
            .disable_version_flag(true);
        let words = command.get_arguments().flat_map(|flag| words(flag, matches)).collect();
        let of_strategy = longs(&entry.with_flags(Command::new("strategy")));
        Self { command, words, of_strategy, spare: Mutex::default() }
    }

    /// Fails at a key that is no flag which may differ between settings, and at a setting with a value that
    /// its flag does not take.
    pub(crate) fn check(&self, plan: &Plan) -> Result<(), BoxError> {
        let known = longs(&self.command);
        let known: Vec<&str> =
            known.iter().map(String::as_str).filter(|name| !SHARED.contains(name)).collect();
        match plan.keys.iter().find(|key| !known.contains(&key.as_str())) {
            None => self.check_values(plan),
            Some(key) => {
                let error = if SHARED.contains(&key.as_str()) {
                    format!(
                        "--set {key}: candles and funding are read once, so it must be the same for all settings"
                    )
                } else {
                    format!("--set {key}: there is no such flag; there are: {}", known.join(", "))
                };
                Err(UsageError::new(error.into()).into())
            }
        }
    }

    fn check_values(&self, plan: &Plan) -> Result<(), BoxError> {
        let mut seen = BTreeSet::new();
        for (column, key) in plan.keys.iter().enumerate().filter(|(_, key)| self.is_switch(key)) {
            let other = plan.settings.iter().map(|setting| setting[column].as_str());
            if let Some(found) = other.into_iter().find(|value| !matches!(*value, "true" | "false"))
            {
                let error = format!("--set {key}={found}: wanted true or false");
                return Err(UsageError::new(error.into()).into());
            }
        }
        for (index, setting) in plan.settings.iter().enumerate() {
            let mut new = false;
            for pair in setting.iter().enumerate() {
                new |= seen.insert(pair);
            }
            if new {
                self.with(&plan.flags(index))?;
            }
        }
        Ok(())
    }

    /// The matches of the flags with the values of a setting.
    pub(crate) fn with(&self, setting: &BTreeMap<String, String>) -> Result<ArgMatches, BoxError> {
        // A switch has no value: it is there or not.
        let set = setting.iter().filter_map(|(key, value)| {
            if self.is_switch(key) {
                (value == "true").then(|| OsString::from(format!("--{key}")))
            } else {
                Some(OsString::from(format!("--{key}={value}")))
            }
        });
        let replaced = |word: &OsString| {
            let key = word.to_str().and_then(|word| word.strip_prefix("--"));
            key.is_some_and(|key| setting.contains_key(key) && self.is_switch(key))
        };
        let words = self.words.iter().filter(|word| !replaced(word)).cloned().chain(set);
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let known = spare().pop();
        let mut command = known.unwrap_or_else(|| self.command.clone());
        let matches = command.try_get_matches_from_mut(words);
        spare().push(command);
        Ok(matches?)
    }

    /// The configuration of a setting, from that of another one: without parsing, where the flags that settings
    /// set have one value each.
    pub(crate) fn configuration(
        &self,
        setting: &BTreeMap<String, String>,
        other: &BTreeMap<String, String>,
    ) -> Option<BTreeMap<String, String>> {
        let mut own = other.clone();
        for (key, value) in setting {
            let mut flags = self.command.get_arguments();
            let flag = flags.find(|flag| flag.get_long() == Some(key))?;
            let single = flag.get_value_delimiter().is_none()
                && flag.get_num_args().is_none_or(|values| values.max_values() <= 1)
                && !matches!(flag.get_action(), ArgAction::Append | ArgAction::Count);
            if !single {
                let matches = self.with(setting).ok()?;
                return Some(record::configuration(&self.command, &matches));
            }
            own.remove(key);
            let changed = record::changed(flag, [OsStr::new(value)]);
            own.extend(changed.map(|value| (key.clone(), value)));
        }
        Some(own)
    }

    fn is_switch(&self, key: &str) -> bool {
        let mut flags = self.command.get_arguments();
        flags.any(|flag| flag.get_long() == Some(key) && !flag.get_action().takes_values())
    }

    /// `settings` for what is read once and serves all settings of `plan`: funding where any of them is
    /// charged, and the highest leverage.
    pub(crate) fn of_all(
        &self,
        plan: &Plan,
        mut settings: Settings,
        asked: &Asked,
    ) -> Result<Settings, BoxError> {
        let mut seen = BTreeSet::new();
        let mut leverage = f64::NEG_INFINITY;
        for index in 0..plan.settings.len() {
            let mut setting = plan.flags(index);
            setting.retain(|key, _| matches!(key.as_str(), "leverage" | "funding"));
            if seen.contains(&setting) {
                continue;
            }
            let rules = Settings::of_trades(&self.with(&setting)?, asked)?.rules;
            leverage = leverage.max(rules.leverage);
            if seen.is_empty() || rules.funding != FundingRule::Off {
                settings.rules.funding = rules.funding;
            }
            seen.insert(setting);
        }
        settings.rules.leverage = leverage;
        Ok(settings)
    }

    /// The part of a setting that decisions depend on.
    pub(crate) fn of_strategy(&self, setting: &BTreeMap<String, String>) -> Vec<(String, String)> {
        let own = setting.iter().filter(|(key, _)| self.of_strategy.contains(key));
        own.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Whether decisions depend on the flag `key`.
    pub(crate) fn configures_strategy(&self, key: &str) -> bool {
        self.of_strategy.iter().any(|own| own == key)
    }

    /// The words that give what was asked for.
    pub(crate) fn words(&self) -> Vec<String> {
        self.words.iter().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    /// The command that the flags are of.
    pub(crate) fn command(&self) -> &Command {
        &self.command
    }
}

/// The words that give `flag` the value that it has in `matches`; none for its default.
fn words(flag: &Arg, matches: &ArgMatches) -> Vec<OsString> {
    let Some(name) = flag.get_long() else { return Vec::new() };
    let Ok(Some(given)) = matches.try_get_raw(flag.get_id().as_str()) else { return Vec::new() };
    let given: Vec<&OsStr> = given.collect();
    if given
        .iter()
        .copied()
        .eq(flag.get_default_values().iter().map(clap::builder::OsStr::as_os_str))
    {
        return Vec::new();
    }
    if !flag.get_action().takes_values() {
        let on = given.iter().any(|value| *value == "true");
        return if on { vec![format!("--{name}").into()] } else { Vec::new() };
    }
    given
        .into_iter()
        .map(|value| {
            let mut word = OsString::from(format!("--{name}="));
            word.push(value);
            word
        })
        .collect()
}
