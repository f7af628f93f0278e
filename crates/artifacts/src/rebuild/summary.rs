//! Many months in a table, for people.

use std::io::{self, Write};

use terminal::{collapse, count, plain};

use super::month_report::MonthReport;
use crate::{Artifact, MonthDone, MonthOutcome, Recipe, Shown};

/// A line for each month, then what was warned of.
pub(super) fn write<R: Recipe<Artifact: Shown>>(
    reports: &[MonthReport<R>],
    out: &mut dyn Write,
) -> io::Result<()> {
    let several = reports.windows(2).any(|pair| pair[0].run != pair[1].run);
    let header = [&["month", "outcome"], R::Artifact::COLUMNS, &["warnings"]].concat();
    for run in by_run(reports) {
        if several {
            writeln!(out, "{}", run[0].run)?;
        }
        writeln!(out, "{}", plain(&header, 2, run.iter().map(row)))?;
        if several {
            writeln!(out)?;
        }
    }
    for run in by_run(reports) {
        let of = if several { format!("{} ", run[0].run) } else { String::new() };
        let warnings = run.iter().flat_map(|report| {
            let month = report.done.month;
            report.done.outcome.warnings().iter().map(move |warning| format!("{month}: {warning}"))
        });
        for warning in collapse(warnings) {
            writeln!(out, "warning: {of}{warning}")?;
        }
    }
    Ok(())
}

/// The reports of each run, which follow each other.
fn by_run<R: Recipe>(reports: &[MonthReport<R>]) -> impl Iterator<Item = &[MonthReport<R>]> {
    reports.chunk_by(|one, next| one.run == next.run)
}

fn row<R: Recipe<Artifact: Shown>>(report: &MonthReport<R>) -> Vec<String> {
    let outcome = &report.done.outcome;
    let mut row = vec![report.done.month.to_string(), outcome.word().replace('_', " ")];
    match outcome {
        MonthOutcome::Written(made) => row.extend(made.artifact.cells()),
        _ => row.extend(vec![String::new(); R::Artifact::COLUMNS.len()]),
    }
    let warnings = outcome.warnings().len() as u64;
    row.push(if warnings > 0 { count(warnings) } else { String::new() });
    row
}

/// What a rebuild did for one month.
pub(super) fn month<R: Recipe<Artifact: Shown>>(
    done: &MonthDone<R>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if let MonthOutcome::Written(made) = &done.outcome {
        made.artifact.write(out)?;
    }
    for warning in done.outcome.warnings() {
        writeln!(out, "warning: {warning}")?;
    }
    let path = done.path.display();
    match &done.outcome {
        MonthOutcome::Written(made) if made.warnings.is_empty() => {
            writeln!(out, "wrote {path}")
        }
        MonthOutcome::Written(_) => writeln!(out, "\nwrote {path}"),
        MonthOutcome::Kept(_) => writeln!(out, "{} kept: {path} exists", done.month),
        MonthOutcome::LeftOut => {
            writeln!(out, "{} left out: it has no {}", done.month, R::Artifact::NOUN)
        }
        // The command's error tells of these.
        MonthOutcome::Failed(_) | MonthOutcome::NotBegun => Ok(()),
    }
}
