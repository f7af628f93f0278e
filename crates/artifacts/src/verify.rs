//! Reading every file of a store, to know that all is well.

use std::path::PathBuf;

use crate::{Artifact, ArtifactError, MonthFilter, MonthKey, MonthStore, Result, StrayKind};

/// One file that was read, and what came of it.
#[derive(Debug)]
pub struct Verified<A: Artifact> {
    /// The file.
    pub path: PathBuf,
    /// What its place says that it holds; nothing if it lies where none is looked for.
    pub key: Option<MonthKey>,
    /// What it holds; or why it does not load.
    pub result: Result<A, A::Error>,
}

impl<A: Artifact> MonthStore<A> {
    /// Reads the files that `filter` takes, in the order of [`list`](Self::list), each when the
    /// iterator comes to it: all that [`load`](Self::load) looks at.
    ///
    /// Without a filter that includes files that end like a month's but lie where none are looked for.
    /// Those are errors: [`ArtifactError::WrongPlace`] if they are whole.
    ///
    /// # Errors
    /// [`ArtifactError::Folder`] for a folder that cannot be listed.
    pub fn verify(
        &self,
        filter: &MonthFilter,
    ) -> Result<impl Iterator<Item = Verified<A>> + use<'_, A>> {
        let mut misplaced = if *filter == MonthFilter::default() { self.strays()? } else { vec![] };
        misplaced.retain(|stray| stray.kind == StrayKind::Misplaced);

        let in_place = self.list(filter)?.into_iter().map(|key| Verified {
            path: self.path(&key),
            result: self.load(&key),
            key: Some(key),
        });
        let elsewhere = misplaced.into_iter().map(|stray| Verified {
            key: None,
            result: Self::load_file(&stray.path).and_then(|month| {
                let (path, found) = (stray.path.clone(), month.month_key()?);
                Err(ArtifactError::WrongPlace { path, noun: A::NOUN, found }.into())
            }),
            path: stray.path,
        });
        Ok(in_place.chain(elsewhere))
    }
}
