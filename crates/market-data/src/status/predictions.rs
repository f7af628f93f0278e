//! Counting what is in a table of predictions.

use chrono::{DateTime, TimeDelta, Utc};

use super::content::{ModelStatus, TableContent};
use super::counted::{groups, rows_of};
use crate::candles::micros_of;
use crate::stored_models::TABLE;
use crate::{Database, MarketDataError, Table};

pub(super) fn predictions(db: &Database, table: &Table) -> Result<TableContent, MarketDataError> {
    table.require(&["model_path"])?;
    let labels = ["model_path", "dataset", "feature_key"];
    let rows = rows_of(db, table, "ts", &["y_pred"], &labels)?;
    let keys = groups(db, &rows, &labels, &[])?;
    // NaN is greater than every number in DuckDB, so it is not in [0, 1].
    let bad = ["y_pred IS NULL OR NOT (y_pred >= 0 AND y_pred <= 1)".to_owned()];
    let models = groups(db, &rows, &labels[..2], &bad)?;
    let models = models.iter().map(|model| ModelStatus {
        model_path: model.label(0),
        dataset: model.label(1),
        feature_keys: keys
            .iter()
            .filter(|key| key.labels[..2] == model.labels)
            .filter_map(|key| key.label(2))
            .collect(),
        span: model.span,
        rows: model.rows,
        without_time: model.without_time,
        bad_scores: model.meeting(0),
    });
    Ok(TableContent::Predictions { models: models.collect() })
}

/// How many predictions of a model are for a time between those of candles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffGrid {
    /// The model's path as it is stored; `None` where it is NULL.
    pub model_path: Option<String>,
    /// The dataset; `None` when the file does not say.
    pub dataset: Option<String>,
    /// Such rows.
    pub rows: u64,
}

/// Counts the predictions of each model that are for no open time of candles `interval` apart, one of
/// which opens at `candle`. Models without such rows are left out.
///
/// # Errors
/// When the table `predictions` cannot be read.
pub fn off_grid(
    db: &Database,
    candle: DateTime<Utc>,
    interval: TimeDelta,
) -> Result<Vec<OffGrid>, MarketDataError> {
    let labels = ["model_path", "dataset"];
    let rows = rows_of(db, &db.table(TABLE)?, "ts", &[], &labels)?;
    let (origin, step) = (candle.timestamp_micros(), micros_of(interval).max(1));
    let between = [format!("(micros - ({origin})) % {step} <> 0")];
    let counted = groups(db, &rows, &labels, &between)?.into_iter().map(|model| OffGrid {
        model_path: model.label(0),
        dataset: model.label(1),
        rows: model.meeting(0),
    });
    Ok(counted.filter(|model| model.rows > 0).collect())
}
