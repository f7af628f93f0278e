//! The artifacts of months, such as their bins: pinned when a month's first row is decided, and kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use strategy_core::{Artifacts, BoxError, YearMonth};
use thiserror::Error;

use crate::journal::{Adoption, Hash};

/// What is known of the artifacts of an epoch: the journal's, and those that are still to be journalled.
/// Clones share it.
#[derive(Debug, Clone, Default)]
pub struct PinnedArtifacts(Arc<Mutex<Pinned>>);

#[derive(Debug, Default)]
struct Pinned {
    epoch: i64,
    by_month: BTreeMap<YearMonth, OfMonth>,
    /// Pinned and not journalled yet.
    fresh: Vec<Adoption>,
    /// The row that is being decided.
    row: i64,
    /// How the row is fed.
    feeding: Feeding,
    missing: Option<MissingArtifact>,
}

/// How rows are fed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Feeding {
    /// They were before: only what is journalled counts, and no file is opened.
    pub(crate) replays: bool,
    /// They come before the first that is decided on. An artifact may be missing for them, as in a batch: the
    /// strategy says whether it can do without.
    pub(crate) seeds: bool,
}

/// The artifacts of a month, by the first row that each counts for.
type OfMonth = BTreeMap<i64, (Hash, Arc<Vec<u8>>)>;

/// There is no artifact for a month whose rows are to be decided.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is nothing for {month} at {}: its rows wait until it is made", .path.display())]
pub struct MissingArtifact {
    /// The month.
    pub month: YearMonth,
    /// Where it should be.
    pub path: PathBuf,
}

impl PinnedArtifacts {
    /// The artifacts of the epoch `epoch`.
    #[must_use]
    pub fn of_epoch(epoch: i64, journalled: Vec<Adoption>) -> Self {
        let mut pinned = Pinned { epoch, ..Pinned::default() };
        for Adoption { month, since, hash, bytes, .. } in journalled {
            if let Ok(month) = month.parse() {
                let of_month = pinned.by_month.entry(month).or_default();
                of_month.insert(since, (hash, Arc::new(bytes)));
            }
        }
        Self(Arc::new(Mutex::new(pinned)))
    }

    /// Says that rows from `row` on, all of one month, are fed next.
    pub(crate) fn begin(&self, row: i64, feeding: Feeding) {
        let mut pinned = self.lock();
        (pinned.row, pinned.feeding, pinned.missing) = (row, feeding, None);
    }

    /// The first row later than `row`, of the same month, from which another artifact counts.
    pub(crate) fn next_change(&self, row: i64) -> Option<i64> {
        let pinned = self.lock();
        let of_month = pinned.by_month.get(&YearMonth::containing_micros(row))?;
        of_month.range(row.saturating_add(1)..).next().map(|(&since, _)| since)
    }

    /// The hash of what the row `row` is decided with.
    pub(crate) fn hash(&self, row: i64) -> Option<Hash> {
        self.lock().at(YearMonth::containing_micros(row), row).map(|(hash, _)| *hash)
    }

    /// What was missing for the rows that [`begin`](Self::begin) announced.
    pub(crate) fn missing(&self) -> Option<MissingArtifact> {
        self.lock().missing.clone()
    }

    /// What was pinned since the last call, to be journalled.
    pub(crate) fn take_fresh(&self) -> Vec<Adoption> {
        std::mem::take(&mut self.lock().fresh)
    }

    fn lock(&self) -> MutexGuard<'_, Pinned> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pinned {
    fn at(&self, month: YearMonth, row: i64) -> Option<&(Hash, Arc<Vec<u8>>)> {
        self.by_month.get(&month)?.range(..=row).next_back().map(|(_, pinned)| pinned)
    }
}

impl Artifacts for PinnedArtifacts {
    fn of_month(&mut self, month: YearMonth, path: &Path) -> Result<Option<Vec<u8>>, BoxError> {
        let mut pinned = self.lock();
        if let Some((_, bytes)) = pinned.at(month, pinned.row) {
            return Ok(Some(bytes.as_ref().clone()));
        }
        let Feeding { replays, seeds } = pinned.feeding;
        let read = if replays { Err(None) } else { std::fs::read(path).map_err(Some) };
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(Some(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("cannot read {}: {error}", path.display()).into());
            }
            Err(_) if seeds => return Ok(None),
            Err(_) => {
                let missing = MissingArtifact { month, path: path.to_owned() };
                pinned.missing = Some(missing.clone());
                return Err(missing.into());
            }
        };
        let (hash, since, epoch) = (*blake3::hash(&bytes).as_bytes(), pinned.row, pinned.epoch);
        pinned.by_month.entry(month).or_default().insert(since, (hash, Arc::new(bytes.clone())));
        let month = month.to_string();
        pinned.fresh.push(Adoption { epoch, month, since, hash, bytes: bytes.clone() });
        Ok(Some(bytes))
    }
}
