//! The sole right to write the bins of one run.

use std::path::PathBuf;
use std::time::Duration;

use files::{FileKind, Output};

use crate::envelope::encode;
use crate::file_system::Disk;
use crate::key::check_name;
use crate::lock::LockedFolder;
use crate::store::file_name;
use crate::write::{Published, is_taken};
use crate::{BinKey, BinMetadata, BinStore, BinningError, OnExisting, Saved};

/// How long [`BinStore::save`] waits for another writer; a sensible limit for [`BinStore::lock`] too.
pub const DEFAULT_LOCK_WAIT: Duration = Duration::from_secs(30);

/// The sole right to write in the folder of one run, among all processes and threads. It ends when
/// this value is dropped or the process ends, however it ends.
///
/// Several threads may save through one lock at once. Reading needs no lock.
///
/// ```
/// use std::time::Duration;
///
/// use binning::{BinStore, BinningError};
///
/// # let folder = tempfile::tempdir()?;
/// # let root = folder.path();
/// let store = BinStore::new(root);
/// let lock = store.lock("binance_btcusdt_perp_1h", "my_run", Duration::from_secs(30))?;
/// assert!(lock.removed().is_empty(), "nobody was killed while writing");
///
/// let second = store.lock("binance_btcusdt_perp_1h", "my_run", Duration::ZERO);
/// assert!(matches!(second, Err(BinningError::Locked { .. })));
/// let other_run = store.lock("binance_btcusdt_perp_1h", "other_run", Duration::ZERO);
/// assert!(other_run.is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RunLock {
    store: BinStore,
    dataset: String,
    run_name: String,
    folder: LockedFolder<Disk>,
}

impl BinStore {
    /// Takes the lock of `{root}/{dataset}/{run_name}`, creating the folder if need be, and waits up
    /// to `wait` while another process or thread holds it; zero tries once.
    ///
    /// What killed writers left behind in this folder, hidden temporary files of this program, is
    /// removed then; see [`RunLock::removed`].
    ///
    /// # Errors
    /// [`BinningError::Locked`] names the holder; [`BinningError::UnsafeName`];
    /// [`BinningError::NoLocks`] on a file system without locks; [`BinningError::Folder`] or
    /// [`BinningError::File`] for what cannot be created, locked, listed or removed.
    pub fn lock(
        &self,
        dataset: &str,
        run_name: &str,
        wait: Duration,
    ) -> Result<RunLock, BinningError> {
        check_name("dataset", dataset)?;
        check_name("run name", run_name)?;
        let folder = self.run_folder(dataset, run_name);
        Ok(RunLock {
            folder: LockedFolder::take(Disk, &folder, wait)?,
            store: self.clone(),
            dataset: dataset.to_owned(),
            run_name: run_name.to_owned(),
        })
    }

    /// Writes the bins to their place, creating folders as needed. The file is there whole or not at
    /// all; of several writers without [`OnExisting::Overwrite`] exactly one writes.
    ///
    /// Takes the run's [lock](Self::lock) for this one file and waits for it up to
    /// [`DEFAULT_LOCK_WAIT`]; so it never ends well in a thread that holds that lock itself.
    ///
    /// # Errors
    /// [`BinningError::Exists`] under [`OnExisting::Refuse`]; [`BinningError::TooLarge`]; the errors
    /// of [`lock`](Self::lock); [`BinningError::Folder`] or [`BinningError::File`] for what cannot be
    /// written.
    pub fn save(
        &self,
        metadata: &BinMetadata,
        on_existing: OnExisting,
    ) -> Result<Saved, BinningError> {
        let key = metadata.key();
        // Asked again under the lock; here it spares the lock and the folders.
        if let Some(kept) = self.keep(key, on_existing)? {
            return Ok(kept);
        }
        encode(metadata, &self.path(key))?; // what cannot be written creates no folder
        self.lock(key.dataset(), key.run_name(), DEFAULT_LOCK_WAIT)?.save(metadata, on_existing)
    }

    /// What to do instead of writing, if the name is taken.
    fn keep(&self, key: &BinKey, on_existing: OnExisting) -> Result<Option<Saved>, BinningError> {
        let path = self.path(key);
        match on_existing {
            OnExisting::Overwrite => Ok(None),
            _ if !is_taken(&path) => Ok(None),
            OnExisting::Skip => Ok(Some(Saved::Skipped(path))),
            OnExisting::Refuse => Err(BinningError::Exists { path }),
        }
    }
}

impl RunLock {
    /// Writes bins of this run to their place: [`BinStore::save`] without taking the lock each time.
    ///
    /// # Errors
    /// [`BinningError::NotLocked`] for bins of another run; [`BinningError::Exists`] under
    /// [`OnExisting::Refuse`]; [`BinningError::TooLarge`]; [`BinningError::Folder`] or
    /// [`BinningError::File`] for what cannot be written.
    pub fn save(
        &self,
        metadata: &BinMetadata,
        on_existing: OnExisting,
    ) -> Result<Saved, BinningError> {
        let key = metadata.key();
        if (key.dataset(), key.run_name()) != (self.dataset(), self.run_name()) {
            let (dataset, run_name) = (self.dataset.clone(), self.run_name.clone());
            return Err(BinningError::NotLocked { key: key.clone(), dataset, run_name });
        }
        // Asked again by `publish`, where it is safe; here it spares the work.
        if let Some(kept) = self.store.keep(key, on_existing)? {
            return Ok(kept);
        }
        let path = self.store.path(key);
        let bytes = encode(metadata, &path)?;
        let replace = on_existing == OnExisting::Overwrite;
        if replace {
            // Damaged bins may look like anything, but not like a file of another program.
            let is_ours = |head: &[u8]| matches!(FileKind::of(head), FileKind::Unknown);
            Output::new(&path, "bins", &is_ours).overwrite(true).check()?;
        }
        match (self.folder.publish(&file_name(key.month()), &bytes, replace)?, on_existing) {
            (Published::Yes, _) => Ok(Saved::Written(path)),
            (Published::NameTaken, OnExisting::Skip) => Ok(Saved::Skipped(path)),
            (Published::NameTaken, _) => Err(BinningError::Exists { path }),
        }
    }

    /// Temporary files of killed writers that were removed when the lock was taken, sorted.
    #[must_use]
    pub fn removed(&self) -> &[PathBuf] {
        self.folder.removed()
    }

    /// The store that the run belongs to.
    #[must_use]
    pub fn store(&self) -> &BinStore {
        &self.store
    }

    /// The run's dataset.
    #[must_use]
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// The run's name.
    #[must_use]
    pub fn run_name(&self) -> &str {
        &self.run_name
    }
}
