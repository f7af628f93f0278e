//! `list`: the months that have bins.

use artifacts::{MonthFilter, TableFormat};
use clap::Args;
use serde::Serialize;
use strategy_core::{Console, YearMonth};

use super::RunChoice;
use crate::BinsError;
use crate::recipe::in_sample;
use crate::report::json;
use terminal::plain;
use terminal::{count, per_cent};

/// Flags of `list`.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    #[command(flatten)]
    run: RunChoice,

    /// Only months from this one on
    #[arg(long, value_name = "MONTH")]
    from: Option<YearMonth>,

    /// Only months up to this one
    #[arg(long, value_name = "MONTH")]
    to: Option<YearMonth>,

    /// How to print [default: a table on a terminal, otherwise csv]
    #[arg(long, value_enum)]
    format: Option<TableFormat>,
}

#[derive(Debug, Serialize)]
struct Listed {
    dataset: String,
    run_name: String,
    bin_month: YearMonth,
    calibration_method: String,
    n_bins: u16,
    cal_rows: u64,
    in_sample_rows: u64,
    base_rate: f64,
    created_at: String,
    path: String,
}

pub(super) fn run(args: &ListArgs, console: &mut Console<'_>) -> Result<(), BinsError> {
    let store = args.run.store()?;
    args.run.check(&store)?;
    let keys =
        store.list(&MonthFilter { from: args.from, to: args.to, ..args.run.filter(&store)? })?;
    if keys.is_empty() {
        return Err(args.run.no_bins(&store));
    }
    let mut listed = Vec::with_capacity(keys.len());
    let mut damaged = 0;
    for key in &keys {
        let metadata = match store.load(key) {
            Ok(metadata) => metadata,
            Err(error) => {
                damaged += 1;
                let _ = writeln!(console.err, "error: {error}");
                continue;
            }
        };
        let parts = metadata.parts();
        listed.push(Listed {
            dataset: key.dataset().to_owned(),
            run_name: key.run_name().to_owned(),
            bin_month: key.month(),
            calibration_method: parts.calibrator.method().to_string(),
            n_bins: parts.edges.n_bins().get(),
            cal_rows: parts.cal_rows,
            in_sample_rows: in_sample(&parts.sources),
            base_rate: parts.diagnostics.base_rate,
            created_at: parts.created_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            path: store.path(key).display().to_string(),
        });
    }
    match TableFormat::chosen(args.format, console) {
        TableFormat::Table => {
            let header = ["month", "method", "bins", "rows", "in sample", "base rate", "made"];
            let same_run = |one: &Listed, next: &Listed| {
                (&one.dataset, &one.run_name) == (&next.dataset, &next.run_name)
            };
            for (number, run) in listed.chunk_by(same_run).enumerate() {
                let gap = if number > 0 { "\n" } else { "" };
                writeln!(console.out, "{gap}{} {}", run[0].dataset, run[0].run_name)?;
                writeln!(console.out, "{}", plain(&header, 2, run.iter().map(row)))?;
            }
        }
        TableFormat::Csv => {
            let mut csv = csv::Writer::from_writer(&mut *console.out);
            listed.iter().try_for_each(|row| csv.serialize(row))?;
            csv.flush()?;
        }
        TableFormat::Json => json::write(&listed, console.out)?,
    }
    if damaged > 0 {
        return Err(BinsError::DamagedFiles { damaged });
    }
    Ok(())
}

fn row(listed: &Listed) -> Vec<String> {
    vec![
        listed.bin_month.to_string(),
        listed.calibration_method.clone(),
        listed.n_bins.to_string(),
        count(listed.cal_rows),
        if listed.in_sample_rows == 0 { String::new() } else { count(listed.in_sample_rows) },
        per_cent(Some(listed.base_rate)),
        listed.created_at.clone(),
    ]
}
