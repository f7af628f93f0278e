//! Files of months: `{root}/{dataset}/{pool}-{members' hash}/{YYYY-MM}.json`.

use std::path::Path;

use artifacts::{Artifact, ArtifactError, MonthKey, sealed_json};

use crate::{MonthPools, PoolError, pool_name};

/// The format that this program writes, and the only one that it reads.
pub const FORMAT_VERSION: u32 = 2;

/// What the file calls its contents.
const CONTENTS: &str = "ensemble";

impl Artifact for MonthPools {
    type Error = PoolError;
    const NOUN: &'static str = "ensembles";
    const EXTENSION: &'static str = "json";
    /// Far more than eight members take.
    const MAX_BYTES: u64 = 64 << 20;

    fn month_key(&self) -> Result<MonthKey, ArtifactError> {
        let members = self.members.iter().map(|member| member.run_name.as_str());
        MonthKey::new(&self.dataset, pool_name(self.pool, members), self.month)
    }

    fn made_as(self, other: &Self) -> Result<Self, PoolError> {
        Ok(Self { software_version: other.software_version.clone(), ..self })
    }

    fn encode(&self, path: &Path) -> Result<Vec<u8>, PoolError> {
        Ok(sealed_json::encode(CONTENTS, self, path)?)
    }

    fn decode(bytes: &[u8], path: &Path) -> Result<Self, PoolError> {
        Ok(sealed_json::decode(CONTENTS, FORMAT_VERSION, bytes, path)?)
    }

    fn may_replace(head: &[u8]) -> bool {
        head.is_empty() || head.starts_with(b"{")
    }
}
