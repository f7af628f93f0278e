//! Which models have predictions in a file, and which of them a query means.

use arrow::array::Array;

use crate::columns::{integers, texts};
use crate::covered::Covered;
use crate::model_path::{Mismatch, match_path};
use crate::select::{Select, has_times};
use crate::sql::quoted;
use crate::stored_model::{StoredModel, StoredModels};
use crate::{Database, MarketDataError, ModelError, ModelPathMatch, PredictionQuery, Table};

pub(crate) const TABLE: &str = "predictions";
/// When each of them is for.
pub(crate) const TIME: &str = "ts";

/// The models in the table `predictions`, by path and dataset, sorted.
///
/// # Errors
/// When the table or its column `model_path` is missing.
pub fn model_paths(db: &Database) -> Result<Vec<StoredModel>, MarketDataError> {
    Ok(stored_models(db, &db.table(TABLE)?)?.models.clone())
}

fn stored_models<'db>(
    db: &'db Database,
    table: &Table,
) -> Result<&'db StoredModels, MarketDataError> {
    if let Some(models) = db.known().models.get() {
        return Ok(models);
    }
    let models = read_models(db, table)?;
    Ok(db.known().models.get_or_init(|| models))
}

fn read_models(db: &Database, table: &Table) -> Result<StoredModels, MarketDataError> {
    table.require(&["model_path"])?;
    let dataset = table.column("dataset").map_or("NULL", |_| "dataset");
    // Whoever asks for the models wants to know next what one of them covers: one query for both.
    let has_times = has_times(table, TIME);
    let covered = if has_times { format!(", {}", Covered::columns(TIME)) } else { String::new() };
    let sql = format!(
        "SELECT CAST(model_path AS VARCHAR), CAST({dataset} AS VARCHAR), count(*){covered} FROM {}
         WHERE model_path IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
        quoted(table.name())
    );
    let mut found = StoredModels::default();
    for batch in db.stream(&sql, &[])? {
        let batch = batch?;
        let paths = texts(db.path(), &batch, 0)?;
        let datasets = texts(db.path(), &batch, 1)?;
        let rows = integers(db.path(), &batch, 2)?;
        found.models.extend((0..batch.num_rows()).map(|row| StoredModel {
            model_path: paths.value(row).to_owned(),
            dataset: datasets.is_valid(row).then(|| datasets.value(row).to_owned()),
            rows: rows.value(row).unsigned_abs(),
        }));
        if has_times {
            found.covered.extend(Covered::read(db.path(), &batch, 3)?);
        }
    }
    Ok(found)
}

/// How the model of `query` is stored, found as [`read_predictions`](crate::read_predictions) finds it.
///
/// # Errors
/// When the table or a column is missing; when the model is not there or not unique; when it has
/// predictions of several datasets and the query names none.
pub fn match_model(
    db: &Database,
    query: &PredictionQuery<'_>,
) -> Result<ModelPathMatch, MarketDataError> {
    Ok(find_model(db, &db.table(TABLE)?, query)?.path)
}

/// The model that a query means.
#[derive(Debug, Clone)]
pub(crate) struct FoundModel {
    pub(crate) path: ModelPathMatch,
    /// The dataset of its rows; `None` when no row names one.
    pub(crate) dataset: Option<String>,
    /// What all its rows cover, if that is known.
    pub(crate) covered: Option<Covered>,
}

/// Whether the rows of `model`, one of `models`, count as those of `dataset`: rows that name none do
/// only where the model has no row that names one.
pub(crate) fn counts_for(models: &[StoredModel], model: &StoredModel, dataset: &str) -> bool {
    let names_one =
        |other: &StoredModel| other.model_path == model.model_path && other.dataset.is_some();
    match &model.dataset {
        Some(named) => named == dataset,
        None => !models.iter().any(names_one),
    }
}

/// Finds the stored model that `query` means.
pub(crate) fn find_model(
    db: &Database,
    table: &Table,
    query: &PredictionQuery<'_>,
) -> Result<FoundModel, MarketDataError> {
    if let Some(found) = named_exactly(db, table, query)? {
        return Ok(found);
    }
    let stored = stored_models(db, table)?;
    let models = stored.models.as_slice();
    let (ours, others): (Vec<&StoredModel>, Vec<_>) = models
        .iter()
        .partition(|model| query.dataset.is_none_or(|dataset| counts_for(models, model, dataset)));
    let path = match match_path(query.model_path, paths(&ours)) {
        Ok(path) => path,
        Err(Mismatch::Several(found)) => {
            return Err(MarketDataError::Model(ModelError::ModelNotUnique {
                path: db.path().into(),
                wanted: query.model_path.to_owned(),
                found,
            }));
        }
        Err(Mismatch::None) => return Err(no_model(db, query, &ours, &others)),
    };
    let mut datasets = datasets_of(&ours, path.stored());
    if datasets.len() > 1 {
        return Err(MarketDataError::Model(ModelError::DatasetNotUnique {
            path: db.path().into(),
            model_path: path.stored().to_owned(),
            found: datasets,
        }));
    }
    let dataset = datasets.pop();
    let is_it = |model: &StoredModel| model.model_path == path.stored() && model.dataset == dataset;
    let covered =
        models.iter().position(is_it).and_then(|index| stored.covered.get(index).copied());
    Ok(FoundModel { path, dataset, covered })
}

/// The model whose path and dataset `query` names as they are stored: then nobody need know of all
/// others, which takes a look at every row.
fn named_exactly(
    db: &Database,
    table: &Table,
    query: &PredictionQuery<'_>,
) -> Result<Option<FoundModel>, MarketDataError> {
    let is_text = |name| table.column(name).is_some_and(|column| column.data_type == "VARCHAR");
    let Some(dataset) = query.dataset.filter(|_| {
        db.known().models.get().is_none()
            && has_times(table, TIME)
            && ["model_path", "dataset"].into_iter().all(is_text)
    }) else {
        return Ok(None);
    };
    let select = Select::new(db, table, TIME, &[])?;
    let select = select.equal("model_path", query.model_path).equal("dataset", dataset);
    let path = ModelPathMatch::Exact(query.model_path.to_owned());
    let found = FoundModel { path, dataset: Some(dataset.to_owned()), covered: None };
    Ok(select.covered(false)?.has_rows().then_some(found))
}

/// Says why none of `ours`, the models of the wanted dataset, is the wanted one.
fn no_model(
    db: &Database,
    query: &PredictionQuery<'_>,
    ours: &[&StoredModel],
    others: &[&StoredModel],
) -> MarketDataError {
    let elsewhere = match_path(query.model_path, paths(others));
    if let (Some(dataset), Ok(found)) = (query.dataset, &elsewhere) {
        return MarketDataError::Model(ModelError::ModelOfOtherDataset {
            path: db.path().into(),
            model_path: found.stored().to_owned(),
            wanted: dataset.to_owned(),
            found: datasets_of(others, found.stored()),
        });
    }
    let listed = if ours.is_empty() { others } else { ours };
    let mut found: Vec<String> = paths(listed).map(str::to_owned).collect();
    found.dedup();
    MarketDataError::Model(ModelError::ModelNotFound {
        path: db.path().into(),
        wanted: query.model_path.to_owned(),
        dataset: query.dataset.filter(|_| !ours.is_empty()).map(str::to_owned),
        found,
    })
}

fn paths<'a>(models: &[&'a StoredModel]) -> impl Iterator<Item = &'a str> + Clone {
    models.iter().map(|model| model.model_path.as_str())
}

fn datasets_of(models: &[&StoredModel], model_path: &str) -> Vec<String> {
    let of_model = models.iter().filter(|model| model.model_path == model_path);
    of_model.filter_map(|model| model.dataset.clone()).collect()
}
