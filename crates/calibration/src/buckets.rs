//! Sorting rows by their scores.

use rayon::prelude::*;

use crate::kernel::PARALLEL_ROWS;

/// Parts of the range from 0 to 1 whose keys are sorted by themselves.
const BUCKETS: u16 = 4096;

/// The keys, ascending; `score`, within `[0, 1]`, never decreases with the key. Takes `O(n log n)`
/// time.
///
/// Keys are made where they are put, twice if need be: making one costs less than keeping it.
pub(crate) fn sorted_by_score<K>(
    keys: impl ExactSizeIterator<Item = K> + Clone,
    score: impl Fn(K) -> f64,
) -> Vec<K>
where
    K: Copy + Default + Ord + Send,
{
    if keys.len() < PARALLEL_ROWS {
        let mut keys: Vec<K> = keys.collect();
        keys.sort_unstable();
        keys
    } else {
        sorted_by_buckets(keys, score)
    }
}

/// The keys are put into buckets by their score first; what is left to sort fits a core's innermost
/// cache, and threads share it. If all keys fall into a few buckets, that takes as long as sorting
/// them at once.
fn sorted_by_buckets<K>(
    keys: impl ExactSizeIterator<Item = K> + Clone,
    score: impl Fn(K) -> f64,
) -> Vec<K>
where
    K: Copy + Default + Ord + Send,
{
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the product of a number from 0 to 1 and 4096"
    )]
    let bucket = |key: K| (score(key) * f64::from(BUCKETS)) as usize;
    let mut sizes = vec![0; usize::from(BUCKETS) + 1];
    for key in keys.clone() {
        sizes[bucket(key)] += 1;
    }
    let mut next = Vec::with_capacity(sizes.len());
    let mut begin = 0;
    for size in &sizes {
        next.push(begin);
        begin += size;
    }
    let mut sorted = vec![K::default(); begin];
    for key in keys {
        let place = &mut next[bucket(key)];
        sorted[*place] = key;
        *place += 1;
    }

    let mut buckets = Vec::with_capacity(sizes.len());
    let mut left = &mut sorted[..];
    for size in sizes {
        let bucket;
        (bucket, left) = left.split_at_mut(size);
        buckets.push(bucket);
    }
    buckets.into_par_iter().with_min_len(64).for_each(<[K]>::sort_unstable);
    sorted
}
