//! The bins of a month as a file.

use std::path::Path;

use artifacts::{Artifact, ArtifactError, MonthKey, MonthStore};

use crate::envelope::{MAX_FILE_BYTES, could_be, decode, encode};
use crate::{BinMetadata, BinningError};

/// Bins on disk below one folder.
pub type BinStore = MonthStore<BinMetadata>;

impl Artifact for BinMetadata {
    type Error = BinningError;
    const NOUN: &'static str = "bins";
    const EXTENSION: &'static str = "msgpack";
    const MAX_BYTES: u64 = MAX_FILE_BYTES;

    fn month_key(&self) -> Result<MonthKey, ArtifactError> {
        Ok(self.key().clone())
    }

    fn made_as(self, other: &Self) -> Result<Self, BinningError> {
        let other = other.parts();
        self.with_created(other.created_at, &other.software_version)
    }

    fn encode(&self, path: &Path) -> Result<Vec<u8>, BinningError> {
        encode(self, path)
    }

    fn decode(bytes: &[u8], path: &Path) -> Result<Self, BinningError> {
        decode(bytes, path)
    }

    fn may_replace(head: &[u8]) -> bool {
        could_be(head)
    }
}

impl BinMetadata {
    /// What the bytes of a file say; `path` is for messages alone.
    ///
    /// # Errors
    /// Those of [`BinStore::load_file`] that are about the contents. All name the file.
    pub fn from_bytes(bytes: &[u8], path: impl AsRef<Path>) -> Result<Self, BinningError> {
        decode(bytes, path.as_ref())
    }
}
