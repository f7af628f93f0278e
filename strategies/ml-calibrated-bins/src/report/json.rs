//! The report that a program reads.

use std::io::Write;

use binning::{BinMetadata, MetadataRecord};
use serde::Serialize;
use strategy_core::YearMonth;

use super::MonthReport;
use crate::{BinsError, Warning};

/// One month of a rebuild. `metadata` has the names of the bin file.
#[derive(Debug, Serialize)]
struct Month<'a> {
    bin_month: YearMonth,
    status: Status,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<MetadataRecord>,
    warnings: Vec<Told<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Written,
    Kept,
}

/// A warning with its fields, and the sentence that people get.
#[derive(Debug, Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    warning: &'a Warning,
    message: String,
}

/// An object with the list `months`, one object for each month done.
pub(crate) fn months(reports: &[MonthReport], out: &mut dyn Write) -> Result<(), BinsError> {
    #[derive(Serialize)]
    struct Document<'a> {
        months: Vec<Month<'a>>,
    }
    let months = reports.iter().map(month).collect();
    write(&Document { months }, out)
}

fn month(report: &MonthReport) -> Month<'_> {
    Month {
        bin_month: report.month,
        status: if report.metadata.is_some() { Status::Written } else { Status::Kept },
        path: report.path.display().to_string(),
        metadata: report.metadata.as_ref().map(BinMetadata::to_record),
        warnings: report
            .warnings
            .iter()
            .map(|warning| Told { warning, message: warning.to_string() })
            .collect(),
    }
}

/// `value` as indented JSON and a line end.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> Result<(), BinsError> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}
