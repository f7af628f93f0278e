//! Predictions: one raw score a timestamp, the newest where several were stored.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};

use crate::select::Select;
use crate::stored_models::{FoundModel, TABLE, TIME, find_model};
use crate::{
    Database, MarketDataError, ModelError, ModelPathMatch, PredictionQuery, Table, TableError,
    TimeRange, TimeSpan,
};

const SCORE: &str = "y_pred";

/// Raw scores, ascending, one a timestamp.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    /// Open times of the candles, µs UTC.
    pub timestamps: Vec<i64>,
    /// Raw scores in [0, 1], one for each timestamp.
    pub y_pred: Vec<f64>,
    /// Which stored model they are of.
    pub model_path_matched: ModelPathMatch,
}

/// Reads the predictions that `query` asks for. Where a timestamp was predicted several times, the
/// newest `created_at` wins. An empty result means: none in the range, but some outside.
///
/// # Errors
/// Missing table or columns; a model that is not there, not unique, or of other datasets; several
/// datasets and none chosen; a feature key that is not there; a `ts`, also one outside the range, that
/// is NULL or infinite; a `created_at` that is no time; the newest rows of a timestamp contradicting
/// each other ([`ConflictingPredictions`](crate::ModelError::ConflictingPredictions)); a score that is
/// NULL or not in [0, 1].
pub fn read_predictions(
    db: &Database,
    query: &PredictionQuery<'_>,
) -> Result<Predictions, MarketDataError> {
    let model = SettledModel::find(db, query)?;
    if model.bounds(db, &PredictionQuery { range: TimeRange::ALL, ..*query })?.is_none() {
        model.require_feature_key(db, query)?;
    }
    let (timestamps, y_pred) = model.read(db, query)?;
    Ok(Predictions { timestamps, y_pred, model_path_matched: model.found.path })
}

/// What the predictions of a model cover over all time, whatever the query's range.
///
/// # Errors
/// As [`read_predictions`], for the table, the model, the dataset, the feature key and `ts`.
pub fn prediction_range(
    db: &Database,
    query: &PredictionQuery<'_>,
) -> Result<Option<TimeSpan>, MarketDataError> {
    let model = SettledModel::find(db, query)?;
    let span = model.select(db, query)?.span()?;
    if span.is_none() {
        model.require_feature_key(db, query)?;
    }
    Ok(span)
}

/// The first and the last instant that has predictions of a model, whatever the query's range. Less
/// work than [`prediction_range`], which also counts.
///
/// # Errors
/// As [`prediction_range`].
pub fn prediction_bounds(
    db: &Database,
    query: &PredictionQuery<'_>,
) -> Result<Option<RangeInclusive<DateTime<Utc>>>, MarketDataError> {
    let all = PredictionQuery { range: TimeRange::ALL, ..*query };
    let model = SettledModel::find(db, query)?;
    let bounds = model.bounds(db, &all)?;
    if bounds.is_none() {
        model.require_feature_key(db, query)?;
    }
    let instant = DateTime::from_timestamp_micros;
    // None of the two is beyond the calendar: that was an error.
    Ok(bounds.and_then(|(first, last)| Some(instant(first)?..=instant(last)?)))
}

/// The table and the stored model that a query means: found once, read from range by range.
#[derive(Debug, Clone)]
pub(crate) struct SettledModel {
    table: Table,
    found: FoundModel,
}

impl SettledModel {
    /// Finds what `query` means, whatever its range.
    pub(crate) fn find(
        db: &Database,
        query: &PredictionQuery<'_>,
    ) -> Result<Self, MarketDataError> {
        let table = db.table(TABLE)?;
        let mut wanted = vec![TIME, SCORE, "model_path"];
        wanted.extend(query.feature_key.map(|_| "feature_key"));
        table.require(&wanted)?;
        let found = find_model(db, &table, query)?;
        let model = Self { table, found };
        let all = PredictionQuery { feature_key: None, range: TimeRange::ALL, ..*query };
        if let (Some(covered), Ok(select)) = (model.found.covered, model.select(db, &all)) {
            select.remember(covered);
        }
        Ok(model)
    }

    /// The newest rows of the query's range, whatever they hold.
    pub(crate) fn newest<'a>(
        &'a self,
        db: &'a Database,
        query: &PredictionQuery<'_>,
    ) -> Result<Select<'a>, MarketDataError> {
        self.select(db, query)?.within(query.range).newest_by("created_at")
    }

    /// Timestamps and scores of the query's range, as [`read_predictions`] gives them.
    pub(crate) fn read(
        &self,
        db: &Database,
        query: &PredictionQuery<'_>,
    ) -> Result<(Vec<i64>, Vec<f64>), MarketDataError> {
        let (mut timestamps, mut y_pred) = (Vec::<i64>::new(), Vec::<f64>::new());
        let read = self.newest(db, query)?.for_each(|timestamp, values| {
            let value = values.first().copied().flatten();
            let score =
                self.table.checked(SCORE, timestamp, value, "a score in [0, 1]", |score| {
                    (0.0..=1.0).contains(&score)
                })?;
            if timestamps.last() != Some(&timestamp) {
                timestamps.push(timestamp);
                y_pred.push(score);
            } else if y_pred.last() != Some(&score) {
                return Err(self.table.duplicate(timestamp));
            }
            Ok(())
        });
        match read {
            // Only now that the stream has ended may another query look for the feature keys.
            Err(MarketDataError::Table(TableError::DuplicateTimestamp { timestamp, .. })) => {
                Err(self.conflicting(db, query, timestamp)?)
            }
            read => read.map(|()| (timestamps, y_pred)),
        }
    }

    /// The first and the last instant (µs UTC) of the query's range that has rows. Fails when one is
    /// NULL or infinite, which only a range without bounds can see.
    pub(crate) fn bounds(
        &self,
        db: &Database,
        query: &PredictionQuery<'_>,
    ) -> Result<Option<(i64, i64)>, MarketDataError> {
        self.select(db, query)?.within(query.range).bounds()
    }

    /// The rows of the model, of the dataset and of the feature key, over all time.
    fn select<'a>(
        &'a self,
        db: &'a Database,
        query: &PredictionQuery<'_>,
    ) -> Result<Select<'a>, MarketDataError> {
        let select = Select::new(db, &self.table, TIME, &[SCORE])?;
        let mut select = select.equal("model_path", self.found.path.stored());
        if let Some(dataset) = &self.found.dataset {
            select = select.equal("dataset", dataset);
        }
        if let Some(key) = query.feature_key {
            select = select.equal("feature_key", key);
        }
        Ok(select)
    }

    /// The error that the newest rows of `timestamp` differ.
    fn conflicting(
        &self,
        db: &Database,
        query: &PredictionQuery<'_>,
        timestamp: i64,
    ) -> Result<MarketDataError, MarketDataError> {
        let at = PredictionQuery { range: TimeRange::of_instant(timestamp), ..*query };
        let feature_keys = match self.table.column("feature_key") {
            Some(_) => self.newest(db, &at)?.distinct("feature_key")?,
            None => Vec::new(),
        };
        let (path, model_path) = (db.path().into(), self.found.path.stored().to_owned());
        Ok(ModelError::ConflictingPredictions { path, timestamp, model_path, feature_keys }.into())
    }

    /// Fails when the model has no rows of the query's feature key at any time.
    pub(crate) fn require_feature_key(
        &self,
        db: &Database,
        query: &PredictionQuery<'_>,
    ) -> Result<(), MarketDataError> {
        let Some(wanted) = query.feature_key else { return Ok(()) };
        let any_key = PredictionQuery { feature_key: None, ..*query };
        let found = self.select(db, &any_key)?.distinct("feature_key")?;
        if found.iter().any(|key| key == wanted) {
            return Ok(());
        }
        let (path, wanted) = (db.path().into(), wanted.to_owned());
        let model_path = self.found.path.stored().to_owned();
        Err(ModelError::FeatureKeyNotFound { path, model_path, wanted, found }.into())
    }
}
