//! Queries that count, whatever is in the rows.

use arrow::array::Array;
use chrono::DateTime;

use crate::columns::{integers, texts};
use crate::select::Select;
use crate::sql::quoted;
use crate::{Database, MarketDataError, Table, TimeSpan};

/// The rows of `table` as a subquery: their time as µs UTC in `micros` (NULL where there is none),
/// `numbers` as DOUBLE, and `labels` as text (NULL where there is no such column).
pub(super) fn rows_of(
    db: &Database,
    table: &Table,
    time: &str,
    numbers: &[&'static str],
    labels: &[&str],
) -> Result<String, MarketDataError> {
    let mut columns =
        vec![format!("{} AS micros", Select::new(db, table, time, numbers)?.micros())];
    columns.extend(numbers.iter().map(|name| {
        let name = quoted(name);
        format!("CAST({name} AS DOUBLE) AS {name}")
    }));
    columns.extend(labels.iter().map(|name| {
        let source = table.column(name).map_or_else(|| "NULL".to_owned(), |_| quoted(name));
        format!("CAST({source} AS VARCHAR) AS {}", quoted(name))
    }));
    Ok(format!("(SELECT {} FROM {})", columns.join(", "), quoted(table.name())))
}

/// Rows that have the same labels.
pub(super) struct Group {
    pub(super) labels: Vec<Option<String>>,
    pub(super) span: Option<TimeSpan>,
    pub(super) rows: u64,
    pub(super) without_time: u64,
    /// How many rows meet each condition.
    pub(super) meeting: Vec<u64>,
}

impl Group {
    /// Rows beyond the first of each timestamp.
    pub(super) fn duplicates(&self) -> u64 {
        self.rows - self.without_time - self.span.map_or(0, |span| span.rows)
    }

    pub(super) fn label(&self, index: usize) -> Option<String> {
        self.labels.get(index).cloned().flatten()
    }

    pub(super) fn meeting(&self, index: usize) -> u64 {
        self.meeting.get(index).copied().unwrap_or(0)
    }
}

/// The rows of the subquery `rows`, grouped by `labels` and sorted by them, NULL last; a table
/// without rows has one group when there are no labels.
pub(super) fn groups(
    db: &Database,
    rows: &str,
    labels: &[&str],
    conditions: &[String],
) -> Result<Vec<Group>, MarketDataError> {
    let mut columns: Vec<String> = labels.iter().map(|label| quoted(label)).collect();
    columns.extend(
        ["min(micros)", "max(micros)", "count(DISTINCT micros)", "count(*)", "count(micros)"]
            .map(str::to_owned),
    );
    columns
        .extend(conditions.iter().map(|condition| format!("count(*) FILTER (WHERE {condition})")));
    let keys = (1..=labels.len()).map(|key| key.to_string()).collect::<Vec<_>>();
    let order = keys.iter().map(|key| format!("{key} NULLS LAST")).collect::<Vec<_>>();
    let grouping = match labels {
        [] => String::new(),
        _ => format!(" GROUP BY {} ORDER BY {}", keys.join(", "), order.join(", ")),
    };
    let sql = format!("SELECT {} FROM {rows}{grouping}", columns.join(", "));

    let mut groups = Vec::new();
    for batch in db.stream(&sql, &[])? {
        let batch = batch?;
        let names = (0..labels.len())
            .map(|index| texts(db.path(), &batch, index))
            .collect::<Result<Vec<_>, _>>()?;
        let numbers = (labels.len()..batch.num_columns())
            .map(|index| integers(db.path(), &batch, index))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let number =
                |index: usize| numbers[index].is_valid(row).then(|| numbers[index].value(row));
            let count = |index| number(index).unwrap_or(0).unsigned_abs();
            let instant = |index| number(index).and_then(DateTime::from_timestamp_micros);
            let span = instant(0).zip(instant(1));
            groups.push(Group {
                labels: names
                    .iter()
                    .map(|name| name.is_valid(row).then(|| name.value(row).to_owned()))
                    .collect(),
                span: span.map(|(first, last)| TimeSpan { first, last, rows: count(2) }),
                rows: count(3),
                without_time: count(3) - count(4),
                meeting: (5..numbers.len()).map(count).collect(),
            });
        }
    }
    Ok(groups)
}

/// The whole numbers of the first row that `sql` gives, NULL as `None`.
pub(super) fn first_row(db: &Database, sql: &str) -> Result<Vec<Option<i64>>, MarketDataError> {
    for batch in db.stream(sql, &[])? {
        let batch = batch?;
        if batch.num_rows() == 0 {
            continue;
        }
        return (0..batch.num_columns())
            .map(|index| Ok(integers(db.path(), &batch, index)?.iter().next().flatten()))
            .collect();
    }
    Ok(Vec::new())
}

/// How many rows `table` has.
pub(super) fn row_count(db: &Database, table: &Table) -> Result<u64, MarketDataError> {
    let counted = first_row(db, &format!("SELECT count(*) FROM {}", quoted(table.name())))?;
    Ok(counted.first().copied().flatten().unwrap_or(0).unsigned_abs())
}
