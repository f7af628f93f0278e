//! The sole right to write the files of one run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use files::Output;

use crate::file_system::Disk;
use crate::folder::{file_name, is_taken};
use crate::key::check_name;
use crate::lock::LockedFolder;
use crate::store::too_large;
use crate::write::Published;
use crate::{Artifact, ArtifactError, MonthKey, MonthStore, OnExisting, Result, Saved};

/// How long [`MonthStore::save`] waits for another writer; a sensible limit for [`MonthStore::lock`] too.
pub const DEFAULT_LOCK_WAIT: Duration = Duration::from_secs(30);

/// The sole right to write in the folder of one run, among all processes and threads. It ends when
/// this value is dropped or the process ends, however it ends.
///
/// Several threads may save through one lock at once. Reading needs no lock.
#[derive(Debug)]
pub struct RunLock<A> {
    store: MonthStore<A>,
    dataset: String,
    run_name: String,
    folder: LockedFolder<Disk>,
}

impl<A: Artifact> MonthStore<A> {
    /// Takes the lock of `{root}/{dataset}/{run_name}`, creating the folder if need be, and waits up
    /// to `wait` while another process or thread holds it; zero tries once.
    ///
    /// What killed writers left behind in this folder, hidden temporary files of this program, is
    /// removed then; see [`RunLock::removed`].
    ///
    /// # Errors
    /// [`ArtifactError::Locked`] names the holder; [`ArtifactError::UnsafeName`];
    /// [`ArtifactError::NoLocks`] on a file system without locks; [`ArtifactError::Folder`] or
    /// [`ArtifactError::File`] for what cannot be created, locked, listed or removed.
    pub fn lock(&self, dataset: &str, run_name: &str, wait: Duration) -> Result<RunLock<A>> {
        check_name("dataset", dataset)?;
        check_name("run name", run_name)?;
        let folder = self.run_folder(dataset, run_name);
        Ok(RunLock {
            folder: LockedFolder::take(Disk, &folder, A::EXTENSION, wait)?,
            store: self.clone(),
            dataset: dataset.to_owned(),
            run_name: run_name.to_owned(),
        })
    }

    /// Writes the month to its place, creating folders as needed. The file is there whole or not at
    /// all; of several writers without [`OnExisting::Overwrite`] exactly one writes.
    ///
    /// Takes the run's [lock](Self::lock) for this one file and waits for it up to
    /// [`DEFAULT_LOCK_WAIT`]; so it never ends well in a thread that holds that lock itself.
    ///
    /// # Errors
    /// [`ArtifactError::Exists`] under [`OnExisting::Refuse`]; [`ArtifactError::TooLarge`]; the errors
    /// of [`lock`](Self::lock); [`ArtifactError::Folder`] or [`ArtifactError::File`] for what cannot be
    /// written.
    pub fn save(&self, month: &A, on_existing: OnExisting) -> Result<Saved, A::Error> {
        let key = month.month_key()?;
        // Asked again under the lock; here it spares the lock and the folders.
        if let Some(kept) = self.keep(&key, on_existing)? {
            return Ok(kept);
        }
        encode(month, &self.path(&key))?; // what cannot be written creates no folder
        self.lock(key.dataset(), key.run_name(), DEFAULT_LOCK_WAIT)?.save(month, on_existing)
    }

    /// What to do instead of writing, if the name is taken.
    fn keep(&self, key: &MonthKey, on_existing: OnExisting) -> Result<Option<Saved>> {
        let path = self.path(key);
        match on_existing {
            OnExisting::Overwrite => Ok(None),
            _ if !is_taken(&path) => Ok(None),
            OnExisting::Skip => Ok(Some(Saved::Skipped(path))),
            OnExisting::Refuse => Err(ArtifactError::Exists { path }),
        }
    }
}

impl<A: Artifact> RunLock<A> {
    /// Writes a month of this run to its place: [`MonthStore::save`] without taking the lock each time.
    ///
    /// # Errors
    /// [`ArtifactError::NotLocked`] for a month of another run; [`ArtifactError::Exists`] under
    /// [`OnExisting::Refuse`]; [`ArtifactError::TooLarge`]; [`ArtifactError::Folder`] or
    /// [`ArtifactError::File`] for what cannot be written.
    pub fn save(&self, month: &A, on_existing: OnExisting) -> Result<Saved, A::Error> {
        let key = month.month_key()?;
        if (key.dataset(), key.run_name()) != (self.dataset.as_str(), self.run_name.as_str()) {
            let (dataset, run_name) = (self.dataset.clone(), self.run_name.clone());
            return Err(ArtifactError::NotLocked { key, dataset, run_name }.into());
        }
        // Asked again by `publish`, where it is safe; here it spares the work.
        if let Some(kept) = self.store.keep(&key, on_existing)? {
            return Ok(kept);
        }
        let path = self.store.path(&key);
        let bytes = encode(month, &path)?;
        let replace = on_existing == OnExisting::Overwrite;
        if replace {
            let output = Output::new(&path, A::NOUN, &A::may_replace).overwrite(true);
            output.check().map_err(ArtifactError::from)?;
        }
        let name = file_name(key.month(), A::EXTENSION);
        match (self.folder.publish(&name, &bytes, replace)?, on_existing) {
            (Published::Yes, _) => Ok(Saved::Written(path)),
            (Published::NameTaken, OnExisting::Skip) => Ok(Saved::Skipped(path)),
            (Published::NameTaken, _) => Err(ArtifactError::Exists { path }.into()),
        }
    }

    /// Temporary files of killed writers that were removed when the lock was taken, sorted.
    #[must_use]
    pub fn removed(&self) -> &[PathBuf] {
        self.folder.removed()
    }
}

fn encode<A: Artifact>(month: &A, path: &Path) -> Result<Vec<u8>, A::Error> {
    let bytes = month.encode(path)?;
    match bytes.len() as u64 {
        size if size > A::MAX_BYTES => Err(too_large::<A>(path, size).into()),
        _ => Ok(bytes),
    }
}
