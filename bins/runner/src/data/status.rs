//! `runner data status`: what is in the configured files, and which months have bins.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::EnumValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, ValueEnum, value_parser};
use market_data::sample::SamplePaths;
use market_data::{
    DEFAULT_LOCK_TIMEOUT, DataFlags, FileStatus, ModelStatus, TableContent, TimeSpan, file_status,
};
use serde_json::{Value, json};
use strategy_core::{BoxError, Console, YearMonth};

use super::bin_files::{self, RunBins};
use super::{problems, text};
use crate::config::ConfiguredData;

pub(super) const NAME: &str = "status";

/// How the status is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object with `files`, `symbols`, `models`, `bins` and `problems`
    Json,
}

/// What was found.
pub(super) struct Status {
    pub(super) is_sample: bool,
    pub(super) files: Vec<FileStatus>,
    pub(super) lookback_months: u16,
    /// Where bins were looked for, each folder once.
    pub(super) bins_roots: Vec<PathBuf>,
    pub(super) bins: Vec<RunBins>,
}

pub(super) fn command() -> Command {
    let data = ["pred_duckdb", "ohlcv_duckdb", "lock_timeout", "sample_dir", "sample"];
    Command::new(NAME)
        .about("Say what the configured files hold, how sound it is, and which months have bins")
        .long_about(
            "Says what the configured DuckDB files hold (with none configured: the generated \
             sample's): tables, ranges, rows, gaps, duplicates, symbols, models, labels, funding \
             rates and what is wrong with them. For each model it lists the months whose whole \
             lookback has out-of-sample predictions, so that their bins can be rebuilt, and the \
             months that have bins. Which months have bins is read from the names of files, \
             {dataset}/{run name}/{month}.msgpack; the files are not opened.",
        )
        .args(super::data_flags(&data))
        .arg(
            Arg::new("bins_root")
                .long("bins-root")
                .value_name("FOLDER")
                .env("RUNNER_BINS_ROOT")
                .value_parser(value_parser!(PathBuf))
                .help(
                    "Folder of the bins, as {dataset}/{run name}/{month}.msgpack [default: \
                     data/bins, for the generated sample data/sample/bins]",
                ),
        )
        .arg(
            Arg::new("lookback_months")
                .long("lookback-months")
                .value_name("N")
                .env("RUNNER_LOOKBACK_MONTHS")
                .value_parser(value_parser!(u16).range(1..=1200))
                .default_value("12")
                .help("Months of predictions that rebuilding a month needs before it"),
        )
        .arg(
            Arg::new("format")
                .long("format")
                .value_parser(EnumValueParser::<Format>::new())
                .default_value("text")
                .help("How to print"),
        )
}

pub(super) fn run(
    matches: &ArgMatches,
    configured: &[ConfiguredData],
    console: &mut Console<'_>,
) -> Result<(), BoxError> {
    let status = look(matches, configured, console)?;
    match matches.get_one("format") {
        Some(Format::Json) => {
            serde_json::to_writer_pretty(&mut *console.out, &status.json()?)?;
            writeln!(console.out)?;
        }
        _ => text::write(&status, console.out)?,
    }
    Ok(())
}

fn look(
    matches: &ArgMatches,
    configured: &[ConfiguredData],
    console: &mut Console<'_>,
) -> Result<Status, BoxError> {
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    let flags = DataFlags {
        pred_duckdb: path("pred_duckdb"),
        ohlcv_duckdb: path("ohlcv_duckdb"),
        ohlcv_table: None,
        model_path: None,
        feature_key: None,
        lock_timeout: matches
            .get_one::<Duration>("lock_timeout")
            .copied()
            .unwrap_or(DEFAULT_LOCK_TIMEOUT),
        sample_dir: path("sample_dir").unwrap_or_default(),
        sample: matches.get_flag("sample"),
        configured_elsewhere: None,
    };
    // Files that are typed are meant alone; otherwise those of all strategies and runs are.
    let typed = ["pred_duckdb", "ohlcv_duckdb"].into_iter().any(|name| {
        matches!(
            matches.value_source(name),
            Some(ValueSource::CommandLine | ValueSource::EnvVariable)
        )
    });
    let configured = if typed || flags.sample { &[] } else { configured };
    let of_runs = || configured.iter().flat_map(|data| data.files.iter().cloned());
    let is_sample =
        (flags.sample || of_runs().next().is_none()) && flags.sample(None, console.err)?.is_some();
    let mut paths: Vec<PathBuf> = if is_sample {
        let sample = SamplePaths::in_dir(&flags.sample_dir);
        sample.instruments.into_iter().flat_map(|one| [one.predictions, one.candles]).collect()
    } else {
        flags.pred_duckdb.iter().chain(&flags.ohlcv_duckdb).cloned().chain(of_runs()).collect()
    };
    // One file may hold predictions and candles, and serve several runs.
    let mut seen = BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    let files = paths
        .iter()
        .map(|path| file_status(path, flags.lock_timeout))
        .collect::<Result<Vec<_>, _>>()?;
    let by_default = if is_sample { "data/sample/bins" } else { "data/bins" };
    let given = path("bins_root");
    let of_runs = configured.iter().filter_map(|data| data.bins_root.clone());
    let every_run_has_its_own =
        !configured.is_empty() && configured.iter().all(|data| data.bins_root.is_some());
    let own = (given.is_some() || !every_run_has_its_own)
        .then(|| given.unwrap_or_else(|| by_default.into()));
    let mut bins_roots: Vec<PathBuf> = own.into_iter().chain(of_runs).collect();
    let mut seen = BTreeSet::new();
    bins_roots.retain(|root| seen.insert(root.clone()));
    let mut bins = Vec::new();
    for root in &bins_roots {
        bins.extend(bin_files::find(root)?);
    }
    let lookback_months = matches.get_one("lookback_months").copied().unwrap_or(12);
    Ok(Status { is_sample, files, lookback_months, bins_roots, bins })
}

impl Status {
    /// The models of all files.
    pub(super) fn models(&self) -> impl Iterator<Item = &ModelStatus> {
        self.files.iter().flat_map(|file| &file.tables).flat_map(|table| match &table.content {
            TableContent::Predictions { models } => models.as_slice(),
            _ => &[],
        })
    }

    /// The symbols of all tables of candles.
    pub(super) fn symbols(&self) -> BTreeSet<&str> {
        let tables = self.files.iter().flat_map(|file| &file.tables);
        tables
            .filter_map(|table| match &table.content {
                TableContent::Candles(candles) => candles.symbol.as_deref(),
                _ => None,
            })
            .collect()
    }

    /// The months whose whole lookback the predictions of `model` cover, up to the newest's.
    pub(super) fn rebuildable(&self, model: &ModelStatus) -> Vec<YearMonth> {
        model.span.map_or_else(Vec::new, |span| rebuildable(span, self.lookback_months))
    }

    /// The months that have bins of `model`.
    pub(super) fn with_bins(&self, model: &ModelStatus) -> &[YearMonth] {
        let run_name = run_name(model);
        let of_model = |run: &&RunBins| {
            Some(&run.run_name) == run_name.as_ref()
                && model.dataset.as_ref().is_none_or(|dataset| *dataset == run.dataset)
        };
        self.bins.iter().find(of_model).map_or(&[], |run| &run.months)
    }

    fn json(&self) -> Result<Value, serde_json::Error> {
        let models: Vec<Value> = self
            .models()
            .map(|model| {
                json!({
                    "model_path": model.model_path,
                    "run_name": run_name(model),
                    "dataset": model.dataset,
                    "feature_keys": model.feature_keys,
                    "months_rebuildable": texts(&self.rebuildable(model)),
                    "months_with_bins": texts(self.with_bins(model)),
                })
            })
            .collect();
        let bins: Vec<Value> = self
            .bins
            .iter()
            .map(|run| {
                json!({
                    "dataset": run.dataset,
                    "run_name": run.run_name,
                    "months": texts(&run.months),
                })
            })
            .collect();
        let problems: Vec<Value> = problems::find(&self.files)
            .into_iter()
            .map(|problem| {
                json!({
                    "path": problem.file.path.to_string_lossy(),
                    "table": problem.table.name,
                    "problem": problem.text,
                })
            })
            .collect();
        // A path that is not Unicode is an error of serde's, which `json!` would make a panic.
        let files = serde_json::to_value(&self.files)?;
        Ok(json!({
            "sample": self.is_sample,
            "files": files,
            "symbols": self.symbols(),
            "lookback_months": self.lookback_months,
            "models": models,
            "bins_roots": self.bins_roots.iter().map(|r| r.to_string_lossy()).collect::<Vec<_>>(),
            "bins": bins,
            "problems": problems,
        }))
    }
}

pub(super) fn run_name(model: &ModelStatus) -> Option<String> {
    model.model_path.as_deref().and_then(market_data::run_name)
}

fn texts(months: &[YearMonth]) -> Vec<String> {
    months.iter().map(ToString::to_string).collect()
}

fn rebuildable(span: TimeSpan, lookback_months: u16) -> Vec<YearMonth> {
    let month = YearMonth::containing(span.first);
    let first_whole = if span.first <= month.start() { month } else { month.plus_months(1) };
    first_whole
        .plus_months(lookback_months.into())
        .through(YearMonth::containing(span.last))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_lookback_begins_with_a_whole_month() {
        let told = |first: &str, last: &str| {
            let instant = |text: &str| format!("{text}:00Z").parse().unwrap();
            let span = TimeSpan { first: instant(first), last: instant(last), rows: 1 };
            texts(&rebuildable(span, 2))
        };
        assert_eq!(told("2025-01-01T00:00", "2025-04-30T23:00"), ["2025-03", "2025-04"]);
        assert_eq!(told("2025-01-01T01:00", "2025-04-01T00:00"), ["2025-04"]);
        assert_eq!(told("2025-01-01T00:00", "2025-02-28T23:00"), [""; 0]);
    }
}
