//! `runner data status`: what is in the configured files, and which months have bins.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::EnumValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, ValueEnum, value_parser};
use market_data::{DEFAULT_LOCK_TIMEOUT, DataFlags, file_status};
use sample::SamplePaths;
use strategy_core::{Console, Result};

use super::configured::ConfiguredData;
use super::flags::data_flags;
use super::holdings::Status;
use super::{bin_files, off_grid, text};

use crate::arg;
use crate::output_flags;

pub(super) const NAME: &str = "status";

/// How the status is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object with `files`, `symbols`, `models`, `bins` and `problems`
    Json,
}

pub(super) fn command() -> Command {
    let data = ["pred_duckdb", "ohlcv_duckdb", "lock_timeout", "sample_dir", "sample"];
    Command::new(NAME)
        .about("What the configured files hold, what is wrong with it, and which months have bins")
        .long_about(
            "Says what the configured DuckDB files hold (with none configured: the generated \
             sample's): tables, ranges, rows, gaps, duplicates, symbols, models, labels, funding \
             rates and what is wrong with them. For each model it lists the months whose whole \
             lookback has out-of-sample predictions, so that their bins can be rebuilt, and the \
             months that have bins. The months with bins come from the names of files, \
             {dataset}/{run name}/{month}.msgpack; the files are not opened.",
        )
        .args(data_flags(&data))
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
            arg::flag("format", "How to print")
                .value_parser(EnumValueParser::<Format>::new())
                .default_value("text"),
        )
}

pub(super) fn run(
    matches: &ArgMatches,
    configured: &[ConfiguredData],
    console: &mut Console<'_>,
) -> Result<()> {
    let status = look(matches, configured, console)?;
    match matches.get_one("format") {
        Some(Format::Json) => {
            output_flags::json(&status.json()?, console.out)?;
        }
        _ => text::write(&status, console.out)?,
    }
    Ok(())
}

fn look(
    matches: &ArgMatches,
    configured: &[ConfiguredData],
    console: &mut Console<'_>,
) -> Result<Status> {
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
    let is_sample = (flags.sample || of_runs().next().is_none())
        && sample::stand_in(&flags, None, console.err)?.is_some();
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
    let off_grid = off_grid::count(&files, flags.lock_timeout)?;
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
    Ok(Status { is_sample, files, off_grid, lookback_months, bins_roots, bins })
}
