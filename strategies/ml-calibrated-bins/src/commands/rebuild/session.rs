//! Carrying out `rebuild` for one run or several.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use binning::BinStore;
use scored_labels::Run;
use strategy_core::Console;

use super::RebuildArgs;
use crate::BinsError;
use crate::backfill::{Backfill, MonthOutcome};
use crate::report::{MonthReport, Printer, RunName, file};
use terminal::error_chain;

/// Makes the bins of all `runs`, one run after the other, the months of each at once. The flags that
/// are not of a single run are `first`'s.
pub(super) fn run(
    first: &RebuildArgs,
    runs: &[RebuildArgs],
    console: &mut Console<'_>,
) -> Result<(), BinsError> {
    let data: Vec<PathBuf> = runs.iter().flat_map(|args| args.sources.data_files()).collect();
    if let Some(report) = &first.report {
        file::check(report, &data)?;
    }
    let interrupt = (console.on_interrupt)();
    let mut backfill = Backfill::new(first.jobs.unwrap_or(0).into())?;
    backfill.existing = first.existing();
    backfill.keep_going = first.keep_going;
    backfill.lock_timeout = first.sources.lock_timeout();
    backfill.interrupt = interrupt.clone();
    let mut printer =
        Printer::new(first.style(), runs.len(), first.keep_going || runs.len() > 1, console);
    let mut end = Ok(());
    let mut folders = BTreeSet::new();
    let mut named = String::new();
    let mut runs_left = runs.len();
    for args in runs {
        if interrupt.is_set() {
            break;
        }
        runs_left -= 1;
        let number = runs.len() - runs_left;
        named = args.named();
        let made = one(number, args, &backfill, &mut folders, &mut named, &mut printer);
        // Each run is attempted: what is wrong with one is nothing to the others.
        if let (Err(error), true) = (&made, runs.len() > 1) {
            printer.run_failed(&named, error);
            end = Err(BinsError::RunsFailed { failed: printer.runs_failed(), runs: runs.len() });
            continue;
        }
        if let Err(error) = made {
            // Told once, as the reason that the command failed; the report has it too.
            printer.note_failed_run(&named, &error);
            end = Err(error);
            break;
        }
    }
    let (failed, months, left) = (printer.failed(), printer.months(), printer.left());
    let (reports, printed) = printer.finish(first.report.as_deref(), &data);
    if interrupt.is_set() && left + runs_left > 0 {
        let stopped =
            BinsError::Interrupted { months: left, runs: runs_left, existing: first.existing() };
        tell(&std::mem::replace(&mut end, Err(stopped)), console);
    } else if failed > 0 && end.is_ok() {
        end = Err(match first_failure(reports) {
            Some(error) if !first.keep_going && runs.len() == 1 => error,
            _ => BinsError::SomeFailed { failed, months, left },
        });
    }
    // Where nothing else is printed, an error that comes by mail must say what it is about.
    if let (true, 1) = (first.quiet, runs.len()) {
        end = end.map_err(|error| BinsError::OfRun { run: named, source: Box::new(error) });
    }
    // A reader of standard output who went away is no news; a report that is not written is.
    if matches!((&end, &printed), (Err(_), Err(BinsError::Report { .. }))) {
        tell(&printed, console);
    }
    end.and(printed)
}

/// Tells of a failure that is not the one that the command ends with, and would be lost behind it.
fn tell(result: &Result<(), BinsError>, console: &mut Console<'_>) {
    if let Err(error) = result {
        // Whoever closed standard error does not want to hear it.
        let _ = writeln!(console.err, "error: {}", error_chain(error));
    }
}

/// Makes the bins of run `number`, unless an earlier one had its folder: see `folders`.
fn one(
    number: usize,
    args: &RebuildArgs,
    backfill: &Backfill,
    folders: &mut BTreeSet<PathBuf>,
    named: &mut String,
    printer: &mut Printer<'_, '_>,
) -> Result<(), BinsError> {
    let settings = args.settings();
    let run = args.open(printer.console())?;
    let name = RunName::of(&run);
    *named = name.to_string();
    let root = args.run.root.of(Some(run.dataset()));
    let folder = root.join(run.dataset()).join(run.run_name());
    if let Some(folder) = folders.replace(folder.clone()) {
        return Err(BinsError::RunRepeated { folder });
    }
    let months = args.months(&run, &settings)?;
    printer.begin(number, months.len());
    let store = BinStore::new(root);
    let done = backfill
        .run(run, &months, &store, &settings, &mut |month| printer.progress(&name, month))?;
    printer.run(&name, done);
    Ok(())
}

/// The failure of the earliest month: without `--keep-going` it is the reason that the command failed.
fn first_failure(reports: Vec<MonthReport>) -> Option<BinsError> {
    reports.into_iter().find_map(|report| match report.done.outcome {
        MonthOutcome::Failed(error) => Some(error),
        _ => None,
    })
}

impl fmt::Display for RunName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.dataset, self.run_name)
    }
}

impl RunName {
    fn of(run: &Run) -> Self {
        Self { dataset: run.dataset().to_owned(), run_name: run.run_name().to_owned() }
    }
}
