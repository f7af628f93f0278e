//! The folder tree that files are kept in: `{root}/{dataset}/{run_name}/{YYYY-MM}.{extension}`.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use crate::folder::{file_name, is_taken};
use crate::{Artifact, ArtifactError, MonthKey, Result};

/// Files of months below one folder; the example of [`Artifact`] saves and loads one.
pub struct MonthStore<A> {
    root: PathBuf,
    of: PhantomData<fn() -> A>,
}

/// What to do when the month to be saved has a file already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnExisting {
    /// Fail: files that decisions were taken with do not change unasked.
    #[default]
    Refuse,
    /// Replace the file.
    Overwrite,
    /// Keep the file, whatever is in it.
    Skip,
}

/// What [`MonthStore::save`] did, and the file it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// The file was written.
    Written(PathBuf),
    /// The file was there and has been kept.
    Skipped(PathBuf),
}

impl Saved {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Written(path) | Self::Skipped(path) => path,
        }
    }
}

impl<A: Artifact> MonthStore<A> {
    /// The store below `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), of: PhantomData }
    }

    /// The folder it is in.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file of `key`, whether it exists or not.
    #[must_use]
    pub fn path(&self, key: &MonthKey) -> PathBuf {
        self.run_folder(key.dataset(), key.run_name()).join(file_name(key.month(), A::EXTENSION))
    }

    /// Both names must have been checked.
    pub(crate) fn run_folder(&self, dataset: &str, run_name: &str) -> PathBuf {
        self.root.join(dataset).join(run_name)
    }

    /// Whether the name of `key`'s file is taken, whatever is there: also by a symbolic link to
    /// nothing, which is an error to load.
    #[must_use]
    pub fn exists(&self, key: &MonthKey) -> bool {
        is_taken(&self.path(key))
    }

    /// What the file of `key` holds.
    ///
    /// # Errors
    /// [`ArtifactError::NotFound`] with the months there are; [`ArtifactError::WrongPlace`] if the file
    /// belongs to something else; otherwise as [`load_file`](Self::load_file).
    pub fn load(&self, key: &MonthKey) -> Result<A, A::Error> {
        match self.find(key)? {
            Some(found) => Ok(found),
            None => Err(self.missing(key).into()),
        }
    }

    /// The same; `None` where there is no file.
    ///
    /// # Errors
    /// As [`load`](Self::load), but for a file that is not there.
    pub fn find(&self, key: &MonthKey) -> Result<Option<A>, A::Error> {
        let path = self.path(key);
        match read::<A>(&path) {
            Err(ArtifactError::File { source, .. })
                if source.kind() == io::ErrorKind::NotFound && !is_taken(&path) =>
            {
                Ok(None)
            }
            bytes => self.decode(key, &bytes?).map(Some),
        }
    }

    /// What the file of `key` holds, from its bytes, which somebody else has read or kept.
    ///
    /// # Errors
    /// As [`load`](Self::load), but for reading.
    pub fn decode(&self, key: &MonthKey, bytes: &[u8]) -> Result<A, A::Error> {
        let path = self.path(key);
        let decoded = A::decode(bytes, &path)?;
        let found = decoded.month_key()?;
        if found != *key {
            return Err(ArtifactError::WrongPlace { path, noun: A::NOUN, found }.into());
        }
        Ok(decoded)
    }

    /// That there is no file of `key`, with the months there are.
    #[must_use]
    pub fn missing(&self, key: &MonthKey) -> ArtifactError {
        match self.months(key.dataset(), key.run_name()) {
            Ok(available) => {
                let (month, path) = (key.month(), self.path(key));
                ArtifactError::NotFound { month, path, noun: A::NOUN, available }
            }
            Err(error) => error,
        }
    }

    /// What the file at `path` holds, wherever it is and whatever its name.
    ///
    /// # Errors
    /// All name the file: [`ArtifactError::File`] if it cannot be read, [`ArtifactError::TooLarge`], and
    /// those of [`Artifact::decode`].
    pub fn load_file(path: impl AsRef<Path>) -> Result<A, A::Error> {
        let path = path.as_ref();
        A::decode(&read::<A>(path)?, path)
    }
}

impl<A> Clone for MonthStore<A> {
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), of: PhantomData }
    }
}

impl<A> fmt::Debug for MonthStore<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MonthStore").field("root", &self.root).finish()
    }
}

/// The file's bytes; never more than [`Artifact::MAX_BYTES`], even if the file grows meanwhile.
fn read<A: Artifact>(path: &Path) -> Result<Vec<u8>> {
    let failed = |source| ArtifactError::File { action: "read", path: path.to_owned(), source };
    // Opening a named pipe would wait for somebody to write to it.
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Err(failed(io::Error::other("it is not a regular file")));
    }
    let file = File::open(path).map_err(failed)?;
    let announced = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::new();
    if announced <= A::MAX_BYTES {
        // Exactly, and one more to notice the end: growing takes up to three times as much.
        bytes.reserve_exact(usize::try_from(announced).unwrap_or_default() + 1);
        file.take(A::MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    match announced.max(bytes.len() as u64) {
        size if size > A::MAX_BYTES => Err(too_large::<A>(path, size)),
        _ => Ok(bytes),
    }
}

/// That the file at `path` has, or would have, `bytes` bytes.
pub(crate) fn too_large<A: Artifact>(path: &Path, bytes: u64) -> ArtifactError {
    let (path, limit) = (path.to_owned(), A::MAX_BYTES);
    ArtifactError::TooLarge { path, noun: A::NOUN, bytes, limit }
}
