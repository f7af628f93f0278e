//! Counting labels and funding rates, and tables of which nothing more is known.

use std::error::Error;

use super::content::{FundingStatus, TableContent, TargetStatus};
use super::counted::{groups, rows_of};
use crate::{Database, MarketDataError, Table};

pub(super) fn targets(db: &Database, table: &Table) -> Result<TableContent, MarketDataError> {
    let labels = ["dataset", "target_key"];
    table.require(&labels)?;
    let rows = rows_of(db, table, "timestamp", &["target_value"], &labels)?;
    let conditions = [
        "target_value = 1".to_owned(),
        "target_value IS NULL OR target_value NOT IN (0, 1)".to_owned(),
    ];
    let targets = groups(db, &rows, &labels, &conditions)?;
    let targets = targets.iter().map(|group| TargetStatus {
        dataset: group.label(0),
        target_key: group.label(1),
        span: group.span,
        rows: group.rows,
        positives: group.meeting(0),
        without_time: group.without_time,
        bad_labels: group.meeting(1),
    });
    Ok(TableContent::Targets { targets: targets.collect() })
}

pub(super) fn funding(db: &Database, table: &Table) -> Result<TableContent, MarketDataError> {
    table.require(&["dataset"])?;
    let rows = rows_of(db, table, "timestamp", &["funding_rate"], &["dataset"])?;
    let conditions = ["funding_rate IS NULL OR NOT isfinite(funding_rate)".to_owned()];
    let datasets = groups(db, &rows, &["dataset"], &conditions)?;
    let datasets = datasets.iter().map(|group| FundingStatus {
        dataset: group.label(0),
        span: group.span,
        rows: group.rows,
        duplicates: group.duplicates(),
        without_time: group.without_time,
        bad_rates: group.meeting(0),
    });
    Ok(TableContent::Funding { datasets: datasets.collect() })
}

/// A table of which only the columns are known; `problem` says why, where its name promised more.
pub(super) fn unknown(table: &Table, problem: Option<&MarketDataError>) -> TableContent {
    TableContent::Other {
        columns: table.columns().iter().map(|column| column.name.clone()).collect(),
        problem: problem.map(|error| {
            let causes = std::iter::successors(error.source(), |&cause| cause.source());
            let texts = std::iter::once(error.to_string()).chain(causes.map(ToString::to_string));
            texts.collect::<Vec<_>>().join(": ")
        }),
    }
}
