//! Counting what is in a table of predictions.

use super::content::{ModelStatus, TableContent};
use super::counted::{groups, rows_of};
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
