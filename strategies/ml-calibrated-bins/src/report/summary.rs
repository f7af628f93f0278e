//! Many months in a table, for people.

use std::io::{self, Write};

use calibration::Calibrator;

use super::MonthReport;
use crate::Rebuilt;
use crate::backfill::MonthOutcome;
use terminal::collapse;
use terminal::plain;
use terminal::{count, per_cent, probability};

/// A line for each month, then what was warned of.
pub(super) fn write(reports: &[MonthReport], out: &mut dyn Write) -> io::Result<()> {
    let several = reports.windows(2).any(|pair| pair[0].run != pair[1].run);
    let header =
        ["month", "outcome", "rows", "base rate", "slope", "Brier before", "after", "warnings"];
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
fn by_run(reports: &[MonthReport]) -> impl Iterator<Item = &[MonthReport]> {
    reports.chunk_by(|one, next| one.run == next.run)
}

fn row(report: &MonthReport) -> Vec<String> {
    let outcome = &report.done.outcome;
    let mut row = vec![report.done.month.to_string(), outcome.word().replace('_', " ")];
    match outcome {
        MonthOutcome::Written(rebuilt) => row.extend(numbers(rebuilt)),
        _ => row.extend(vec![String::new(); 5]),
    }
    let warnings = outcome.warnings().len() as u64;
    row.push(if warnings > 0 { count(warnings) } else { String::new() });
    row
}

fn numbers(rebuilt: &Rebuilt) -> [String; 5] {
    let parts = rebuilt.metadata.parts();
    let quality = &parts.diagnostics;
    let slope = match &parts.calibrator {
        Calibrator::Platt(platt) => format!("{:.4}", platt.slope()),
        Calibrator::Isotonic(_) => String::new(),
    };
    [
        count(parts.cal_rows),
        per_cent(Some(quality.base_rate)),
        slope,
        probability(Some(quality.brier_before)),
        probability(Some(quality.brier_after)),
    ]
}
