//! Files of months: `{root}/{dataset}/{pool}-{members' hash}/{YYYY-MM}.json`.

use std::path::{Path, PathBuf};

use artifacts::{Artifact, ArtifactError, MonthFilter, MonthKey, MonthStore};
use strategy_core::YearMonth;

use crate::config::ensemble_name;
use crate::{EnsembleError, MonthEnsemble};

/// Far more than eight members take.
const MAX_BYTES: u64 = 64 << 20;

impl Artifact for MonthEnsemble {
    type Error = EnsembleError;
    const NOUN: &'static str = "ensembles";
    const EXTENSION: &'static str = "json";
    const MAX_BYTES: u64 = MAX_BYTES;

    fn month_key(&self) -> Result<MonthKey, ArtifactError> {
        let members: Vec<String> = self.members.iter().map(|m| m.run_name.clone()).collect();
        MonthKey::new(&self.dataset, ensemble_name(self.pool, &members), self.month)
    }

    fn encode(&self, _: &Path) -> Result<Vec<u8>, EnsembleError> {
        self.to_bytes()
    }

    fn decode(bytes: &[u8], path: &Path) -> Result<Self, EnsembleError> {
        Self::from_bytes(bytes, &path.display().to_string())
    }

    fn may_replace(head: &[u8]) -> bool {
        head.is_empty() || head.starts_with(b"{")
    }
}

/// The files of one ensemble on one dataset.
#[derive(Debug, Clone)]
pub struct EnsembleStore {
    store: MonthStore<MonthEnsemble>,
    dataset: String,
    name: String,
}

impl EnsembleStore {
    /// Below `root`, for the ensemble that is called `name`.
    #[must_use]
    pub fn new(root: &Path, dataset: &str, name: &str) -> Self {
        let (dataset, name) = (dataset.to_owned(), name.to_owned());
        Self { store: MonthStore::new(root), dataset, name }
    }

    /// The only dataset below `root` that has an ensemble called `name`.
    ///
    /// # Errors
    /// When there is none, or several.
    pub fn only_dataset(root: &Path, name: &str) -> Result<String, EnsembleError> {
        let filter = MonthFilter { run_name: Some(name.to_owned()), ..MonthFilter::default() };
        let keys = MonthStore::<MonthEnsemble>::new(root).list(&filter)?;
        match (keys.first(), keys.last()) {
            (Some(first), Some(last)) if first.dataset() == last.dataset() => {
                Ok(first.dataset().to_owned())
            }
            _ => Err(EnsembleError::NoDataset),
        }
    }

    fn key(&self, month: YearMonth) -> Result<MonthKey, ArtifactError> {
        MonthKey::new(&self.dataset, &self.name, month)
    }

    /// The file of `month`, whether it exists or not.
    ///
    /// # Errors
    /// When the dataset cannot name a folder.
    pub fn path(&self, month: YearMonth) -> Result<PathBuf, EnsembleError> {
        Ok(self.store.path(&self.key(month)?))
    }

    /// The ensemble of `month`.
    ///
    /// # Errors
    /// When there is none, or its file cannot be read.
    pub fn load(&self, month: YearMonth) -> Result<MonthEnsemble, EnsembleError> {
        let path = self.path(month)?;
        let found = self.store.find(&self.key(month)?)?;
        found.ok_or(EnsembleError::Missing { month, path })
    }

    /// The months that have a file, ascending.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn months(&self) -> Result<Vec<YearMonth>, EnsembleError> {
        Ok(self.store.months(&self.dataset, &self.name)?)
    }
}
