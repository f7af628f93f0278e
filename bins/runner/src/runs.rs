//! Several runs in `runner.toml`: `[[<strategy>.runs]]`, one table for each.
//!
//! A table holds what differs from run to run: its files, dataset, model, method. Its values go
//! before those of the strategy's table and after the environment and the flags. `--dataset`,
//! `--run-name` and `--model-path` choose among the runs; a command whose [`Scope`] is every run is
//! carried out for all that are chosen, any other needs one.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};
use market_data::{DEFAULT_LOCK_TIMEOUT, Database, settle_run};
use strategy_core::Scope;
use strategy_core::registry::Entry;
use thiserror::Error;

use crate::configurable::{configurable, key_of, set_default};
use crate::signals::ALL_RUNS;

/// The keys that say which run is meant.
const IDENTITY: [&str; 3] = ["dataset", "run_name", "model_path"];

/// One run of the file: its strategy, the line it begins at, and its values by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfiguredRun {
    pub(crate) strategy: String,
    pub(crate) line: usize,
    pub(crate) values: Vec<(String, Vec<String>)>,
}

impl ConfiguredRun {
    pub(crate) fn value(&self, key: &str) -> Option<&[String]> {
        self.values.iter().find(|(own, _)| own == key).map(|(_, words)| words.as_slice())
    }

    /// `dataset binance_btcusdt_perp_1h, run_name a (line 7)`.
    fn described(&self) -> String {
        let named: Vec<String> = IDENTITY
            .iter()
            .filter_map(|&key| {
                let value = self.value(key)?.join(" ");
                // A model is known by its folder: its path would fill the line.
                let short = (key == "model_path").then(|| market_data::run_name(&value)).flatten();
                Some(format!(
                    "{} {}",
                    if short.is_some() { "model" } else { key },
                    short.unwrap_or(value)
                ))
            })
            .collect();
        let name = if named.is_empty() { "unnamed".to_owned() } else { named.join(", ") };
        format!("{name} (line {})", self.line)
    }

    /// The run's name: the one it is given, otherwise that of its model's folder.
    fn run_name(&self) -> Option<String> {
        match self.value("run_name") {
            Some(words) => words.first().cloned(),
            None => self.value("model_path")?.first().and_then(|path| market_data::run_name(path)),
        }
    }

    /// `arguments` with this run's whole name where a part of it was typed.
    pub(crate) fn named_in_full(&self, arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
        const FLAG: &str = "--run-name";
        let whole = |typed: &str| {
            self.run_name().filter(|name| name.contains(typed)).unwrap_or_else(|| typed.to_owned())
        };
        let mut is_value = false;
        let replaced = arguments.map(|argument| {
            let follows = std::mem::replace(&mut is_value, argument == FLAG);
            match argument.to_str() {
                Some(typed) if follows => whole(typed).into(),
                Some(text) => match text.strip_prefix("--run-name=") {
                    Some(typed) => format!("{FLAG}={}", whole(typed)).into(),
                    None => argument,
                },
                None => argument,
            }
        });
        let mut replaced: Vec<OsString> = replaced.collect();
        let is_typed = |argument: &OsString| argument.to_string_lossy().starts_with(FLAG);
        if let (false, Ok(set)) = (replaced.iter().any(is_typed), std::env::var("RUNNER_RUN_NAME"))
            && !set.is_empty()
            && whole(&set) != set
        {
            replaced.extend([FLAG.into(), whole(&set).into()]);
        }
        replaced
    }

    /// `command` with this run's values as defaults.
    pub(crate) fn apply(&self, command: Command) -> Command {
        self.values.iter().fold(command, |command, (key, words)| {
            set_default(command, &[&self.strategy], key, words)
        })
    }

    /// Refuses two runs that would write the same files.
    pub(crate) fn refuse_repeated(runs: &[Self]) -> Result<(), RunsError> {
        let same = |one: &Self, other: &Self| {
            one.strategy == other.strategy
                && IDENTITY.iter().chain(&["bins_root"]).all(|k| one.value(k) == other.value(k))
        };
        for (index, run) in runs.iter().enumerate() {
            if let Some(earlier) = runs[..index].iter().find(|earlier| same(earlier, run)) {
                return Err(RunsError::Repeated {
                    first: earlier.described(),
                    second: run.described(),
                });
            }
        }
        Ok(())
    }
}

/// The runs that a call means; none when runs are nothing to the command, or none are configured.
pub(crate) fn chosen<'r>(
    runs: &'r [ConfiguredRun],
    entry: &Entry,
    command: &Command,
    matches: &ArgMatches,
) -> Result<Vec<&'r ConfiguredRun>, RunsError> {
    let own: Vec<_> = runs.iter().filter(|run| run.strategy == entry.name()).collect();
    let Some((name, mut matches)) = matches.subcommand() else { return Ok(Vec::new()) };
    let mut below = command.find_subcommand(entry.name()).and_then(|c| c.find_subcommand(name));
    // The flags of `stream audit` are its own.
    while let Some((deeper, of_deeper)) = matches.subcommand() {
        below = below.and_then(|command| command.find_subcommand(deeper));
        matches = of_deeper;
    }
    let Some(below) = below else { return Ok(Vec::new()) };

    // A command that takes nothing of a run but its name, such as `list`, looks at all of them itself.
    // One that takes a model reads the data of a run, which must be settled even if nothing but its
    // name is configured.
    let concerned =
        below.get_arguments().filter(|flag| configurable(flag)).map(key_of).any(|key| {
            let is_name = ["dataset", "run_name"].contains(&key.as_str());
            key == "model_path" || (!is_name && own.iter().any(|run| run.value(&key).is_some()))
        });
    if own.is_empty() || !concerned {
        return Ok(Vec::new());
    }
    let asked: Vec<(&str, String)> =
        IDENTITY.iter().filter_map(|&key| Some((key, given(below, matches, key)?))).collect();
    // What a run's table does not say is what the file says for all of them.
    let is_of = |run: &ConfiguredRun, (key, value): &(&str, String)| {
        let own = run.value(key).map(<[String]>::to_vec);
        own.or_else(|| for_all(below, key)).as_deref() == Some(std::slice::from_ref(value))
    };
    let meant = |run: &&ConfiguredRun| asked.iter().all(|asked| is_of(run, asked));
    let mut found: Vec<_> = own.iter().copied().filter(meant).collect();
    if let (true, Some((_, part))) =
        (found.is_empty(), asked.iter().find(|(key, _)| *key == "run_name"))
    {
        // A part of one name will do.
        let rest = |run: &&ConfiguredRun| {
            asked.iter().filter(|(key, _)| *key != "run_name").all(|asked| is_of(run, asked))
        };
        let has_part =
            |run: &&ConfiguredRun| run.run_name().is_some_and(|name| name.contains(part));
        found = own.iter().copied().filter(rest).filter(has_part).collect();
        if found.is_empty() {
            // Runs that do not say what they are called: their predictions do.
            let unnamed = own.iter().copied().filter(rest).filter(|run| run.run_name().is_none());
            found = unnamed.collect();
            if found.len() > 1 {
                found.retain(|run| predicts(run, below, part));
            }
        }
        if found.len() > 1 {
            let runs = found.iter().map(|run| run.described()).collect();
            return Err(RunsError::PartOfSeveral { part: part.clone(), runs });
        }
    }
    let described = |runs: &[&ConfiguredRun]| runs.iter().map(|run| run.described()).collect();
    if found.is_empty() {
        let asked = asked.iter().map(|(key, value)| format!("{key} {value}")).collect::<Vec<_>>();
        return Err(RunsError::Unknown { asked: asked.join(", "), runs: described(&own) });
    }
    let all_runs = matches.try_get_one::<bool>(ALL_RUNS).ok().flatten().copied();
    if found.len() > 1 && entry.scope(name) == Scope::OneRun && all_runs != Some(true) {
        return Err(RunsError::NotUnique { command: name.to_owned(), runs: described(&found) });
    }
    Ok(found)
}

/// Whether the predictions of a run are of a model whose run has `part` in its name.
fn predicts(run: &ConfiguredRun, command: &Command, part: &str) -> bool {
    let word = |key: &str| {
        let words = run.value(key).map(<[String]>::to_vec).or_else(|| for_all(command, key));
        words.and_then(|words| words.into_iter().next())
    };
    let (Some(path), dataset) = (word("pred_duckdb"), word("dataset")) else { return false };
    let model = Database::open(path, DEFAULT_LOCK_TIMEOUT)
        .and_then(|file| settle_run(&file, None, dataset.as_deref(), Some(part)))
        .ok()
        .and_then(|chosen| market_data::run_name(&chosen.model_path));
    model.is_some_and(|name| name.contains(part))
}

/// The default of the flag `key`, which is what the file says for all runs.
fn for_all(command: &Command, key: &str) -> Option<Vec<String>> {
    let flag = command.get_arguments().find(|flag| key_of(flag) == key)?;
    let words = flag.get_default_values().iter();
    Some(words.map(|word| word.to_string_lossy().into_owned()).collect())
}

/// What was typed for the flag `key`, or set in the environment.
fn given(command: &Command, matches: &ArgMatches, key: &str) -> Option<String> {
    let flag = command.get_arguments().find(|flag| key_of(flag) == key)?;
    let id = flag.get_id().as_str();
    let source = matches.value_source(id)?;
    if !matches!(source, ValueSource::CommandLine | ValueSource::EnvVariable) {
        return None;
    }
    Some(matches.get_raw(id)?.next()?.to_string_lossy().into_owned())
}

/// Runs that cannot be told apart, or a call that does not say which one it means.
#[derive(Debug, Error)]
pub(crate) enum RunsError {
    #[error("{first} and {second} have the same dataset, run_name and model_path")]
    Repeated { first: String, second: String },
    #[error("no run of the configuration has {asked}; there are:\n  {}", runs.join("\n  "))]
    Unknown { asked: String, runs: Vec<String> },
    #[error("--run-name {part} is a part of several names:\n  {}", runs.join("\n  "))]
    PartOfSeveral { part: String, runs: Vec<String> },
    #[error(
        "`{command}` is for one run and the configuration has several: choose one with --dataset, \
         --run-name or --model-path (`signals` takes --all-runs too):\n  {}",
        runs.join("\n  ")
    )]
    NotUnique { command: String, runs: Vec<String> },
}
