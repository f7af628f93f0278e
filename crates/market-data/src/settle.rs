//! Which model and dataset are meant where a user leaves it open.

use labeling::TargetKey;

use crate::run_name as model_run;
use crate::stored_models::{TABLE, counts_for};
use crate::{
    Database, MarketDataError, ModelError, PredictionQuery, StoredModel, match_model, model_paths,
};

/// A model, the dataset that it predicts, and what its run is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenRun {
    /// The model's path as it was named, which need not be how it is stored: see [`match_model`].
    pub model_path: String,
    /// The dataset.
    pub dataset: String,
    /// The folder of the model, or the name that the run was given; `None` where there is neither.
    pub run_name: Option<String>,
}

/// The model and the dataset: those named, otherwise the only ones that the table `predictions`
/// has.
///
/// # Errors
/// Those of [`settle_run`].
pub fn settle_model(
    db: &Database,
    model_path: Option<&str>,
    dataset: Option<&str>,
) -> Result<(String, String), MarketDataError> {
    settle_run(db, model_path, dataset, None).map(|chosen| (chosen.model_path, chosen.dataset))
}

/// The model and the dataset, as [`settle_model`] finds them, and the run.
///
/// `run_name` chooses the model in the folder of that name, or of a name that has it as a part. What is a
/// part of no model's name calls the run otherwise where `model_path` names the model, and where there is
/// one model only and the name has a target key, as whole names do.
///
/// # Errors
/// [`EmptyPredictions`](crate::ModelError::EmptyPredictions); no predictions of the dataset
/// ([`DatasetNotFound`](crate::ModelError::DatasetNotFound)); several models and none named
/// ([`SeveralModels`](crate::ModelError::SeveralModels)); a run's name that is a part of none
/// ([`NoModelOfRun`](crate::ModelError::NoModelOfRun)) or of several
/// ([`PartOfSeveralRuns`](crate::ModelError::PartOfSeveralRuns)); a model that is stored without its
/// dataset ([`DatasetUnknown`](crate::ModelError::DatasetUnknown)); and those of [`match_model`].
pub fn settle_run(
    db: &Database,
    model_path: Option<&str>,
    dataset: Option<&str>,
    run_name: Option<&str>,
) -> Result<ChosenRun, MarketDataError> {
    let chosen = |model_path: String, dataset: String| {
        let run_name = called(&model_path, run_name);
        ChosenRun { model_path, dataset, run_name }
    };
    if let (Some(model_path), Some(dataset)) = (model_path, dataset) {
        db.table(TABLE)?.require(&["model_path"])?;
        return Ok(chosen(model_path.to_owned(), dataset.to_owned()));
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
    Ok(chosen(model_path, dataset))
}

/// What the run of a model is called: its folder, of which `asked` may be a part, or otherwise.
fn called(model_path: &str, asked: Option<&str>) -> Option<String> {
    let own = model_run(model_path);
    match (own, asked) {
        (Some(own), Some(asked)) if !own.contains(asked) => Some(asked.to_owned()),
        (own, asked) => own.or_else(|| asked.map(str::to_owned)),
    }
}

/// Those of `models` whose run is called `asked`, or else whose run has a name with that part.
fn of_run(db: &Database, models: Vec<String>, asked: &str) -> Result<Vec<String>, MarketDataError> {
    let name = |model: &String| model_run(model);
    let mut names: Vec<String> = models.iter().filter_map(name).collect();
    names.sort_unstable();
    names.dedup();
    if names.iter().any(|name| name == asked) {
        names.retain(|name| name == asked);
    } else if names.iter().any(|name| name.contains(asked)) {
        names.retain(|name| name.contains(asked));
    } else if names.is_empty() || (models.len() == 1 && TargetKey::find_in_run_name(asked).is_ok())
    {
        return Ok(models);
    } else {
        let (path, part) = (db.path().to_owned(), asked.to_owned());
        return Err(ModelError::NoModelOfRun { path, part, found: names }.into());
    }
    if names.len() > 1 {
        let (path, part) = (db.path().to_owned(), asked.to_owned());
        return Err(ModelError::PartOfSeveralRuns { path, part, found: names }.into());
    }
    Ok(models.into_iter().filter(|model| name(model).as_ref() == names.first()).collect())
}

/// The model whose run, the folder of its path, is called `run`, among those that predict `dataset`.
///
/// # Errors
/// [`RunNotFound`](crate::ModelError::RunNotFound) when there is none, with the runs there are;
/// [`SeveralModels`](crate::ModelError::SeveralModels) when there are several.
pub fn model_of_run(
    db: &Database,
    run: &str,
    dataset: Option<&str>,
) -> Result<String, MarketDataError> {
    let stored = model_paths(db)?;
    let models = models_of(&stored, dataset);
    let of_run = |path: &String| model_run(path).as_deref() == Some(run);
    let (found, others): (Vec<String>, Vec<String>) = models.into_iter().partition(of_run);
    let path = db.path().to_owned();
    match <[String; 1]>::try_from(found) {
        Ok([only]) => Ok(only),
        Err(none) if none.is_empty() => Err(MarketDataError::Model(ModelError::RunNotFound {
            path,
            run: run.to_owned(),
            found: others.iter().filter_map(|path| model_run(path)).collect(),
        })),
        Err(found) => Err(ModelError::SeveralModels { path, found }.into()),
    }
}

/// The paths of the models that predict `dataset`, each once.
fn models_of(stored: &[StoredModel], dataset: Option<&str>) -> Vec<String> {
    let is_meant =
        |model: &&StoredModel| dataset.is_none_or(|dataset| counts_for(stored, model, dataset));
    // Sorted already, by path first.
    let mut models: Vec<String> =
        stored.iter().filter(is_meant).map(|model| model.model_path.clone()).collect();
    models.dedup();
    models
}

fn only_model(
    db: &Database,
    stored: &[StoredModel],
    dataset: Option<&str>,
    run_name: Option<&str>,
) -> Result<String, MarketDataError> {
    let mut models = models_of(stored, dataset);
    if let (Some(asked), false) = (run_name, models.is_empty()) {
        models = of_run(db, models, asked)?;
    }
    let path = || db.path().to_owned();
    match (<[String; 1]>::try_from(models), dataset) {
        (Ok([only]), _) => Ok(only),
        (Err(none), Some(wanted)) if none.is_empty() && !stored.is_empty() => {
            let mut found: Vec<String> =
                stored.iter().filter_map(|model| model.dataset.clone()).collect();
            found.sort_unstable();
            found.dedup();
            Err(ModelError::DatasetNotFound { path: path(), wanted: wanted.to_owned(), found }
                .into())
        }
        (Err(none), _) if none.is_empty() => {
            Err(ModelError::EmptyPredictions { path: path() }.into())
        }
        (Err(found), _) => Err(ModelError::SeveralModels { path: path(), found }.into()),
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
        .ok_or_else(|| {
            MarketDataError::Model(ModelError::DatasetUnknown {
                path: db.path().to_owned(),
                model_path: model_path.to_owned(),
            })
        })
}
