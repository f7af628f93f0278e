//! Which model and dataset are meant where a user leaves it open.

use crate::run_name as model_run;
use crate::stored_models::{TABLE, counts_for};
use crate::{Database, MarketDataError, PredictionQuery, StoredModel, match_model, model_paths};

/// The model and the dataset: those named, otherwise the only ones that the table `predictions`
/// has. A model path is given back as it was named, which need not be how it is stored: see
/// [`match_model`]. Where several models fit, `run_name` chooses the one in the folder of that name;
/// where one does, a run may be called otherwise.
///
/// # Errors
/// [`EmptyPredictions`](MarketDataError::EmptyPredictions); no predictions of the dataset
/// ([`DatasetNotFound`](MarketDataError::DatasetNotFound)); several models and none named
/// ([`SeveralModels`](MarketDataError::SeveralModels)); a model that is stored without its dataset
/// ([`DatasetUnknown`](MarketDataError::DatasetUnknown)); and those of [`match_model`].
pub fn settle_model(
    db: &Database,
    model_path: Option<&str>,
    dataset: Option<&str>,
    run_name: Option<&str>,
) -> Result<(String, String), MarketDataError> {
    if let (Some(model_path), Some(dataset)) = (model_path, dataset) {
        db.table(TABLE)?.require(&["model_path"])?;
        return Ok((model_path.to_owned(), dataset.to_owned()));
    }
    let stored = model_paths(db)?;
    let model_path = match model_path {
        Some(path) => path.to_owned(),
        None => only_model(db, &stored, dataset, run_name)?,
    };
    let dataset = match dataset {
        Some(dataset) => dataset.to_owned(),
        None => only_dataset(db, &stored, &model_path)?,
    };
    Ok((model_path, dataset))
}

/// The model whose run, the folder of its path, is called `run`, among those that predict `dataset`.
///
/// # Errors
/// [`RunNotFound`](MarketDataError::RunNotFound) when there is none, with the runs there are;
/// [`SeveralModels`](MarketDataError::SeveralModels) when there are several.
pub fn model_of_run(
    db: &Database,
    run: &str,
    dataset: Option<&str>,
) -> Result<String, MarketDataError> {
    let stored = model_paths(db)?;
    let is_meant =
        |model: &&StoredModel| dataset.is_none_or(|dataset| counts_for(&stored, model, dataset));
    let mut models: Vec<String> =
        stored.iter().filter(is_meant).map(|model| model.model_path.clone()).collect();
    models.dedup();
    let of_run = |path: &String| model_run(path).as_deref() == Some(run);
    let (found, others): (Vec<String>, Vec<String>) = models.into_iter().partition(of_run);
    let path = db.path().to_owned();
    match <[String; 1]>::try_from(found) {
        Ok([only]) => Ok(only),
        Err(none) if none.is_empty() => Err(MarketDataError::RunNotFound {
            path,
            run: run.to_owned(),
            found: others.iter().filter_map(|path| model_run(path)).collect(),
        }),
        Err(found) => Err(MarketDataError::SeveralModels { path, found }),
    }
}

fn only_model(
    db: &Database,
    stored: &[StoredModel],
    dataset: Option<&str>,
    run_name: Option<&str>,
) -> Result<String, MarketDataError> {
    let is_meant =
        |model: &&StoredModel| dataset.is_none_or(|dataset| counts_for(stored, model, dataset));
    // Sorted already, by path first.
    let mut models: Vec<String> =
        stored.iter().filter(is_meant).map(|model| model.model_path.clone()).collect();
    models.dedup();
    let is_run = |model: &String| run_name.is_some() && model_run(model).as_deref() == run_name;
    if models.len() > 1 && models.iter().any(is_run) {
        models.retain(is_run);
    }
    let path = || db.path().to_owned();
    match (<[String; 1]>::try_from(models), dataset) {
        (Ok([only]), _) => Ok(only),
        (Err(none), Some(wanted)) if none.is_empty() && !stored.is_empty() => {
            let mut found: Vec<String> =
                stored.iter().filter_map(|model| model.dataset.clone()).collect();
            found.sort_unstable();
            found.dedup();
            Err(MarketDataError::DatasetNotFound { path: path(), wanted: wanted.to_owned(), found })
        }
        (Err(none), _) if none.is_empty() => {
            Err(MarketDataError::EmptyPredictions { path: path() })
        }
        (Err(found), _) => Err(MarketDataError::SeveralModels { path: path(), found }),
    }
}

/// The dataset that the model predicts; [`match_model`] refuses several.
fn only_dataset(
    db: &Database,
    stored: &[StoredModel],
    model_path: &str,
) -> Result<String, MarketDataError> {
    let matched = match_model(db, &PredictionQuery::of_model(model_path))?;
    stored
        .iter()
        .filter(|model| model.model_path == matched.stored())
        .find_map(|model| model.dataset.clone())
        .ok_or_else(|| MarketDataError::DatasetUnknown {
            path: db.path().to_owned(),
            model_path: model_path.to_owned(),
        })
}
