//! `--scale`: backfills as a desk makes them, whole processes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::folders::{Folders, text};
use super::measure::{self, Program, Runs};
use super::programs::Runner;
use super::python;
use super::report::Report;
use super::table::{Table, duration, factor, memory};
use crate::command::say;

const KEY: &str = "y_tp_before_sl_u0.04_d0.02_24h";
const RUNS: usize = 50;

/// The factor that ten times the rows may take in time.
const MOST_GROWTH: f64 = 11.0;

/// Fifty runs may take so much more memory than one: the allocator's and DuckDB's caches, not rows.
const MOST_MEMORY: f64 = 1.5;

pub(crate) fn run(folders: &Folders, runner: &Runner, rounds: u32) -> Result<Report> {
    let python = python::with_packages(folders)?;
    python::make_data(&python, "scale", folders)?;
    let runner = runner.path()?;
    let scratch = folders.scratch()?;
    let backfills = Backfills { runner: &runner, data: folders.data(), scratch: &scratch };

    let two_years = ["--from", "2023-01", "--to", "2024-12"];
    let a_year = ["--from", "2024-01", "--to", "2024-12"];
    let by = |method| [&two_years[..], &["--method", method]].concat();
    let (platt, isotonic) = (by("platt"), by("isotonic"));
    let one_run = [&two_years[..], &["--run-name", "run_07_y_tp_before_sl_u0.04_d0.02_24h_binary"]];
    let programs = [
        ("2 years hourly, 12 months", "scale-hourly", "1h", 1, &a_year[..]),
        ("3 years of 10 minutes, 24 months, Platt", "scale-ten-minutes", "10m", 1, &platt),
        ("3 years of minutes, 24 months, Platt", "scale-minutes", "1m", 1, &platt),
        ("3 years of 10 minutes, 24 months, isotonic", "scale-ten-minutes", "10m", 1, &isotonic),
        ("3 years of minutes, 24 months, isotonic", "scale-minutes", "1m", 1, &isotonic),
        ("1 run of 50, hourly, 24 months", "scale-runs", "1h", RUNS, &one_run.concat()),
        ("50 runs, hourly, 24 months", "scale-runs", "1h", RUNS, &two_years),
    ];
    let program = |(name, set, interval, models, flags)| {
        backfills.program(name, set, interval, models, flags)
    };
    let programs = programs.into_iter().map(program).collect::<Result<Vec<_>>>()?;
    say(&format!("{} backfills, {rounds} rounds after one that does not count", programs.len()));
    let mut report = Report::new("scale", "cargo xtask bench --scale");
    let runs = measure::in_turn(&programs, rounds, &scratch)?;

    let before = format!("Whole processes, medians of {rounds} runs, all cores.");
    report.tables.push((before, table(&programs, &runs)));
    let growth = [("Platt", 1, 2), ("isotonic", 3, 4)]
        .map(|(name, less, more)| (name, runs[more].seconds() / runs[less].seconds()));
    for (name, growth) in growth {
        let verdict = if growth <= MOST_GROWTH { "as asked" } else { "more than asked" };
        report.notes.push(format!(
            "{name}: ten times the rows take {} the time; at most {MOST_GROWTH}× is asked: {verdict}.",
            factor(growth)
        ));
    }
    let more_memory = runs[6].peak_kib() / runs[5].peak_kib();
    let verdict = if more_memory <= MOST_MEMORY { "as asked" } else { "more than asked" };
    report.notes.push(format!(
        "50 runs take {} the memory of one; memory is to be bounded by one run's window, and at most \
         {MOST_MEMORY}× is taken for that: {verdict}.",
        factor(more_memory)
    ));
    report.failed = more_memory > MOST_MEMORY || growth.iter().any(|(_, g)| *g > MOST_GROWTH);
    Ok(report)
}

struct Backfills<'a> {
    runner: &'a Path,
    data: PathBuf,
    scratch: &'a Path,
}

impl Backfills<'_> {
    /// A backfill through a configuration of its own, into a folder of its own.
    fn program(
        &self,
        name: &str,
        set: &str,
        interval: &str,
        models: usize,
        flags: &[&str],
    ) -> Result<Program> {
        let bins = self.scratch.join(name.replace([' ', ','], "-"));
        let config = bins.with_extension("toml");
        fs::write(&config, configuration(&self.data.join(set), &bins, interval, models))
            .with_context(|| format!("cannot write {}", config.display()))?;
        let config = text(&config);
        let mut arguments = vec!["--config", &config, "ml-calibrated-bins", "rebuild", "--quiet"];
        arguments.extend(flags);
        Ok(Program::new(name, self.runner, &arguments).without(bins))
    }
}

/// A `runner.toml` with a table for each of the models.
fn configuration(data: &Path, bins: &Path, interval: &str, models: usize) -> String {
    let dataset = format!("bench_btcusdt_perp_{interval}");
    let path = |name: &str| text(&data.join(name)).replace('\\', "/");
    let mut file = format!(
        "pred_duckdb = \"{}\"\nohlcv_duckdb = \"{}\"\n\n[ml-calibrated-bins]\nbins_root = \"{}\"\n",
        path("predictions.duckdb"),
        path("market.duckdb"),
        text(bins).replace('\\', "/"),
    );
    for model in 0..models {
        let run = format!("run_{model:02}_{KEY}_binary");
        let _ = write!(
            file,
            "\n[[ml-calibrated-bins.runs]]\ndataset = \"{dataset}\"\nrun_name = \"{run}\"\n\
             model_path = \"models/{dataset}/{run}/model.txt\"\n"
        );
    }
    file
}

fn table(programs: &[Program], runs: &[Runs]) -> Table {
    let mut table = Table::new(&["backfill", "time", "slowest", "peak memory"]);
    for (program, runs) in programs.iter().zip(runs) {
        let most = runs.seconds.iter().copied().fold(0.0, f64::max);
        table.push(vec![
            program.name.clone(),
            duration(runs.seconds()),
            duration(most),
            memory(runs.peak_kib()),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_has_a_table_for_each_model() {
        let file = configuration(Path::new("/d"), Path::new("/b"), "1h", 2);
        assert!(file.starts_with("pred_duckdb = \"/d/predictions.duckdb\"\n"), "{file}");
        assert_eq!(file.matches("[[ml-calibrated-bins.runs]]").count(), 2);
        assert!(file.contains("model_path = \"models/bench_btcusdt_perp_1h/run_01_y_tp"), "{file}");
    }
}
