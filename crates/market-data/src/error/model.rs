//! Predictions cannot be found, or contradict each other.

use std::path::PathBuf;

use thiserror::Error;

use crate::message::{advice, instant_text, listed};

/// Predictions cannot be found, or contradict each other. Timestamps are µs UTC.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ModelError {
    /// The table of predictions has no rows.
    #[error("{} has no predictions: its table `predictions` is empty", .path.display())]
    EmptyPredictions { path: PathBuf },
    /// Several models have predictions, and none was named.
    #[error("{} has predictions of several models: name one with --model-path, or its folder with --run-name:\n  {}", .path.display(), .found.join("\n  "))]
    SeveralModels { path: PathBuf, found: Vec<String> },
    /// No model's run has the name, or one with that part.
    #[error("{} has no model of a run called {part}, as a whole or in part; its runs:\n  {}\nA run may be called otherwise where --model-path names its model.", .path.display(), .found.join("\n  "))]
    NoModelOfRun { path: PathBuf, part: String, found: Vec<String> },
    /// The models of several runs have the part in their names.
    #[error("--run-name {part} is a part of several names in {}:\n  {}", .path.display(), .found.join("\n  "))]
    PartOfSeveralRuns { path: PathBuf, part: String, found: Vec<String> },
    /// No model's run has the name that an input asks for.
    #[error("{} has no predictions of the run {run}; its runs: {}", .path.display(), listed(.found))]
    RunNotFound { path: PathBuf, run: String, found: Vec<String> },
    /// There are predictions, but none of the dataset.
    #[error("{} has no predictions for dataset {wanted}, but for {}: check --dataset", .path.display(), listed(.found))]
    DatasetNotFound { path: PathBuf, wanted: String, found: Vec<String> },
    /// The dataset is neither given nor stored.
    #[error(
        "{} does not say which dataset {model_path} predicts: name it with --dataset, as in \
         binance_btcusdt_perp_1h", .path.display()
    )]
    DatasetUnknown { path: PathBuf, model_path: String },
    /// No predictions of the model.
    #[error(
        "{} has no predictions of the model {wanted}{}; it has those of {}",
        .path.display(),
        .dataset.as_ref().map_or_else(String::new, |dataset| format!(" for dataset {dataset}")),
        listed(.found)
    )]
    ModelNotFound { path: PathBuf, wanted: String, dataset: Option<String>, found: Vec<String> },
    /// Several stored models end like the wanted one.
    #[error(
        "{} has several models that end like {wanted}: {}; give --model-path as one of these is \
         stored", .path.display(), listed(.found)
    )]
    ModelNotUnique { path: PathBuf, wanted: String, found: Vec<String> },
    /// The model has predictions, but of other datasets.
    #[error(
        "{} has no predictions of {model_path} for dataset {wanted}, but for {}: check --dataset",
        .path.display(), listed(.found)
    )]
    ModelOfOtherDataset { path: PathBuf, model_path: String, wanted: String, found: Vec<String> },
    /// The model has predictions of several datasets, and none was chosen.
    #[error("{} has predictions of {model_path} for {}: choose one with --dataset", .path.display(), listed(.found))]
    DatasetNotUnique { path: PathBuf, model_path: String, found: Vec<String> },
    /// The model has no predictions of the feature key.
    #[error(
        "{} has no predictions of {model_path} with the feature key {wanted}; it has {}: check \
         --feature-key", .path.display(), listed(.found)
    )]
    FeatureKeyNotFound { path: PathBuf, model_path: String, wanted: String, found: Vec<String> },
    /// The newest predictions of a timestamp differ.
    #[error(
        "{}: the newest predictions of {model_path} for {} contradict each other{}",
        .path.display(), instant_text(*.timestamp), advice(.feature_keys)
    )]
    ConflictingPredictions {
        path: PathBuf,
        timestamp: i64,
        model_path: String,
        feature_keys: Vec<String>,
    },
}
