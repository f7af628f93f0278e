//! `rebuild --dry-run`: the plan, and nothing written.

use binning::BinStore;
use serde::Serialize;
use strategy_core::{Console, YearMonth};

use super::{RebuildArgs, ReportFormat};
use crate::plan::{Found, PlannedMonth, plan};
use crate::report::json;
use crate::{BinsError, Difference, Existing};
use terminal::count;
use terminal::listed;
use terminal::{error_chain, wrapped};

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
    /// In-sample rows that its bins would be made of.
    in_sample_rows: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<Difference>,
    /// Why bins cannot be made, or those there are not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
}

/// Prints what a call without `--dry-run` would do.
pub(super) fn run(runs: &[RebuildArgs], console: &mut Console<'_>) -> Result<(), BinsError> {
    let mut all = Vec::new();
    let mut format = ReportFormat::Text;
    let mut failed = 0;
    for args in runs {
        format = args.format;
        match of_run(args, console) {
            Ok(planned) => all.extend(planned),
            Err(error) if runs.len() > 1 => {
                failed += 1;
                writeln!(console.err, "error: {}: {}", args.named(), error_chain(&error))?;
            }
            Err(error) => return Err(error),
        }
    }
    match format {
        ReportFormat::Json => {
            #[derive(Serialize)]
            struct Document {
                plan: Vec<Planned>,
            }
            json::write(&Document { plan: all }, console.out)?;
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
    if failed > 0 {
        return Err(BinsError::RunsFailed { failed, runs: runs.len() });
    }
    Ok(())
}

fn of_run(args: &RebuildArgs, console: &mut Console<'_>) -> Result<Vec<Planned>, BinsError> {
    let settings = args.settings();
    let mut run = args.open(console)?;
    let months = args.months(&run, &settings)?;
    let inputs = run.load(&months, &settings.window)?;
    let store = BinStore::new(args.run.root.of(Some(run.dataset())));
    let planned = plan(&inputs, &months, &store, &settings)?.into_iter().map(|month| {
        let (dataset, run_name) = (run.dataset().to_owned(), run.run_name().to_owned());
        Planned::new(dataset, run_name, month, args.existing())
    });
    Ok(planned.collect())
}

impl Planned {
    fn new(dataset: String, run_name: String, month: PlannedMonth, existing: Existing) -> Self {
        let action = month.action(existing).word();
        let found = month.found.word();
        let (differences, damage) = match month.found {
            Found::Stale(differences) => (differences, None),
            Found::Damaged(error) => (Vec::new(), Some(BinsError::from(error))),
            Found::Missing | Found::Fresh => (Vec::new(), None),
        };
        let mut reasons: Vec<String> =
            damage.iter().chain(&month.obstacle).map(|e| error_chain(e)).collect();
        if existing == Existing::Refuse && found != "missing" {
            reasons.push(UNDECIDED.to_owned());
        }
        let (bin_month, path) = (month.month, month.path.display().to_string());
        let in_sample_rows = month.in_sample_rows;
        Self {
            dataset,
            run_name,
            bin_month,
            found,
            action,
            path,
            in_sample_rows,
            differences,
            reasons,
        }
    }

    fn row(&self) -> Vec<String> {
        let in_sample = match self.in_sample_rows {
            0 => String::new(),
            rows => format!("in sample: {} rows", count(rows)),
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
