//! Which months have a file.

use std::path::{Path, PathBuf};

use strategy_core::YearMonth;

use crate::folder::{entries, month_of};
use crate::key::check_name;
use crate::{Artifact, ArtifactError, MonthKey, MonthStore};

/// Which files to list; the default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonthFilter {
    /// Only of this dataset.
    pub dataset: Option<String>,
    /// Only of this run.
    pub run_name: Option<String>,
    /// From this month on.
    pub from: Option<YearMonth>,
    /// Up to and including this month.
    pub to: Option<YearMonth>,
}

impl MonthFilter {
    fn takes_month(&self, month: YearMonth) -> bool {
        self.from.is_none_or(|from| from <= month) && self.to.is_none_or(|to| month <= to)
    }
}

impl<A: Artifact> MonthStore<A> {
    /// The files there are, by dataset, run and month, judged by their names alone.
    ///
    /// Other files and folders are passed over, among them what interrupted writers left behind. A
    /// store whose folder does not exist is empty.
    ///
    /// # Errors
    /// [`ArtifactError::Folder`] for a folder that cannot be listed.
    pub fn list(&self, filter: &MonthFilter) -> Result<Vec<MonthKey>, ArtifactError> {
        let mut keys = Vec::new();
        for (dataset, folder) in subfolders(self.root(), filter.dataset.as_deref())? {
            for (run_name, folder) in subfolders(&folder, filter.run_name.as_deref())? {
                for month in months_in(&folder, A::EXTENSION)? {
                    if filter.takes_month(month) {
                        keys.push(MonthKey::new(&dataset, &run_name, month)?);
                    }
                }
            }
        }
        keys.sort_unstable();
        Ok(keys)
    }

    /// The months that have a file of this dataset and run, ascending.
    ///
    /// # Errors
    /// [`ArtifactError::UnsafeName`]; [`ArtifactError::Folder`] for a folder that cannot be listed.
    pub fn months(&self, dataset: &str, run_name: &str) -> Result<Vec<YearMonth>, ArtifactError> {
        check_name("dataset", dataset)?;
        check_name("run name", run_name)?;
        let mut months = months_in(&self.root().join(dataset).join(run_name), A::EXTENSION)?;
        months.sort_unstable();
        Ok(months)
    }
}

/// Folders in `folder` whose names could be part of a key, only `wanted` if that is given.
fn subfolders(
    folder: &Path,
    wanted: Option<&str>,
) -> Result<Vec<(String, PathBuf)>, ArtifactError> {
    let mut found = named_entries(folder)?;
    found.retain(|(name, path)| {
        wanted.is_none_or(|wanted| wanted == name)
            && check_name("folder", name).is_ok()
            && path.is_dir()
    });
    Ok(found)
}

/// A link to nothing counts: loading it fails and says so, where passing over it would hide a loss.
fn months_in(folder: &Path, extension: &str) -> Result<Vec<YearMonth>, ArtifactError> {
    let files = named_entries(folder)?.into_iter().filter(|(_, path)| !path.is_dir());
    Ok(files.filter_map(|(name, _)| month_of(&name, extension)).collect())
}

/// Names and paths in `folder`, in no order; names that are no Unicode cannot be ours.
fn named_entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, ArtifactError> {
    let named = |path: PathBuf| Some((path.file_name()?.to_str()?.to_owned(), path));
    Ok(entries(folder)?.into_iter().filter_map(named).collect())
}
