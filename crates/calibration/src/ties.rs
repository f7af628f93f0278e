//! Rows of equal probability, which have no order among themselves.

use crate::buckets::sorted_by_score;

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

/// The distinct ones of probabilities that ascend, read where they are. −0 and 0 are one probability.
pub(crate) fn ascending_ties(p: &[f64], y: &[bool]) -> impl Iterator<Item = Ties> {
    let mut ahead = y.iter();
    p.chunk_by(|a, b| a == b).map(move |tied| Ties {
        // Adding zero turns −0 into 0.
        p: tied[0] + 0.0,
        rows: tied.len(),
        hits: ahead.by_ref().take(tied.len()).map(|&hit| usize::from(hit)).sum(),
    })
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
    /// Takes `O(n log n)` time. `p` is within `[0, 1]`.
    pub(crate) fn new(p: &[f64], y: &[bool]) -> Self {
        let key = |(&p, &y): (&f64, &bool)| {
            // Adding zero turns −0 into 0.
            (p + 0.0).to_bits() << 1 | u64::from(y)
        };
        let keys = sorted_by_score(p.iter().zip(y).map(key), |key| f64::from_bits(key >> 1));
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

/// The distinct probabilities, ascending, in `O(n log n)`. Whatever is computed from these cannot
/// depend on the order of the rows.
pub(crate) fn tied_rows(p: &[f64], y: &[bool]) -> Vec<Ties> {
    if p.is_sorted() {
        ascending_ties(p, y).collect()
    } else {
        SortedRows::new(p, y).ties().collect()
    }
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

    #[test]
    fn ascending_rows_have_the_ties_of_sorted_ones() {
        let n = 70_000_u32;
        for places in [1.0, 37.0, 1e9] {
            let mut p: Vec<f64> = (0..n)
                .map(|row| (f64::from(row) * 0.618_033_988_749_895).fract())
                .map(|p| (p * places).floor() / places)
                .collect();
            p.sort_by(f64::total_cmp);
            p[..5].copy_from_slice(&[0.0, -0.0, -0.0, 0.0, -0.0]);
            let y: Vec<bool> = (0..n).map(|row| row % 3 == 0).collect();
            let bits = |ties: Ties| (ties.p.to_bits(), ties.rows, ties.hits);
            let sorted = SortedRows::new(&p, &y);
            assert!(ascending_ties(&p, &y).map(bits).eq(sorted.ties().map(bits)), "{places}");
        }
    }
}
