//! A model that has predictions in a file.

use crate::covered::Covered;

/// A model that has predictions in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredModel {
    /// Its path as it is stored.
    pub model_path: String,
    /// The dataset that it predicts; `None` for rows that do not say.
    pub dataset: Option<String>,
    /// How many rows are stored, those included that newer rows replace.
    pub rows: u64,
}

/// All models of a file, and what each of them covers in time.
#[derive(Debug, Default)]
pub(crate) struct StoredModels {
    pub(crate) models: Vec<StoredModel>,
    /// For each of them; none where the table has no times.
    pub(crate) covered: Vec<Covered>,
}
