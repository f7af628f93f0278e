//! Predictions: one raw score a timestamp, the newest where several were stored.

use crate::select::Select;
use crate::stored_models::{TABLE, find_model};
use crate::{Database, MarketDataError, ModelPathMatch, Table, TimeRange, TimeSpan};

const TIME: &str = "ts";
const SCORE: &str = "y_pred";

/// Which predictions to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PredictionQuery<'a> {
    /// The model's path; if it is not stored as written, its last two parts decide.
    pub model_path: &'a str,
    /// Only rows of this dataset, and rows that name none.
    pub dataset: Option<&'a str>,
    /// Only rows of this `feature_key`.
    pub feature_key: Option<&'a str>,
    /// Only timestamps in here.
    pub range: TimeRange,
}

impl<'a> PredictionQuery<'a> {
    /// All predictions of a model.
    #[must_use]
    pub fn of_model(model_path: &'a str) -> Self {
        Self { model_path, dataset: None, feature_key: None, range: TimeRange::ALL }
    }
}

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
/// datasets and none chosen; a feature key that is not there; the newest rows of a timestamp
/// contradicting each other ([`ConflictingPredictions`](MarketDataError::ConflictingPredictions));
/// a score that is NULL or not in [0, 1].
pub fn read_predictions(
    db: &Database,
    query: &PredictionQuery<'_>,
) -> Result<Predictions, MarketDataError> {
    let table = prediction_table(db, query)?;
    let found = find_model(db, &table, query)?;
    let (mut timestamps, mut y_pred) = (Vec::<i64>::new(), Vec::<f64>::new());
    let select = select(db, &table, query, &found)?.within(query.range).newest_by("created_at");
    let read = select.for_each(|timestamp, values| {
        let value = values.first().copied().flatten();
        let score = table.checked(SCORE, timestamp, value, "a score in [0, 1]", |score| {
            (0.0..=1.0).contains(&score)
        })?;
        if timestamps.last() != Some(&timestamp) {
            timestamps.push(timestamp);
            y_pred.push(score);
        } else if y_pred.last() != Some(&score) {
            return Err(table.duplicate(timestamp));
        }
        Ok(())
    });
    match read {
        // Only now that the stream has ended may another query look for the feature keys.
        Err(MarketDataError::DuplicateTimestamp { timestamp, .. }) => {
            return Err(conflicting(db, &table, query, &found, timestamp)?);
        }
        read => read?,
    }
    if timestamps.is_empty() {
        require_feature_key(db, &table, query, &found)?;
    }
    Ok(Predictions { timestamps, y_pred, model_path_matched: found })
}

/// What the predictions of a model cover over all time, whatever the query's range.
///
/// # Errors
/// As [`read_predictions`], for the table, the model, the dataset and the feature key.
pub fn prediction_range(
    db: &Database,
    query: &PredictionQuery<'_>,
) -> Result<Option<TimeSpan>, MarketDataError> {
    let table = prediction_table(db, query)?;
    let found = find_model(db, &table, query)?;
    let span = select(db, &table, query, &found)?.span()?;
    if span.is_none() {
        require_feature_key(db, &table, query, &found)?;
    }
    Ok(span)
}

fn prediction_table(db: &Database, query: &PredictionQuery<'_>) -> Result<Table, MarketDataError> {
    let table = db.table(TABLE)?;
    let mut wanted = vec![TIME, SCORE, "model_path"];
    wanted.extend(query.feature_key.map(|_| "feature_key"));
    table.require(&wanted)?;
    Ok(table)
}

/// The rows of the model, of the dataset and of the feature key, over all time.
fn select<'a>(
    db: &'a Database,
    table: &'a Table,
    query: &PredictionQuery<'_>,
    found: &ModelPathMatch,
) -> Result<Select<'a>, MarketDataError> {
    let mut select = Select::new(db, table, TIME, &[SCORE])?.equal("model_path", found.stored());
    if let Some(dataset) = query.dataset.filter(|_| table.column("dataset").is_some()) {
        select = select.equal_or_null("dataset", dataset);
    }
    if let Some(key) = query.feature_key {
        select = select.equal("feature_key", key);
    }
    Ok(select)
}

/// The error that the newest rows of `timestamp` differ.
fn conflicting(
    db: &Database,
    table: &Table,
    query: &PredictionQuery<'_>,
    found: &ModelPathMatch,
    timestamp: i64,
) -> Result<MarketDataError, MarketDataError> {
    let feature_keys = match table.column("feature_key") {
        Some(_) => select(db, table, query, found)?
            .within(TimeRange::of_instant(timestamp))
            .newest_by("created_at")
            .distinct("feature_key")?,
        None => Vec::new(),
    };
    Ok(MarketDataError::ConflictingPredictions {
        path: db.path().into(),
        timestamp,
        model_path: found.stored().to_owned(),
        feature_keys,
    })
}

/// Fails when the model has no rows of the feature key at all.
fn require_feature_key(
    db: &Database,
    table: &Table,
    query: &PredictionQuery<'_>,
    matched: &ModelPathMatch,
) -> Result<(), MarketDataError> {
    let Some(wanted) = query.feature_key else { return Ok(()) };
    let any_key = PredictionQuery { feature_key: None, ..*query };
    let found = select(db, table, &any_key, matched)?.distinct("feature_key")?;
    if found.iter().any(|key| key == wanted) {
        return Ok(());
    }
    Err(MarketDataError::FeatureKeyNotFound {
        path: db.path().into(),
        wanted: wanted.to_owned(),
        model_path: matched.stored().to_owned(),
        found,
    })
}
