//! Who is pooled, and what the files of a pool of them are kept under.

use crate::{PoolError, PoolKind};

/// More members would need a pool for each of more than 255 sets of them.
const MOST_MEMBERS: usize = 8;

/// The runs of the members, sorted, so that their order on the command line does not matter.
///
/// # Errors
/// Fewer than two, more than eight, or one twice.
pub fn sorted_members(runs: &[String]) -> Result<Vec<String>, PoolError> {
    let mut members = runs.to_vec();
    members.sort_unstable();
    if let Some(pair) = members.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(PoolError::Twice { run: pair[0].clone() });
    }
    match members.len() {
        2..=MOST_MEMBERS => Ok(members),
        found => Err(PoolError::MemberCount { found }),
    }
}

/// What the files of a pool of `members`, which are sorted, are kept under beside the dataset: the pool, and
/// a hash of the members.
#[must_use]
pub fn pool_name<'a>(pool: PoolKind, members: impl IntoIterator<Item = &'a str>) -> String {
    let members: Vec<&str> = members.into_iter().collect();
    let hash = blake3::hash(members.join("\n").as_bytes()).to_hex();
    format!("{pool}-{}", &hash.as_str()[..12])
}
