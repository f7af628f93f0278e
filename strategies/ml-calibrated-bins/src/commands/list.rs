//! `list`: the months that have bins.

use binning::{BinFilter, BinStore};
use clap::{Args, ValueEnum};
use serde::Serialize;
use strategy_core::{Console, YearMonth};

use super::RunChoice;
use crate::BinsError;
use crate::report::number::{count, per_cent};
use crate::report::{json, table};

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

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// Aligned columns
    Table,
    /// Comma-separated values with a header
    Csv,
    /// An array of objects
    Json,
}

#[derive(Debug, Serialize)]
struct Listed {
    dataset: String,
    run_name: String,
    bin_month: YearMonth,
    calibration_method: String,
    n_bins: u16,
    cal_rows: u64,
    base_rate: f64,
    created_at: String,
    path: String,
}

pub(super) fn run(args: &ListArgs, console: &mut Console<'_>) -> Result<(), BinsError> {
    let store = BinStore::new(&args.run.root.bins_root);
    let keys = store.list(&BinFilter { from: args.from, to: args.to, ..args.run.filter() })?;
    if keys.is_empty() {
        return Err(args.run.no_bins());
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
            base_rate: parts.diagnostics.base_rate,
            created_at: parts.created_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            path: store.path(key).display().to_string(),
        });
    }
    let by_default = if console.out_is_terminal { TableFormat::Table } else { TableFormat::Csv };
    match args.format.unwrap_or(by_default) {
        TableFormat::Table => {
            let header = ["dataset", "run", "month", "method", "bins", "rows", "base rate", "made"];
            writeln!(console.out, "{}", table::plain(&header, 4, listed.iter().map(row)))?;
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
        listed.dataset.clone(),
        listed.run_name.clone(),
        listed.bin_month.to_string(),
        listed.calibration_method.clone(),
        listed.n_bins.to_string(),
        count(listed.cal_rows),
        per_cent(Some(listed.base_rate)),
        listed.created_at.clone(),
    ]
}
