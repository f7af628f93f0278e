//! `rebuild --dry-run`: the plan, and nothing written.

use serde::Serialize;
use strategy_core::{Console, YearMonth};
use terminal::{counted, error_chain, listed, wrapped};

use super::args::ReportFormat;
use super::call::{OpenRun, RebuildCall};
use crate::{
    ArtifactError, BackfillError, Difference, Existing, Found, MonthStore, PlannedMonth, Recipe,
    Result, plan, write_json,
};

/// Why a month that exists fails when nobody said what to do with it.
const UNDECIDED: &str = "exists: pass --overwrite, --skip-existing or --only-stale";

/// One month of the plan, as a program reads it.
#[derive(Debug, Serialize)]
struct Planned {
    dataset: String,
    run_name: String,
    bin_month: YearMonth,
    /// `missing`, `fresh`, `stale` or `damaged`.
    found: &'static str,
    /// `build`, `replace`, `keep`, `leave` or `fail`.
    action: &'static str,
    path: String,
    /// In-sample rows that it would be made of.
    in_sample_rows: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<Difference>,
    /// Why it cannot be made, or what there is not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
}

/// Prints what a call without `--dry-run` would do.
pub(super) fn run<C: RebuildCall>(
    runs: &[C],
    console: &mut Console<'_>,
) -> Result<(), <C::Recipe as Recipe>::Error> {
    let mut all = Vec::new();
    let mut format = ReportFormat::Text;
    let mut failed = 0;
    for args in runs {
        format = args.backfill().format;
        match of_run(args, console) {
            Ok(planned) => all.extend(planned),
            Err(error) if runs.len() > 1 => {
                failed += 1;
                let told =
                    writeln!(console.err, "error: {}: {}", args.named(), error_chain(&error));
                told.map_err(ArtifactError::from)?;
            }
            Err(error) => return Err(error),
        }
    }
    print(&all, format, console)?;
    if failed > 0 {
        let failed = BackfillError::RunsFailed { failed, runs: runs.len() };
        return Err(ArtifactError::from(failed).into());
    }
    Ok(())
}

fn print(all: &[Planned], format: ReportFormat, console: &mut Console<'_>) -> Result<()> {
    match format {
        ReportFormat::Json => {
            #[derive(Serialize)]
            struct Document<'a> {
                plan: &'a [Planned],
            }
            write_json(&Document { plan: all }, console.out)?;
        }
        ReportFormat::Text => {
            let same_run = |one: &Planned, next: &Planned| {
                (&one.dataset, &one.run_name) == (&next.dataset, &next.run_name)
            };
            for (number, run) in all.chunk_by(same_run).enumerate() {
                let gap = if number > 0 { "\n" } else { "" };
                writeln!(console.out, "{gap}{} {}", run[0].dataset, run[0].run_name)?;
                let header = ["month", "found", "action", "why"];
                let rows = run.iter().map(Planned::row);
                writeln!(console.out, "{}", wrapped(&header, header.len(), rows))?;
            }
        }
    }
    Ok(())
}

fn of_run<C: RebuildCall>(
    call: &C,
    console: &mut Console<'_>,
) -> Result<Vec<Planned>, <C::Recipe as Recipe>::Error> {
    let OpenRun { recipe, root, months, read } = call.open(console)?;
    let months = months?;
    let inputs = read(&months)?;
    let existing = call.backfill().existing();
    let planned = plan(&recipe, &inputs, &months, &MonthStore::new(root))?.into_iter();
    Ok(planned.map(|month| Planned::new(&recipe, month, existing)).collect())
}

impl Planned {
    fn new<R: Recipe>(recipe: &R, month: PlannedMonth<R::Error>, existing: Existing) -> Self {
        let action = month.action(existing).word();
        let found = month.found.word();
        let (differences, damage) = match month.found {
            Found::Stale(differences) => (differences, None),
            Found::Damaged(error) => (Vec::new(), Some(error)),
            Found::Missing | Found::Fresh => (Vec::new(), None),
        };
        let mut reasons: Vec<String> =
            damage.iter().chain(&month.obstacle).map(|e| error_chain(e)).collect();
        if existing == Existing::Refuse && found != "missing" {
            reasons.push(UNDECIDED.to_owned());
        }
        Self {
            dataset: recipe.dataset().to_owned(),
            run_name: recipe.run_name().to_owned(),
            bin_month: month.month,
            found,
            action,
            path: month.path.display().to_string(),
            in_sample_rows: month.in_sample_rows,
            differences,
            reasons,
        }
    }

    fn row(&self) -> Vec<String> {
        let in_sample = match self.in_sample_rows {
            0 => String::new(),
            rows => format!("in sample: {}", counted(rows, "row")),
        };
        let why: Vec<String> =
            [in_sample, listed(&self.differences, ", "), self.reasons.join("; ")]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect();
        vec![
            self.bin_month.to_string(),
            self.found.to_owned(),
            self.action.to_owned(),
            why.join("; "),
        ]
    }
}
