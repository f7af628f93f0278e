//! Files of months: `{root}/{dataset}/{pool}-{members' hash}/{YYYY-MM}.json`.

use std::path::Path;

use artifacts::{Artifact, ArtifactError, MonthKey};

use crate::config::ensemble_name;
use crate::{EnsembleError, MonthEnsemble};

/// Far more than eight members take.
const MAX_BYTES: u64 = 64 << 20;

impl Artifact for MonthEnsemble {
    type Error = EnsembleError;
    const NOUN: &'static str = "ensembles";
    const EXTENSION: &'static str = "json";
    const MAX_BYTES: u64 = MAX_BYTES;

    fn month_key(&self) -> Result<MonthKey, ArtifactError> {
        let members: Vec<String> = self.members.iter().map(|m| m.run_name.clone()).collect();
        MonthKey::new(&self.dataset, ensemble_name(self.pool, &members), self.month)
    }

    fn encode(&self, _: &Path) -> Result<Vec<u8>, EnsembleError> {
        self.to_bytes()
    }

    fn decode(bytes: &[u8], path: &Path) -> Result<Self, EnsembleError> {
        Self::from_bytes(bytes, &path.display().to_string())
    }

    fn may_replace(head: &[u8]) -> bool {
        head.is_empty() || head.starts_with(b"{")
    }
}
