//! Files of months: `{root}/{dataset}/{pool}-{members' hash}/{YYYY-MM}.json`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use strategy_core::YearMonth;

use crate::{EnsembleError, MonthEnsemble};

/// The files of one ensemble on one dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnsembleStore {
    folder: PathBuf,
}

impl EnsembleStore {
    /// Below `root`, for the ensemble that is called `name`.
    #[must_use]
    pub fn new(root: &Path, dataset: &str, name: &str) -> Self {
        Self { folder: root.join(dataset).join(name) }
    }

    /// The only dataset below `root` that has an ensemble called `name`.
    ///
    /// # Errors
    /// When there is none, or several.
    pub fn only_dataset(root: &Path, name: &str) -> Result<String, EnsembleError> {
        let entries = fs::read_dir(root).into_iter().flatten().flatten();
        let mut found = entries
            .filter(|entry| entry.path().join(name).is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok());
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(EnsembleError::NoDataset),
        }
    }

    /// The file of `month`, whether it exists or not.
    #[must_use]
    pub fn path(&self, month: YearMonth) -> PathBuf {
        self.folder.join(format!("{month}.json"))
    }

    /// The ensemble of `month`.
    ///
    /// # Errors
    /// When there is none, or its file cannot be read.
    pub fn load(&self, month: YearMonth) -> Result<MonthEnsemble, EnsembleError> {
        let path = self.path(month);
        match fs::read(&path) {
            Ok(bytes) => MonthEnsemble::from_bytes(&bytes, &path.display().to_string()),
            Err(source) if source.kind() == io::ErrorKind::NotFound => {
                Err(EnsembleError::Missing { month, path })
            }
            Err(source) => Err(EnsembleError::File { action: "read", path, source }),
        }
    }

    /// Writes the month's file, whole or not at all. One that is there is replaced only with
    /// `overwrite`, also where two write at once.
    ///
    /// # Errors
    /// When it exists, or cannot be written.
    pub fn save(&self, month: &MonthEnsemble, overwrite: bool) -> Result<PathBuf, EnsembleError> {
        let path = self.path(month.month);
        let bytes = month.to_bytes()?;
        let failed = |action, source| EnsembleError::File { action, path: path.clone(), source };
        fs::create_dir_all(&self.folder)
            .map_err(|source| failed("create the folder of", source))?;
        let mut file = tempfile::Builder::new()
            .prefix(".ensemble-")
            .tempfile_in(&self.folder)
            .map_err(|source| failed("write", source))?;
        file.write_all(&bytes)
            .and_then(|()| file.as_file().sync_all())
            .map_err(|source| failed("write", source))?;
        let moved = if overwrite { file.persist(&path) } else { file.persist_noclobber(&path) };
        match moved {
            Ok(_) => Ok(path),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(EnsembleError::Exists { path })
            }
            Err(error) => Err(failed("write", error.error)),
        }
    }

    /// The months that have a file, ascending.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn months(&self) -> Result<Vec<YearMonth>, EnsembleError> {
        let failed =
            |source| EnsembleError::File { action: "list", path: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut months = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            let month = name.to_str().and_then(|name| name.strip_suffix(".json"));
            months.extend(month.and_then(|month| month.parse::<YearMonth>().ok()));
        }
        months.sort_unstable();
        Ok(months)
    }
}
