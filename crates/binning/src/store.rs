//! The folder tree that bins are kept in: `{root}/{dataset}/{run_name}/{YYYY-MM}.msgpack`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use strategy_core::YearMonth;

use crate::envelope::{MAX_FILE_BYTES, decode};
use crate::write::is_taken;
use crate::{BinKey, BinMetadata, BinningError};

/// The ending of a file of bins.
pub(crate) const EXTENSION: &str = "msgpack";

/// Bins on disk below one folder.
///
/// ```
/// use binning::{BinFilter, BinKey, BinStore};
///
/// let store = BinStore::new("bins");
/// let key = BinKey::new("binance_btcusdt_perp_1h", "my_run", "2025-11".parse()?)?;
/// assert!(store.path(&key).ends_with("binance_btcusdt_perp_1h/my_run/2025-11.msgpack"));
/// assert!(!store.exists(&key));
/// assert!(store.load(&key).is_err());
/// assert!(store.list(&BinFilter::default())?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinStore {
    root: PathBuf,
}

/// What to do when the month to be saved has bins already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnExisting {
    /// Fail: bins that decisions were taken with do not change unasked.
    #[default]
    Refuse,
    /// Replace the file.
    Overwrite,
    /// Keep the file, whatever is in it.
    Skip,
}

/// What [`BinStore::save`] did, and the file it is about.
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

impl BinStore {
    /// The store below `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder it is in.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file that holds, or would hold, the bins of `key`.
    #[must_use]
    pub fn path(&self, key: &BinKey) -> PathBuf {
        self.run_folder(key.dataset(), key.run_name()).join(file_name(key.month()))
    }

    /// Both names must have been checked.
    pub(crate) fn run_folder(&self, dataset: &str, run_name: &str) -> PathBuf {
        self.root.join(dataset).join(run_name)
    }

    /// Whether the name of `key`'s file is taken, whatever is there: also by a symbolic link to
    /// nothing, which is an error to load.
    #[must_use]
    pub fn exists(&self, key: &BinKey) -> bool {
        is_taken(&self.path(key))
    }

    /// The bins of `key`.
    ///
    /// # Errors
    /// [`BinningError::NotFound`] with the months there are; [`BinningError::WrongPlace`] if the file
    /// holds the bins of something else; otherwise as [`load_file`](Self::load_file).
    pub fn load(&self, key: &BinKey) -> Result<BinMetadata, BinningError> {
        let path = self.path(key);
        let bytes = match read(&path) {
            Err(BinningError::File { source, .. })
                if source.kind() == io::ErrorKind::NotFound && !is_taken(&path) =>
            {
                return Err(self.missing(key));
            }
            bytes => bytes?,
        };
        self.decode(key, &bytes)
    }

    /// The bins of `key` from the bytes of their file, which somebody else has read or kept.
    ///
    /// # Errors
    /// As [`load`](Self::load), but for reading.
    pub fn decode(&self, key: &BinKey, bytes: &[u8]) -> Result<BinMetadata, BinningError> {
        let path = self.path(key);
        let metadata = decode(bytes, &path)?;
        if metadata.key() != key {
            return Err(BinningError::WrongPlace { path, found: metadata.key().clone() });
        }
        Ok(metadata)
    }

    /// That there are no bins of `key`, with the months there are.
    #[must_use]
    pub fn missing(&self, key: &BinKey) -> BinningError {
        match self.months(key.dataset(), key.run_name()) {
            Ok(available) => {
                BinningError::NotFound { month: key.month(), path: self.path(key), available }
            }
            Err(error) => error,
        }
    }

    /// The bins in the file at `path`, wherever it is and whatever its name.
    ///
    /// # Errors
    /// All name the file: [`BinningError::File`] if it cannot be read, [`BinningError::TooLarge`],
    /// [`BinningError::NotBins`], [`BinningError::UnknownVersion`], [`BinningError::Truncated`],
    /// [`BinningError::ChecksumMismatch`], [`BinningError::Damaged`], [`BinningError::Invalid`].
    pub fn load_file(path: impl AsRef<Path>) -> Result<BinMetadata, BinningError> {
        let path = path.as_ref();
        decode(&read(path)?, path)
    }

    /// The bins in `bytes`, which are those of the file at `path`.
    ///
    /// # Errors
    /// As [`load_file`](Self::load_file), but for reading.
    pub fn decode_file(path: impl AsRef<Path>, bytes: &[u8]) -> Result<BinMetadata, BinningError> {
        decode(bytes, path.as_ref())
    }
}

pub(crate) fn file_name(month: YearMonth) -> String {
    format!("{month}.{EXTENSION}")
}

/// The file's bytes; never more than [`MAX_FILE_BYTES`], even if the file grows meanwhile.
fn read(path: &Path) -> Result<Vec<u8>, BinningError> {
    let failed = |source| BinningError::File { action: "read", path: path.to_owned(), source };
    // Opening a named pipe would wait for somebody to write to it.
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Err(failed(io::Error::other("it is not a regular file")));
    }
    let file = File::open(path).map_err(failed)?;
    let announced = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::new();
    if announced <= MAX_FILE_BYTES {
        // Exactly, and one more to notice the end: growing takes up to three times as much.
        bytes.reserve_exact(usize::try_from(announced).unwrap_or_default() + 1);
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    match announced.max(bytes.len() as u64) {
        size if size > MAX_FILE_BYTES => {
            let (path, limit) = (path.to_owned(), MAX_FILE_BYTES);
            Err(BinningError::TooLarge { path, bytes: size, limit })
        }
        _ => Ok(bytes),
    }
}
