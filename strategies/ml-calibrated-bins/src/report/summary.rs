//! Many months in a table, for people.

use std::io::{self, Write};

use calibration::Calibrator;

use super::number::{count, per_cent, probability};
use super::{MonthReport, RunName, table};
use crate::Rebuilt;
use crate::backfill::MonthOutcome;

/// A line for each month, then what was warned of.
pub(super) fn write(reports: &[MonthReport], out: &mut dyn Write) -> io::Result<()> {
    let several = reports.windows(2).any(|pair| pair[0].run != pair[1].run);
    let mut header =
        vec!["month", "outcome", "rows", "base rate", "slope", "Brier before", "after", "warnings"];
    if several {
        header.splice(0..0, ["dataset", "run"]);
    }
    let rows = reports.iter().map(|report| {
        let mut row = row(report);
        if several {
            row.splice(0..0, [report.run.dataset.clone(), report.run.run_name.clone()]);
        }
        row
    });
    writeln!(out, "{}", table::plain(&header, if several { 4 } else { 2 }, rows))?;
    for report in reports {
        for warning in report.done.outcome.warnings() {
            let RunName { dataset, run_name } = &report.run;
            let of = if several { format!("{dataset} {run_name} ") } else { String::new() };
            writeln!(out, "warning: {of}{}: {warning}", report.done.month)?;
        }
    }
    Ok(())
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
