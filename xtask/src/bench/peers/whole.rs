//! The cases that are whole processes: from DuckDB files to files, start-up included.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::case::Comparison;
use super::{Bench, Family, Found};
use crate::bench::folders::{script, text};
use crate::bench::measure::{self, Runs};
use crate::bench::table::{duration, factor};
use crate::command::say;

pub(super) const FAMILY: Family = Family { cases: &["rebuild-1", "rebuild-12", SIGNALS], run };
const SIGNALS: &str = "signals";

const KEY: &str = "y_tp_before_sl_u0.04_d0.02_24h";
pub(in crate::bench) const DATASET: &str = "bench_btcusdt_perp_1h";
pub(in crate::bench) const MODEL: &str =
    "models/bench_btcusdt_perp_1h/run_00_y_tp_before_sl_u0.04_d0.02_24h_binary/model.txt";

/// Files and programs of these cases.
struct Setup<'a> {
    runner: PathBuf,
    python: &'a Path,
    scratch: PathBuf,
    market: String,
    predictions: String,
}

fn run(bench: &Bench<'_>, cases: &[&str]) -> Result<Found> {
    let rebuilds = [("rebuild-1", 12..=12), ("rebuild-12", 1..=12)];
    let hourly = bench.folders.data().join("hourly");
    let setup = Setup {
        runner: bench.runner.path()?,
        python: &bench.python,
        scratch: bench.folders.scratch()?,
        market: text(&hourly.join("market.duckdb")),
        predictions: text(&hourly.join("predictions.duckdb")),
    };
    let mut found = Found::default();
    for (case, months) in rebuilds.into_iter().filter(|(name, _)| cases.contains(name)) {
        let months: Vec<String> = months.map(|month| format!("2024-{month:02}")).collect();
        let (comparison, imports) = setup.rebuild(case, &months, bench.rounds)?;
        found.notes.push(format!(
            "{case}: {} of the peer's time are the interpreter and its imports alone.",
            duration(imports.seconds())
        ));
        found.comparisons.push(comparison);
    }
    if cases.contains(&SIGNALS) {
        let (comparison, summary) = setup.signals(bench.rounds)?;
        found.notes.push(format!(
            "backtest: from DuckDB to the printed summary of the same rows in {}, {} of `signals`; the goal is \
             under 2×.",
            duration(summary.seconds()),
            factor(summary.seconds() / comparison.ours.seconds())
        ));
        found.comparisons.push(comparison);
    }
    Ok(found)
}

impl Setup<'_> {
    fn our_rebuild(&self, name: &str, out: &Path, months: &[String]) -> measure::Program {
        let out_text = text(out);
        let mut arguments = vec!["ml-calibrated-bins", "rebuild", "--quiet"];
        arguments.extend(["--pred-duckdb", &self.predictions, "--ohlcv-duckdb", &self.market]);
        arguments.extend(["--model-path", MODEL, "--dataset", DATASET, "--bins-root", &out_text]);
        arguments.push("--bin-month");
        arguments.extend(months.iter().map(String::as_str));
        measure::Program::new(name, &self.runner, &arguments).without(out.to_owned())
    }

    fn their_rebuild(&self, name: &str, out: &Path, months: &[String]) -> measure::Program {
        let (script, out_text) = (text(&script("peers/rebuild.py")), text(out));
        let mut arguments =
            vec![script.as_str(), &self.predictions, &self.market, MODEL, DATASET, KEY];
        arguments.push(&out_text);
        arguments.extend(months.iter().map(String::as_str));
        measure::Program::new(name, self.python, &arguments).without(out.to_owned())
    }

    fn rebuild(
        &self,
        case: &'static str,
        months: &[String],
        rounds: u32,
    ) -> Result<(Comparison, Runs)> {
        let [ours, alone, theirs, optimum] =
            ["ours", "alone", "theirs", "optimum"].map(|name| self.scratch.join(name));
        let programs = [
            self.our_rebuild("ours", &ours, months),
            one_thread(self.our_rebuild("ours, one thread", &alone, months)),
            self.their_rebuild("theirs", &theirs, months),
        ];
        say(&format!("{case}: answers, then {rounds} rounds"));
        programs.iter().try_for_each(|program| self.once(program))?;
        let mut exact = self.their_rebuild("at the optimum", &optimum, months);
        exact.argv.push("--optimum".to_owned());
        self.once(&exact)?;
        self.compare("rebuild", &[&ours, &theirs, &optimum])?;

        let imports = text(&script("peers/imports.py"));
        let imports = measure::Program::new("imports", self.python, &[&imports]);
        let all = [programs.as_slice(), &[imports]].concat();
        self.measured(case, ("duckdb, pandas, scikit-learn", 40.0), &all, rounds)
    }

    /// Ours, ours on one thread and theirs in turn, and a fourth program's figures beside them.
    fn measured(
        &self,
        case: &'static str,
        (peer, goal): (&'static str, f64),
        programs: &[measure::Program],
        rounds: u32,
    ) -> Result<(Comparison, Runs)> {
        let runs = measure::in_turn(programs, rounds, &self.scratch)?;
        let Ok([ours, alone, theirs, fourth]) = <[Runs; 4]>::try_from(runs) else {
            bail!("four programs were run, and other figures came back");
        };
        Ok((Comparison { case, peer, ours, alone, theirs, goal: Some(goal) }, fourth))
    }

    fn signals(&self, rounds: u32) -> Result<(Comparison, Runs)> {
        let bins = self.scratch.join("bins");
        let months: Vec<String> = (2022..=2024)
            .flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02}")))
            .collect();
        self.once(&self.our_rebuild("rebuild", &bins, &months))?;
        let (bins_text, [ours, alone, theirs]) = (
            text(&bins),
            ["ours", "alone", "theirs"].map(|name| self.scratch.join(format!("{name}.parquet"))),
        );
        // `flag` names the file that the command writes.
        let ours_with = |name: &str, command: &str, flag: &str, out: &Path| {
            let out_text = text(out);
            let mut arguments = vec!["ml-calibrated-bins", command, flag, &out_text];
            arguments.extend(["--start", "2022-01-01", "--end", "2024-12-31"]);
            arguments.extend(["--pred-duckdb", &self.predictions, "--ohlcv-duckdb", &self.market]);
            arguments.extend(["--model-path", MODEL, "--dataset", DATASET]);
            arguments.extend(["--bins-root", &bins_text]);
            measure::Program::new(name, &self.runner, &arguments).without(out.to_owned())
        };
        let our_signals = |name: &str, out: &Path| ours_with(name, "signals", "--output", out);
        let summary =
            ours_with("summary", "backtest", "--trials", &self.scratch.join("trials.jsonl"));
        let files = bins.join(DATASET).join(run_of_model()?);
        let (peer_script, files, out) =
            (text(&script("peers/signals.py")), text(&files), text(&theirs));
        let range = ["2022-01-01", "2025-01-01"];
        let arguments = [&peer_script, &self.predictions, MODEL, &files, range[0], range[1], &out];
        let programs = [
            our_signals("ours", &ours),
            one_thread(our_signals("ours, one thread", &alone)),
            measure::Program::new("theirs", self.python, &arguments).without(theirs.clone()),
        ];
        say(&format!("signals: answers, then {rounds} rounds"));
        programs.iter().try_for_each(|program| self.once(program))?;
        self.compare("signals", &[&ours, &theirs])?;
        let all = [programs.as_slice(), &[summary]].concat();
        self.measured(SIGNALS, ("duckdb, pandas", 20.0), &all, rounds)
    }

    /// Runs a program for its files.
    fn once(&self, program: &measure::Program) -> Result<()> {
        let [name, arguments @ ..] = program.argv.as_slice() else {
            bail!("a program has no name")
        };
        let mut command = Command::new(name);
        command.args(arguments).envs(&program.env).current_dir(&self.scratch);
        for left in program.remove.iter().filter(|left| left.exists()) {
            if left.is_dir() { fs::remove_dir_all(left)? } else { fs::remove_file(left)? }
        }
        let output = command.output().with_context(|| format!("cannot start {name}"))?;
        if !output.status.success() {
            bail!("{} failed: {}", program.name, String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    fn compare(&self, kind: &str, files: &[&Path]) -> Result<()> {
        let mut command = Command::new(self.python);
        command.arg(script("compare.py")).arg(kind).args(files);
        let output = command.output().context("cannot start python")?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            bail!("the answers differ, so there are no times: {}", message.trim());
        }
        say(String::from_utf8_lossy(&output.stdout).trim());
        Ok(())
    }
}

fn one_thread(program: measure::Program) -> measure::Program {
    program.with("RAYON_NUM_THREADS", "1").with("RUNNER_JOBS", "1")
}

fn run_of_model() -> Result<&'static str> {
    MODEL.rsplit('/').nth(1).context("the model's path has no folder")
}
