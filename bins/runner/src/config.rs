//! `runner.toml`: values for flags, so that they need not be typed.
//!
//! There is no second definition of what can be configured: a key is a flag that also has an
//! environment variable, its value becomes the flag's default, and so `--help` shows it. Keys before
//! any table count for every strategy and for `data`, those in a table named like one of them for that
//! one; `[sizing]`, `[risk]` and the flags of an account in `[backtest]` count for every command with an
//! account. A list of tables `[[<strategy>.runs]]` gives the values of several runs: see [`crate::runs`].

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command};
use market_data::DATA_CONFIGURED;
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::backtest::{self, evaluate};
use crate::configurable::{all_of, configurable, each, key_of, set_default};
use crate::data::{self, ConfiguredData};
use crate::home;
use crate::monitor;
use crate::runs::{ConfiguredRun, RunsError};

/// The file that is read when none is named: in the working directory, if it is there.
const DEFAULT_FILE: &str = "runner.toml";

/// Which file to read: the one that `--config` or `RUNNER_CONFIG` names, otherwise `runner.toml`.
///
/// The arguments are looked through before they are parsed, since the file decides how.
pub(crate) fn file(arguments: impl IntoIterator<Item = OsString>) -> Option<PathBuf> {
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            return arguments.next().map(expanded);
        }
        if let Some(path) = argument.to_str().and_then(|text| text.strip_prefix("--config=")) {
            return Some(expanded(path));
        }
    }
    std::env::var_os("RUNNER_CONFIG")
        .filter(|path| !path.is_empty())
        .map(expanded)
        .or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.is_file()))
}

/// The path with its `~` expanded; one that cannot be is told by reading it.
fn expanded(path: impl Into<PathBuf>) -> PathBuf {
    let path = path.into();
    home::expand(path.clone()).unwrap_or(path)
}

/// The key of `--log-format`, which is wanted before anything else of the file.
const LOG_FORMAT: &str = "log_format";

/// How the file asks for standard error to be written. What is wrong with the file, [`apply`] tells.
pub(crate) fn log_format() -> Option<String> {
    let text = fs::read_to_string(file(std::env::args_os())?).ok()?;
    let table = DeTable::parse(&text).ok()?;
    table.get_ref().get(LOG_FORMAT)?.get_ref().as_str().map(str::to_owned)
}

/// The list of tables, in the table of a strategy, with the runs there are.
const RUNS: &str = "runs";

/// Tables of flags that every account has, whatever strategy it trades.
const ACCOUNT_TABLES: [&str; 2] = ["sizing", "risk"];

/// What a file says: the command line with its values as defaults, its runs, and whose data it names.
#[derive(Debug, Clone)]
pub(crate) struct Configured {
    pub(crate) command: Command,
    pub(crate) runs: Vec<ConfiguredRun>,
    pub(crate) data: Vec<ConfiguredData>,
}

/// `command` with the values of the file as defaults of the flags of `strategies`, which is every
/// command whose own commands can be configured: `data` is among them. And the runs of the file.
pub(crate) fn apply(
    mut command: Command,
    path: &Path,
    strategies: &[&str],
) -> Result<Configured, ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let table = DeTable::parse(&text)
        .map_err(|source| ConfigError::Syntax { path: path.to_owned(), source })?;
    let file = File { path, text: &text };
    let (mut runs, mut data) = (Vec::new(), Vec::new());
    // Keys come sorted, tables among them: what counts for one command only is set after what counts
    // for all.
    let (mut tables, values): (Vec<_>, Vec<_>) =
        table.get_ref().iter().partition(|(_, value)| value.get_ref().is_table());
    let of_all = |name: &str| {
        ACCOUNT_TABLES.contains(&name) || [backtest::NAME, evaluate::NAME].contains(&name)
    };
    tables.sort_by_key(|(key, _)| !of_all(key.get_ref()));
    for (key, value) in values {
        if key.get_ref() == RUNS {
            return Err(file.no_runs("<strategy>", key.span().start));
        }
        if key.get_ref() == LOG_FORMAT {
            let words = file.words(LOG_FORMAT, value)?;
            let flag = command.get_arguments().find(|flag| key_of(flag) == LOG_FORMAT);
            flag.map_or(Ok(()), |flag| file.check(flag, value, &words))?;
            continue;
        }
        command = file.set(command, strategies, key, value)?;
    }
    for (key, value) in tables {
        let name = key.get_ref().as_ref();
        match value.get_ref() {
            // `[risk]` is one of these, and not the command's, whose flags it sets too.
            DeValue::Table(own) if ACCOUNT_TABLES.contains(&name) => {
                for (key, value) in own {
                    command = file.set(command, strategies, key, value)?;
                }
            }
            DeValue::Table(own) if strategies.contains(&name) => {
                let before = runs.len();
                for (key, value) in own {
                    match value.get_ref() {
                        _ if key.get_ref() == RUNS && name == data::NAME => {
                            return Err(file.no_runs("<strategy>", key.span().start));
                        }
                        DeValue::Array(tables) if key.get_ref() == RUNS => {
                            let run = |table| file.run(&command, name, table);
                            runs.extend(tables.iter().map(run).collect::<Result<Vec<_>, _>>()?);
                        }
                        _ if key.get_ref() == RUNS => {
                            return Err(file.no_runs(name, key.span().start));
                        }
                        // It decides with this strategy.
                        _ if name == monitor::STRATEGY => {
                            command = file.set(command, &[name, monitor::NAME], key, value)?;
                        }
                        // Whatever strategy is traded.
                        _ if name == backtest::NAME && is_of_account(key.get_ref()) => {
                            command = file.set(command, strategies, key, value)?;
                        }
                        _ if name == evaluate::NAME => {
                            command = file.set(command, &[name], key, value)?;
                            let words = file.words(key.get_ref(), value)?;
                            command = strategies.iter().fold(command, |command, strategy| {
                                set_default(command, &[strategy, name], key.get_ref(), &words)
                            });
                        }
                        _ => command = file.set(command, &[name], key, value)?,
                    }
                }
                let word = |key: &str| Some(file.words(key, own.get(key)?).ok()?.first()?.clone());
                data.extend(file.data(name, file.line(key.span().start), false, word));
                for run in &runs[before..] {
                    let word = |key: &str| run.value(key)?.first().cloned();
                    data.extend(file.data(name, run.line, true, word));
                }
            }
            _ => {
                let names = strategies.iter().chain(&ACCOUNT_TABLES).copied();
                return Err(file.unknown(key, names));
            }
        }
    }
    ConfiguredRun::refuse_repeated(&runs)
        .map_err(|source| ConfigError::Runs { path: path.to_owned(), source })?;
    Ok(Configured { command: File::tell_of_data(command, &data), runs, data })
}

/// Whether a key is that of a flag that every account has.
fn is_of_account(key: &str) -> bool {
    let account = backtest::args::with_flags(Command::new("account"));
    account.get_arguments().any(|flag| key_of(flag) == key)
}

/// A file being applied, for errors that say where.
struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    /// Makes `value` the default of the flag `key` in every command of `strategies` that has it.
    fn set(
        &self,
        command: Command,
        strategies: &[&str],
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Command, ConfigError> {
        let words = self.checked(&command, strategies, key, value)?;
        let name = key.get_ref();
        Ok(strategies
            .iter()
            .fold(command, |command, strategy| set_default(command, &[strategy], name, &words)))
    }

    /// What a table names of data; nothing if it names none and `counts` is not set.
    fn data(
        &self,
        strategy: &str,
        line: usize,
        counts: bool,
        word: impl Fn(&str) -> Option<String>,
    ) -> Option<ConfiguredData> {
        let files: Vec<PathBuf> = ["pred_duckdb", "ohlcv_duckdb"]
            .into_iter()
            .filter_map(&word)
            .map(PathBuf::from)
            .collect();
        let bins_root = word("bins_root").map(PathBuf::from);
        let place = format!("{}, line {line}, has data for {strategy}", self.path.display());
        (counts || !files.is_empty()).then_some(ConfiguredData { place, files, bins_root })
    }

    /// Tells every command that reads data that some is configured.
    fn tell_of_data(mut command: Command, data: &[ConfiguredData]) -> Command {
        let Some(first) = data.first() else { return command };
        each(&mut command, &mut |below| {
            if below.get_arguments().any(|flag| flag.get_id() == DATA_CONFIGURED) {
                let place = first.place.clone();
                *below = std::mem::take(below)
                    .mut_arg(DATA_CONFIGURED, |flag| flag.default_value(place));
            }
        });
        command
    }

    /// Something at `offset` that is called `runs` and is no list of runs of a strategy.
    fn no_runs(&self, strategy: &str, offset: usize) -> ConfigError {
        ConfigError::Value {
            path: self.path.to_owned(),
            line: self.line(offset),
            key: RUNS.to_owned(),
            reason: format!("wanted a list of tables, each [[{strategy}.{RUNS}]]"),
        }
    }

    /// One table of the list of runs of `strategy`.
    fn run(
        &self,
        command: &Command,
        strategy: &str,
        table: &Spanned<DeValue<'_>>,
    ) -> Result<ConfiguredRun, ConfigError> {
        let line = self.line(table.span().start);
        let DeValue::Table(own) = table.get_ref() else {
            return Err(self.no_runs(strategy, table.span().start));
        };
        let mut values = Vec::with_capacity(own.len());
        for (key, value) in own {
            let words = self.checked(command, &[strategy], key, value)?;
            values.push((key.get_ref().to_string(), words));
        }
        Ok(ConfiguredRun { strategy: strategy.to_owned(), line, values })
    }

    /// The words of `value`, which every flag `key` of `strategies` must take; there must be one.
    fn checked(
        &self,
        command: &Command,
        strategies: &[&str],
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<String>, ConfigError> {
        let name = key.get_ref().as_ref();
        let words = self.words(name, value)?;
        let mut known = BTreeSet::new();
        let mut found = false;
        let commands = strategies.iter().filter_map(|name| command.find_subcommand(name));
        for flag in commands
            .flat_map(all_of)
            .flat_map(Command::get_arguments)
            .filter(|flag| configurable(flag))
        {
            if key_of(flag) == name {
                self.check(flag, value, &words)?;
                found = true;
            }
            known.insert(key_of(flag));
        }
        if found {
            return Ok(words);
        }
        let of_a_call = strategies
            .iter()
            .filter_map(|name| command.find_subcommand(name))
            .flat_map(all_of)
            .flat_map(Command::get_arguments)
            .find(|flag| key_of(flag) == name && !flag.is_hide_set());
        match of_a_call.and_then(Arg::get_long) {
            Some(flag) => Err(ConfigError::OfACall {
                path: self.path.to_owned(),
                line: self.line(key.span().start),
                key: name.to_owned(),
                flag: flag.to_owned(),
            }),
            None => Err(self.unknown(key, known.iter().map(String::as_str))),
        }
    }

    /// The value as it would be typed behind the flag.
    fn words(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ConfigError> {
        let word = |value: &DeValue<'_>| match value {
            DeValue::String(text) => Some(text.to_string()),
            // As TOML means it, whatever its base: `0x14` is 20.
            DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
                .ok()
                .map(|number| number.to_string()),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            DeValue::Boolean(flag) => Some(flag.to_string()),
            DeValue::Datetime(instant) => Some(instant.to_string()),
            DeValue::Array(_) | DeValue::Table(_) => None,
        };
        let words = match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| word(item.get_ref())).collect(),
            single => word(single).map(|word| vec![word]),
        };
        words.ok_or_else(|| ConfigError::Value {
            path: self.path.to_owned(),
            line: self.line(value.span().start),
            key: key.to_owned(),
            reason: "wanted a text, a number, true or false, or a list of them".to_owned(),
        })
    }

    /// Puts the value through the flag's own parser, whose complaint then names the file.
    fn check(
        &self,
        flag: &Arg,
        value: &Spanned<DeValue<'_>>,
        words: &[String],
    ) -> Result<(), ConfigError> {
        let takes_value = flag.get_action().takes_values();
        let probe = Command::new("runner").no_binary_name(true).arg(
            Arg::new("value")
                .num_args(1..)
                .allow_hyphen_values(true)
                .value_parser(flag.get_value_parser().clone()),
        );
        let wrong = |reason: String| ConfigError::Value {
            path: self.path.to_owned(),
            line: self.line(value.span().start),
            key: key_of(flag),
            reason,
        };
        // No value at all would take the default away and put nothing in its place.
        if words.is_empty() && !flag.get_default_values().is_empty() {
            return Err(wrong("wanted at least one value".to_owned()));
        }
        if value.get_ref().is_array() && !takes_list(flag) {
            return Err(wrong("it takes one value, and this is a list".to_owned()));
        }
        if !takes_value && !matches!(words, [word] if word == "true" || word == "false") {
            return Err(wrong("wanted true or false".to_owned()));
        }
        probe.try_get_matches_from(words).map(drop).map_err(|error| {
            if words.iter().any(String::is_empty) {
                return wrong("it is empty; leave the key out where nothing is meant".to_owned());
            }
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            // `error: invalid value 'x' for '[value]...': the reason`
            let reason = first.split_once("...': ").map_or(first, |(_, reason)| reason);
            wrong(reason.trim_start_matches("error: ").replace(" for '[value]...'", ""))
        })
    }

    fn unknown<'a>(
        &self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        known: impl Iterator<Item = &'a str>,
    ) -> ConfigError {
        let name = key.get_ref().as_ref();
        let nearest = known
            .map(|known| (strsim::jaro_winkler(name, known), known))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, nearest)| nearest.to_owned());
        ConfigError::Unknown {
            path: self.path.to_owned(),
            line: self.line(key.span().start),
            key: name.to_owned(),
            nearest,
        }
    }

    /// The line, from 1, of the byte at `offset`.
    fn line(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
    }
}

/// Whether several values make sense for a flag.
fn takes_list(flag: &Arg) -> bool {
    let many = flag.get_num_args().is_some_and(|count| count.max_values() > 1);
    many || flag.get_value_delimiter().is_some() || matches!(flag.get_action(), ArgAction::Append)
}

/// A configuration that cannot be used.
#[derive(Debug, Error)]
pub(crate) enum ConfigError {
    #[error("cannot read the configuration {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is not TOML", path.display())]
    Syntax { path: PathBuf, source: toml::de::Error },
    #[error(
        "{}, line {line}: unknown key `{key}`{}",
        path.display(),
        nearest.as_ref().map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
    )]
    Unknown { path: PathBuf, line: usize, key: String, nearest: Option<String> },
    #[error(
        "{}, line {line}: unknown key `{key}`: what a single call is to do is said with it, as --{flag}",
        path.display()
    )]
    OfACall { path: PathBuf, line: usize, key: String, flag: String },
    #[error("{}, line {line}: `{key}` cannot have this value: {reason}", path.display())]
    Value { path: PathBuf, line: usize, key: String, reason: String },
    #[error("the runs of {} cannot be told apart", path.display())]
    Runs { path: PathBuf, source: RunsError },
}
