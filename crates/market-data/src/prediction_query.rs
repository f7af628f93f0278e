//! Which predictions to read.

use crate::TimeRange;

/// Which predictions to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PredictionQuery<'a> {
    /// The model's path; if it is not stored as written, its last two parts decide.
    pub model_path: &'a str,
    /// Only rows of this dataset; `None` where the model has one only. Rows whose `dataset` is NULL
    /// count only if the model has no row that names a dataset, and never beside rows that do: they
    /// would replace older ones that are known to be of the dataset.
    pub dataset: Option<&'a str>,
    /// Only rows of this `feature_key`.
    pub feature_key: Option<&'a str>,
    /// Only timestamps in here.
    pub range: TimeRange,
}

impl<'a> PredictionQuery<'a> {
    /// All predictions of a model.
    pub fn of_model(model_path: &'a str) -> Self {
        Self { model_path, dataset: None, feature_key: None, range: TimeRange::ALL }
    }
}
