//! Carrying out `rebuild` for one run or several.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;

use strategy_core::Console;
use terminal::error_chain;

use super::call::{OpenRun, RebuildCall};
use super::month_report::{MonthReport, RunName};
use super::printer::Printer;
use crate::{
    Artifact, ArtifactError, Backfill, BackfillError, MonthOutcome, MonthStore, Recipe, ReportFile,
};

type ErrorOf<C> = <<C as RebuildCall>::Recipe as Recipe>::Error;

/// Makes the months of all `runs`, one run after the other, the months of each at once. The flags that
/// are not of a single run are `first`'s.
pub(super) fn run<C: RebuildCall>(
    first: &C,
    runs: &[C],
    console: &mut Console<'_>,
) -> Result<(), ErrorOf<C>> {
    let data: Vec<PathBuf> = runs.iter().flat_map(C::data_files).collect();
    let flags = first.backfill();
    if let Some(report) = &flags.report {
        ReportFile::of_rebuild(report, &data).check()?;
    }
    let interrupt = (console.on_interrupt)();
    let mut backfill =
        Backfill::new(flags.jobs.unwrap_or(0).into()).map_err(ArtifactError::from)?;
    backfill.existing = flags.existing();
    backfill.keep_going = flags.keep_going;
    backfill.lock_timeout = first.lock_timeout();
    backfill.interrupt = interrupt.clone();
    let mut printer =
        Printer::new(flags.style(), runs.len(), flags.keep_going || runs.len() > 1, console);
    let failure = |error: BackfillError| Err(ErrorOf::<C>::from(ArtifactError::from(error)));
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
        if let Err(error) = made {
            printer.run_failed(&named, &error);
            // Each run is attempted: what is wrong with one is nothing to the others.
            end = match (printer.failed_runs.len(), runs.len()) {
                (_, 1) => Err(error),
                (failed, runs) => failure(BackfillError::RunsFailed { failed, runs }),
            };
        }
    }
    let (failed, months, left) = (printer.failed(), printer.expected, printer.left());
    let (reports, printed) = printer.finish(flags.report.as_deref(), &data);
    if interrupt.is_set() && left + runs_left > 0 {
        let (months, runs, existing) = (left, runs_left, flags.existing());
        let stopped = failure(BackfillError::Interrupted { months, runs, existing });
        if let Err(error) = std::mem::replace(&mut end, stopped) {
            tell(&error, console);
        }
    } else if failed > 0 && end.is_ok() {
        end = match first_failure(reports) {
            Some(error) if !flags.keep_going && runs.len() == 1 => Err(error),
            _ => failure(BackfillError::SomeFailed { failed, months, left }),
        };
    }
    // Where nothing else is printed, an error that comes by mail must say what it is about.
    if let (true, 1) = (flags.is_quiet(), runs.len()) {
        let noun = <C::Recipe as Recipe>::Artifact::NOUN;
        let of_run =
            |error| ArtifactError::OfRun { noun, run: named, source: Box::new(error) }.into();
        end = end.map_err(of_run);
    }
    // A reader of standard output who went away is no news; a report that is not written is.
    if let (Err(_), Err(error @ ArtifactError::Report { .. })) = (&end, &printed) {
        tell(error, console);
    }
    end.and(printed.map_err(Into::into))
}

/// Tells of a failure that is not the one that the command ends with, and would be lost behind it.
fn tell(error: &(dyn Error + 'static), console: &mut Console<'_>) {
    // Whoever closed standard error does not want to hear it.
    let _ = writeln!(console.err, "error: {}", error_chain(error));
}

/// Makes the months of run `number`, unless an earlier one had its folder: see `folders`.
fn one<C: RebuildCall>(
    number: usize,
    call: &C,
    backfill: &Backfill,
    folders: &mut BTreeSet<PathBuf>,
    named: &mut String,
    printer: &mut Printer<'_, '_, C::Recipe>,
) -> Result<(), ErrorOf<C>> {
    let OpenRun { recipe, root, months, read } = call.open(printer.console)?;
    let name = RunName::of(&recipe);
    *named = name.to_string();
    let folder = root.join(recipe.dataset()).join(recipe.run_name());
    if let Some(folder) = folders.replace(folder.clone()) {
        let noun = <C::Recipe as Recipe>::Artifact::NOUN;
        return Err(ArtifactError::from(BackfillError::RunRepeated { noun, folder }).into());
    }
    let months = months?;
    printer.begin(number, months.len());
    let store = MonthStore::new(root);
    let mut progress = |month: &_| printer.progress(&name, month);
    let done = backfill.run(&recipe, read, &months, &store, &mut progress)?;
    printer.run(&name, done);
    Ok(())
}

/// The failure of the earliest month: without `--keep-going` it is the reason that the command failed.
fn first_failure<R: Recipe>(reports: Vec<MonthReport<R>>) -> Option<R::Error> {
    reports.into_iter().find_map(|report| match report.done.outcome {
        MonthOutcome::Failed(error) => Some(error),
        _ => None,
    })
}
