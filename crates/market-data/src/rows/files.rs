//! The open files of a source of rows, each once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Database, MarketDataError};

/// Databases by number. A file that several instruments share is opened once: see [`Database`].
#[derive(Debug, Default)]
pub(super) struct Files {
    open: Vec<(PathBuf, Database)>,
}

/// Which of the [`Files`]; given out by [`Files::open`] only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId(usize);

impl Files {
    /// Opens `path`, unless it is open.
    pub(super) fn open(
        &mut self,
        path: &Path,
        lock_timeout: Duration,
    ) -> Result<FileId, MarketDataError> {
        // Links lead to one file. What cannot be resolved cannot be opened either: the error that
        // says why comes from there.
        let resolved = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Some(index) = self.open.iter().position(|(known, _)| *known == resolved) {
            return Ok(FileId(index));
        }
        let database = Database::open(path, lock_timeout)?;
        self.open.push((resolved, database));
        Ok(FileId(self.open.len() - 1))
    }

    pub(super) fn get(&self, id: FileId) -> &Database {
        &self.open[id.0].1
    }

    /// Gives back what DuckDB keeps in memory of the blocks that were read.
    pub(super) fn forget_blocks(&self) -> Result<(), MarketDataError> {
        self.open.iter().try_for_each(|(_, database)| database.forget_blocks())
    }
}
