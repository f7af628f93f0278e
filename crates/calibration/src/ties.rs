//! Rows of equal probability, which have no order among themselves.

use rayon::prelude::*;

use crate::kernel::PARALLEL_ROWS;

/// The rows that have the probability `p`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ties {
    pub(crate) p: f64,
    pub(crate) rows: usize,
    pub(crate) hits: usize,
}

impl Ties {
    pub(crate) fn misses(&self) -> usize {
        self.rows - self.hits
    }

    pub(crate) fn hit_rate(&self) -> f64 {
        self.hits as f64 / self.rows as f64
    }
}

/// Probabilities with their labels, ascending.
///
/// The bits of a number from 0 to 1 order as the number does, and the highest two are zero. So a
/// probability and its label fit into one integer, which sorts several times as fast as a pair.
#[derive(Debug)]
pub(crate) struct SortedRows {
    keys: Vec<u64>,
}

impl SortedRows {
    /// Takes `O(n log n)` time, O(n) if the rows ascend already. `p` is within `[0, 1]`.
    pub(crate) fn new(p: &[f64], y: &[bool]) -> Self {
        let key = |(&p, &y): (&f64, &bool)| {
            // Adding zero turns −0 into 0.
            (p + 0.0).to_bits() << 1 | u64::from(y)
        };
        let mut keys: Vec<u64>;
        if p.len() < PARALLEL_ROWS {
            keys = p.iter().zip(y).map(key).collect();
            keys.sort_unstable();
        } else {
            keys = p.par_iter().zip(y).map(key).collect();
            if !keys.is_sorted() {
                keys = sorted_by_buckets(&keys);
            }
        }
        Self { keys }
    }

    /// The distinct probabilities, ascending. −0 and 0 are one probability.
    pub(crate) fn ties(&self) -> impl Iterator<Item = Ties> {
        self.keys.chunk_by(|a, b| a >> 1 == b >> 1).map(|tied| Ties {
            p: f64::from_bits(tied[0] >> 1),
            rows: tied.len(),
            // Misses sort before hits.
            hits: tied.iter().map(|key| (key & 1) as usize).sum(),
        })
    }
}

/// Parts of the range from 0 to 1 whose keys are sorted by themselves.
const BUCKETS: u16 = 4096;

/// The keys, ascending. They are put into buckets by their probability first; what is left to sort
/// fits a core's innermost cache, and threads share it. If all keys fall into a few buckets, that
/// takes as long as sorting them at once.
fn sorted_by_buckets(keys: &[u64]) -> Vec<u64> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the product of a number from 0 to 1 and 4096"
    )]
    let bucket = |key: u64| (f64::from_bits(key >> 1) * f64::from(BUCKETS)) as usize;
    let mut sizes = vec![0; usize::from(BUCKETS) + 1];
    for &key in keys {
        sizes[bucket(key)] += 1;
    }
    let mut next = Vec::with_capacity(sizes.len());
    let mut begin = 0;
    for size in &sizes {
        next.push(begin);
        begin += size;
    }
    let mut sorted = vec![0; keys.len()];
    for &key in keys {
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
    buckets.into_par_iter().with_min_len(64).for_each(<[u64]>::sort_unstable);
    sorted
}

/// The distinct probabilities, ascending, in `O(n log n)`. Whatever is computed from these cannot
/// depend on the order of the rows.
pub(crate) fn tied_rows(p: &[f64], y: &[bool]) -> Vec<Ties> {
    SortedRows::new(p, y).ties().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_rows_are_sorted_as_few_are() {
        let n = 100_003_u32;
        for power in [0, 1, 2, 40] {
            let p: Vec<f64> = (0..n)
                .map(|row| (f64::from(row) * 0.618_033_988_749_895).fract().powi(power))
                .map(|p| if p < 1e-9 { -0.0 } else { p })
                .collect();
            let y: Vec<bool> = (0..n).map(|row| row % 3 == 0).collect();
            let found = SortedRows::new(&p, &y);
            let mut pairs: Vec<(f64, bool)> =
                p.iter().map(|p| p + 0.0).zip(y.iter().copied()).collect();
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let back = |key: &u64| (f64::from_bits(key >> 1), key & 1 == 1);
            assert!(found.keys.iter().map(back).eq(pairs), "power {power}");
        }
    }
}
