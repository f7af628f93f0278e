//! Reading every file of a store, to know that all is well.

use std::path::PathBuf;

use crate::{BinFilter, BinKey, BinMetadata, BinStore, BinningError, StrayKind};

/// One file that was read, and what came of it.
#[derive(Debug)]
pub struct Verified {
    /// The file.
    pub path: PathBuf,
    /// What its place says that it holds; nothing if it lies where no bins are looked for.
    pub key: Option<BinKey>,
    /// What it holds; or why it does not load.
    pub result: Result<BinMetadata, BinningError>,
}

impl BinStore {
    /// Reads the files that `filter` takes, in the order of [`list`](Self::list), each when the
    /// iterator comes to it: frame, version, checksum, record, the record's invariants, and that it
    /// is where it belongs.
    ///
    /// Without a filter that includes files that end like bins but lie where none are looked for.
    /// Those are errors: [`BinningError::WrongPlace`] if they are whole.
    ///
    /// # Errors
    /// [`BinningError::Folder`] for a folder that cannot be listed.
    pub fn verify(
        &self,
        filter: &BinFilter,
    ) -> Result<impl Iterator<Item = Verified> + use<'_>, BinningError> {
        let mut misplaced = if *filter == BinFilter::default() { self.strays()? } else { vec![] };
        misplaced.retain(|stray| stray.kind == StrayKind::Misplaced);

        let in_place = self.list(filter)?.into_iter().map(|key| Verified {
            path: self.path(&key),
            result: self.load(&key),
            key: Some(key),
        });
        let elsewhere = misplaced.into_iter().map(|stray| Verified {
            key: None,
            result: Self::load_file(&stray.path).and_then(|bins| {
                Err(BinningError::WrongPlace {
                    path: stray.path.clone(),
                    found: bins.key().clone(),
                })
            }),
            path: stray.path,
        });
        Ok(in_place.chain(elsewhere))
    }
}
