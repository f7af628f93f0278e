//! Which bins there are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use strategy_core::YearMonth;

use crate::key::check_name;
use crate::store::EXTENSION;
use crate::{BinKey, BinStore, BinningError};

/// Which bins to list; the default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BinFilter {
    /// Only of this dataset.
    pub dataset: Option<String>,
    /// Only of this run.
    pub run_name: Option<String>,
    /// From this month on.
    pub from: Option<YearMonth>,
    /// Up to and including this month.
    pub to: Option<YearMonth>,
}

impl BinFilter {
    fn takes_month(&self, month: YearMonth) -> bool {
        self.from.is_none_or(|from| from <= month) && self.to.is_none_or(|to| month <= to)
    }
}

impl BinStore {
    /// The bins there are, by dataset, run and month, judged by their names alone.
    ///
    /// Other files and folders are passed over, among them what interrupted writers left behind. A
    /// store whose folder does not exist is empty.
    ///
    /// # Errors
    /// [`BinningError::Folder`] for a folder that cannot be listed.
    pub fn list(&self, filter: &BinFilter) -> Result<Vec<BinKey>, BinningError> {
        let mut keys = Vec::new();
        for (dataset, folder) in subfolders(self.root(), filter.dataset.as_deref())? {
            for (run_name, folder) in subfolders(&folder, filter.run_name.as_deref())? {
                for month in months_in(&folder)? {
                    if filter.takes_month(month) {
                        keys.push(BinKey::new(&dataset, &run_name, month)?);
                    }
                }
            }
        }
        keys.sort_unstable();
        Ok(keys)
    }

    /// The months that have bins of this dataset and run, ascending.
    ///
    /// # Errors
    /// [`BinningError::UnsafeName`]; [`BinningError::Folder`] for a folder that cannot be listed.
    pub fn months(&self, dataset: &str, run_name: &str) -> Result<Vec<YearMonth>, BinningError> {
        check_name("dataset", dataset)?;
        check_name("run name", run_name)?;
        let mut months = months_in(&self.root().join(dataset).join(run_name))?;
        months.sort_unstable();
        Ok(months)
    }
}

/// Folders in `folder` whose names could be part of a key, only `wanted` if that is given.
fn subfolders(folder: &Path, wanted: Option<&str>) -> Result<Vec<(String, PathBuf)>, BinningError> {
    let mut found = named_entries(folder)?;
    found.retain(|(name, path)| {
        wanted.is_none_or(|wanted| wanted == name)
            && check_name("folder", name).is_ok()
            && path.is_dir()
    });
    Ok(found)
}

/// A link to nothing counts: loading it fails and says so, where passing over it would hide a loss.
fn months_in(folder: &Path) -> Result<Vec<YearMonth>, BinningError> {
    let files = named_entries(folder)?.into_iter().filter(|(_, path)| !path.is_dir());
    Ok(files.filter_map(|(name, _)| month_of(&name)).collect())
}

/// The month that a file of this name holds the bins of.
pub(crate) fn month_of(file_name: &str) -> Option<YearMonth> {
    file_name.strip_suffix(EXTENSION)?.strip_suffix('.')?.parse().ok()
}

/// Names and paths in `folder`, in no order; names that are no Unicode cannot be ours.
fn named_entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, BinningError> {
    let named = |path: PathBuf| Some((path.file_name()?.to_str()?.to_owned(), path));
    Ok(entries(folder)?.into_iter().filter_map(named).collect())
}

/// Paths in `folder`, in no order; none if it does not exist.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, BinningError> {
    let failed = |source| BinningError::Folder { action: "list", path: folder.to_owned(), source };
    let listing = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing.map_err(failed)?,
    };
    listing.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect()
}
