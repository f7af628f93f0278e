//! Labels out of the table `targets`.

use crate::columns::texts;
use crate::select::Select;
use crate::sql::quoted;
use crate::{Database, MarketDataError, TimeRange};

pub(crate) const TABLE: &str = "targets";

/// Labels, ascending, one a timestamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetLabels {
    /// Open times of the candles, µs UTC.
    pub timestamps: Vec<i64>,
    /// The labels, one for each timestamp.
    pub labels: Vec<bool>,
}

/// Reads the labels of a dataset and target key in `range`. `None` when the file has no table
/// `targets`, or no row of that dataset and key at any time: then labels come from the candles.
/// Where a timestamp has several rows, the newest `created_at` wins.
///
/// # Errors
/// Missing columns; times that are no timestamps, NULL or infinite, also outside the range; a value
/// that is neither 0 nor 1; the newest rows of a timestamp contradicting each other
/// ([`DuplicateTimestamp`](crate::TableError::DuplicateTimestamp)).
pub fn read_targets(
    db: &Database,
    dataset: &str,
    target_key: &str,
    range: TimeRange,
) -> Result<Option<TargetLabels>, MarketDataError> {
    let Some(table) = db.find_table(TABLE)? else { return Ok(None) };
    table.require(&["timestamp", "dataset", "target_key", "target_value"])?;
    let select = || -> Result<Select<'_>, MarketDataError> {
        let select = Select::new(db, &table, "timestamp", &["target_value"])?;
        Ok(select.equal("dataset", dataset).equal("target_key", target_key))
    };
    if select()?.bounds()?.is_none() {
        return Ok(None);
    }
    let mut found = TargetLabels { timestamps: Vec::new(), labels: Vec::new() };
    select()?.within(range).newest_by("created_at")?.for_each(|timestamp, values| {
        let value = values.first().copied().flatten();
        let value = table.checked("target_value", timestamp, value, "0 or 1", |value| {
            value == 0.0 || value == 1.0
        })?;
        let label = value == 1.0;
        if found.timestamps.last() != Some(&timestamp) {
            found.timestamps.push(timestamp);
            found.labels.push(label);
        } else if found.labels.last() != Some(&label) {
            return Err(table.duplicate(timestamp));
        }
        Ok(())
    })?;
    Ok(Some(found))
}

/// The newest time (µs UTC) that a dataset has a label of `target_key` for; `None` when it has none.
///
/// # Errors
/// Missing columns; times that are no timestamps, NULL or infinite.
pub fn newest_target(
    db: &Database,
    dataset: &str,
    target_key: &str,
) -> Result<Option<i64>, MarketDataError> {
    let Some(table) = db.find_table(TABLE)? else { return Ok(None) };
    table.require(&["timestamp", "dataset", "target_key"])?;
    let select = Select::new(db, &table, "timestamp", &[])?;
    let bounds = select.equal("dataset", dataset).equal("target_key", target_key).bounds()?;
    Ok(bounds.map(|(_, newest)| newest))
}

/// The labels there are of all datasets: dataset (`None` for rows that name none) and target key, each
/// pair once, sorted; none when there is no table `targets`.
///
/// # Errors
/// When the table lacks the columns `dataset` or `target_key`.
pub fn stored_labels(db: &Database) -> Result<Vec<(Option<String>, String)>, MarketDataError> {
    let Some(table) = db.find_table(TABLE)? else { return Ok(Vec::new()) };
    table.require(&["dataset", "target_key"])?;
    let sql = format!(
        "SELECT DISTINCT CAST(dataset AS VARCHAR), CAST(target_key AS VARCHAR) FROM {}
         WHERE target_key IS NOT NULL ORDER BY ALL",
        quoted(table.name())
    );
    let mut found = Vec::new();
    for batch in db.stream(&sql, &[])? {
        let batch = batch?;
        let [datasets, keys] = [texts(db.path(), &batch, 0)?, texts(db.path(), &batch, 1)?];
        let pairs = datasets.iter().zip(keys);
        found.extend(
            pairs.filter_map(|(dataset, key)| Some((dataset.map(str::to_owned), key?.to_owned()))),
        );
    }
    Ok(found)
}

/// The target keys that a dataset has labels of, sorted; none when there is no table `targets`.
///
/// # Errors
/// When the table lacks the columns `dataset` or `target_key`.
pub fn target_keys(db: &Database, dataset: &str) -> Result<Vec<String>, MarketDataError> {
    let of_dataset =
        stored_labels(db)?.into_iter().filter(|(of, _)| of.as_deref() == Some(dataset));
    Ok(of_dataset.map(|(_, key)| key).collect())
}
