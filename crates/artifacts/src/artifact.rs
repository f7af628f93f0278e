//! What a month's file holds.

use std::error::Error;
use std::path::Path;

use crate::{ArtifactError, MonthKey, Result};

/// Contents that are kept one file a month: calibrated bins, the weights of a pool.
///
/// ```
/// use std::path::Path;
///
/// use artifacts::{Artifact, ArtifactError, MonthKey, MonthStore, OnExisting};
/// use strategy_core::YearMonth;
///
/// /// A line of text for each month.
/// #[derive(Debug, PartialEq)]
/// struct Note(MonthKey, String);
///
/// impl Artifact for Note {
///     type Error = ArtifactError;
///     const NOUN: &'static str = "notes";
///     const EXTENSION: &'static str = "note";
///     const MAX_BYTES: u64 = 1000;
///
///     fn month_key(&self) -> Result<MonthKey, ArtifactError> {
///         Ok(self.0.clone())
///     }
///
///     fn encode(&self, _: &Path) -> Result<Vec<u8>, ArtifactError> {
///         Ok(format!("{} {} {} {}", self.0.dataset(), self.0.run_name(), self.0.month(), self.1).into())
///     }
///
///     fn decode(bytes: &[u8], _: &Path) -> Result<Self, ArtifactError> {
///         let text = String::from_utf8_lossy(bytes);
///         let mut parts = text.splitn(4, ' ').map(str::to_owned);
///         let mut part = || parts.next().unwrap_or_default();
///         let (dataset, run_name, month) = (part(), part(), part().parse());
///         let month = month.unwrap_or(YearMonth::containing_micros(0));
///         Ok(Self(MonthKey::new(dataset, run_name, month)?, part()))
///     }
///
///     fn may_replace(_: &[u8]) -> bool {
///         true
///     }
/// }
///
/// # let folder = tempfile::tempdir()?;
/// let store = MonthStore::<Note>::new(folder.path());
/// let note = Note(MonthKey::new("btc_1h", "my_run", "2025-11".parse()?)?, "quiet".to_owned());
/// store.save(&note, OnExisting::Refuse)?;
/// assert_eq!(store.load(&note.month_key()?)?, note);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Artifact: Sized {
    /// What can be wrong with the contents, or with their file.
    type Error: Error + From<ArtifactError> + Send + Sync + 'static;

    /// What messages call the contents of several months, as in `bins`.
    const NOUN: &'static str;

    /// The ending of the file's name, without the dot.
    const EXTENSION: &'static str;

    /// Larger files are refused unread.
    const MAX_BYTES: u64;

    /// What the contents say that they belong to.
    ///
    /// # Errors
    /// When their names cannot name folders.
    fn month_key(&self) -> Result<MonthKey>;

    /// The same contents as if they had been made when, and by the version of the program, that `other` was: what
    /// is made again from the same data then is the same to the last byte.
    ///
    /// # Errors
    /// When `other` cannot have been made so.
    fn made_as(self, _other: &Self) -> Result<Self, Self::Error> {
        Ok(self)
    }

    /// The bytes of the file. Equal contents give equal bytes; `path` is for messages alone.
    ///
    /// # Errors
    /// When the contents cannot be put into bytes.
    fn encode(&self, path: &Path) -> Result<Vec<u8>, Self::Error>;

    /// What the bytes of a file say; `path` is for messages alone.
    ///
    /// # Errors
    /// When they are not what [`encode`](Self::encode) gives.
    fn decode(bytes: &[u8], path: &Path) -> Result<Self, Self::Error>;

    /// Whether a file that begins with `head` may be replaced: it is one of these, if a damaged one,
    /// and not another program's.
    fn may_replace(head: &[u8]) -> bool;
}
